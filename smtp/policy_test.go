package smtp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

func path(t *testing.T, s string) smtp.Path {
	t.Helper()
	if s == "" {
		return smtp.Path{}
	}
	p, err := smtp.ParsePath(s)
	require.NoError(t, err)
	return p
}

func TestSenderList(t *testing.T) {
	for _, c := range []struct {
		accept, reject string
		from           string
		want           bool
	}{
		{"", "", "a@b.example", true},
		{"", "", "", true},
		{"a@b.example", "", "A@B.example", true},
		{"a@b.example", "", "c@b.example", false},
		{"b.example", "", "c@b.example", true},
		{"b.example", "", "c@x.b.example", false},
		{".b.example", "", "c@x.b.example", true},
		{".b.example", "", "c@b.example", true},
		{".b.example", "", "c@xb.example", false},
		{"b.example", "", "", true},
		{"bücher.example", "", "c@xn--bcher-kva.example", true},
		{"", "b.example", "c@b.example", false},
		{"", "b.example", "c@c.example", true},
		{"a@b.example", ".b.example", "a@b.example", false},
		{"", "<>", "", false},
		{"", "<>", "a@b.example", true},
		{"<>", "", "a@b.example", false},
		{"not an@address@b.example", "", "a@b.example", false},
	} {
		var l smtp.SenderList
		if c.accept != "" {
			l.Accept = []string{c.accept}
		}
		if c.reject != "" {
			l.Reject = []string{c.reject}
		}
		require.Equal(t, c.want, l.Allows(path(t, c.from)), "%+v", c)
	}
}

func TestRestrictSenders(t *testing.T) {
	srv, inbox := newServer(t)
	makeAble(srv, inbox)
	srv.Backend = smtp.RestrictSenders(srv.Backend, func(_ context.Context, to smtp.Path) (smtp.SenderList, error) {
		switch to.Local {
		case "board":
			return smtp.SenderList{Accept: []string{"chair@client.example"}}, nil
		case "unsure":
			return smtp.SenderList{}, errSecret
		}
		return smtp.SenderList{}, nil
	})
	p := connect(t, srv)
	p.to(smtp.Mailed)
	require.Contains(t, extensions(p), "DSN", "it hides nothing of what it wraps")
	p.want("250", "MAIL FROM:<a@client.example>")
	p.want("550 5.7.1 this recipient", "RCPT TO:<board@here.example>")
	p.want("451 4.3.0", "RCPT TO:<unsure@here.example>")
	p.want("250", "RCPT TO:<one@here.example>")
	p.want("250", "RSET")
	p.want("250", "MAIL FROM:<chair@client.example>")
	p.want("250", "RCPT TO:<board@here.example>")
}

func TestLimitRecipients(t *testing.T) {
	srv, inbox := newServer(t)
	makeAble(srv, inbox)
	most, fail := 2, error(nil)
	srv.Backend = smtp.LimitRecipients(srv.Backend, func(_ context.Context, c *smtp.Conn) (int, error) {
		require.Equal(t, "client.example", c.Hello())
		return most, fail
	})
	p := connect(t, srv)
	p.to(smtp.Ready)
	p.want("550", "RCPT TO:<nobody@here.example>")
	p.want("250", "RCPT TO:<one@here.example>")
	p.want("452 4.5.3", "RCPT TO:<one@here.example>")
	p.want("250", "RSET")
	most = 0
	p.want("250", "MAIL FROM:<>")
	for range 5 {
		p.want("250", "RCPT TO:<one@here.example>")
	}
	p.want("250", "RSET")
	fail = errSecret
	p.want("451 4.3.0", "MAIL FROM:<>")
	require.Contains(t, extensions(p), "DSN")
}

// A MaySend of the program's own knows the client, and its Reply is the answer;
// what it lets through the Session is asked about.
func TestMaySend(t *testing.T) {
	srv, inbox := newServer(t)
	srv.MaySend = func(_ context.Context, c *smtp.Conn, from smtp.Path) error {
		switch {
		case c.Hello() != "client.example":
			return smtp.R(550, smtp.Enhanced{5, 7, 1}, "who are you?")
		case from.Local == "unsure":
			return errSecret
		case from.Domain != c.Hello():
			return smtp.SenderNotYours
		}
		return nil
	}
	p := connect(t, srv)
	p.want("250", "EHLO other.example")
	p.want("550 5.7.1 who are you?", "MAIL FROM:<a@client.example>")
	p.want("250", "EHLO client.example")
	p.want("451 4.3.0", "MAIL FROM:<unsure@client.example>")
	p.want("553 5.7.1 not an address of yours", "MAIL FROM:<a@other.example>")
	p.want("503", "RCPT TO:<one@here.example>")
	require.NotContains(t, inbox.called(), "mail")
	p.want("550 5.7.1 not you", "MAIL FROM:<refused@client.example>")
	p.deliver("hi")
	require.Len(t, inbox.delivered(), 1)
	p.want("250", "EHLO other.example")
	p.want("250", "MAIL FROM:<>") // reports are from nobody
}

func TestSenderIsLogin(t *testing.T) {
	srv, _ := newServer(t)
	srv.Auth = insecure(authenticator(t))
	srv.MaySend = smtp.SenderIsLogin(func(_ context.Context, user string) ([]smtp.Path, error) {
		if user == "busy" {
			return nil, errSecret
		}
		return []smtp.Path{{Local: user, Domain: "here.example"}}, nil
	})
	p := connect(t, srv)
	p.to(smtp.Mailed) // nobody has logged in
	p.want("250", "RSET")
	p.want("235", "AUTH PLAIN AGFubmEAc2VzYW1l")
	p.want("553 5.7.1", "MAIL FROM:<bob@here.example>")
	p.want("250", "MAIL FROM:<ANNA@Here.example>")
	p.want("250", "RSET")
	p.want("250", "MAIL FROM:<>")
	p = connect(t, srv)
	p.to(smtp.Greeted)
	p.want("235", "AUTH PLAIN AGJ1c3kAeA==")
	p.want("451 4.3.0", "MAIL FROM:<busy@here.example>")
}
