//go:build interop

package interop

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// maximum is the size of a message that Postfix takes.
const maximum = 6 << 20

// startMailboxes starts Postfix with mailboxes for alice, bob, jürgen, and the
// sender who gets the reports.
func startMailboxes(t *testing.T, cert *certificate) *postfix {
	t.Helper()
	return startPostfix(t, cert, fmt.Sprintf(`message_size_limit = %d
virtual_mailbox_domains = local.example
virtual_mailbox_maps = inline:{ {alice@local.example=alice/} {bob@local.example=bob/} {jürgen@local.example=juergen/} {sender@local.example=sender/} }
smtpd_recipient_limit = 3
smtpd_relay_restrictions = reject_unauth_destination
`, maximum), "")
}

// A heard is what our client says, in a conversation with Postfix.
type heard struct {
	mu    sync.Mutex
	verbs []string
}

func (h *heard) trace(_ *smtp.Client, e smtp.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Kind == smtp.CommandDone {
		h.verbs = append(h.verbs, e.Verb)
	}
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.TrimSpace(strings.Join(h.verbs, " "))
}

// TestSendToPostfix sends every message to Postfix in every way, and looks into
// the mailbox.
func TestSendToPostfix(t *testing.T) {
	cert := newCertificate(t)
	p := startMailboxes(t, cert)
	for _, c := range []struct {
		name    string
		options smtp.Options
		wrapped bool
		with    string // the protocol, as Postfix calls it
		verbs   string // up to the last chunk, the reply to which is that to the message
	}{
		{"plain", smtp.Options{TLS: smtp.TLSNone}, false, "ESMTP", "EHLO MAIL RCPT . QUIT"},
		{"DATA", smtp.Options{TLS: smtp.TLSNone, Ignore: []string{"CHUNKING"}}, false, "ESMTP", "EHLO MAIL RCPT DATA . QUIT"},
		{"BDAT one by one", smtp.Options{TLS: smtp.TLSNone, Ignore: []string{"PIPELINING"}}, false, "ESMTP", "EHLO MAIL RCPT . QUIT"},
		{"DATA one by one", smtp.Options{TLS: smtp.TLSNone, Ignore: []string{"CHUNKING", "PIPELINING", "SIZE"}}, false, "ESMTP", "EHLO MAIL RCPT DATA . QUIT"},
		{"STARTTLS", smtp.Options{TLS: smtp.TLSRequired}, false, "ESMTPS", "EHLO STARTTLS EHLO MAIL RCPT . QUIT"},
		{"verified", smtp.Options{TLS: smtp.TLSVerified, TLSConfig: &tls.Config{RootCAs: cert.roots}}, false, "ESMTPS", "EHLO STARTTLS EHLO MAIL RCPT . QUIT"},
		{"TLS", smtp.Options{ImplicitTLS: true, TLSConfig: &tls.Config{RootCAs: cert.roots}, Ignore: []string{"CHUNKING"}}, true, "ESMTPS", "EHLO MAIL RCPT DATA . QUIT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr := p.addr
			if c.wrapped {
				addr = p.smtps
			}
			var h heard
			o := c.options
			o.Hello, o.Trace = "client.example", h.trace
			for _, m := range append(contents, struct{ name, text string }{"8-bit", eightBit}) {
				h = heard{}
				client, err := smtp.Dial(within(t), addr, &o)
				require.NoError(t, err)
				env := envelope(t, "sender@sender.example", "alice@local.example")
				out, err := client.Send(within(t), env, smtp.BodyFromBytes([]byte(m.text)))
				require.NoError(t, err)
				require.NoError(t, out.Failure(env), m.name)
				require.NoError(t, client.Quit(within(t)))
				got := p.mailbox(t, "alice", 1)[0]
				requireTail(t, m.text, got)
				require.True(t, strings.HasPrefix(got, "Return-Path: <sender@sender.example>\r\n"))
				require.Contains(t, got, "Received: from client.example (localhost [127.0.0.1])\r\n")
				require.Contains(t, got, "with "+c.with+" id ")
				if m.name != "big" { // which comes in chunks
					require.Equal(t, c.verbs, h.String())
				}
			}
		})
	}
}

// TestPostfixVerdicts has Postfix refuse things.
func TestPostfixVerdicts(t *testing.T) {
	p := startMailboxes(t, newCertificate(t))
	t.Run("one of three", p.oneOfThree)
	t.Run("nobody", p.nobody)
	t.Run("too large", p.tooLarge)
	t.Run("not offered", p.notOffered)
	t.Run("recipients in excess", p.inExcess)
}

// plain are the options of a client that does without TLS.
func plain() *smtp.Options { return &smtp.Options{TLS: smtp.TLSNone, Hello: "client.example"} }

// oneOfThree sends to somebody who is not there, among others.
func (p *postfix) oneOfThree(t *testing.T) {
	err := smtp.SendMail(within(t), p.addr, plain(), "sender@sender.example",
		[]string{"alice@local.example", "nobody@local.example", "bob@local.example"}, []byte(dots))
	r, ok := errors.AsType[smtp.Reply](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 550, r.Code)
	require.Equal(t, smtp.Enhanced{5, 1, 1}, r.Enhanced)
	require.ErrorContains(t, err, "<nobody@local.example>")
	require.NotContains(t, err.Error(), "for <alice@local.example>")
	requireTail(t, dots, p.mailbox(t, "alice", 1)[0])
	requireTail(t, dots, p.mailbox(t, "bob", 1)[0])
}

// nobody sends to nobody who is there, and then goes on.
func (p *postfix) nobody(t *testing.T) {
	for _, o := range []*smtp.Options{plain(), {TLS: smtp.TLSNone, Ignore: []string{"PIPELINING"}}} {
		c, err := smtp.Dial(within(t), p.addr, o)
		require.NoError(t, err)
		env := envelope(t, "sender@sender.example", "nobody@local.example", "x@elsewhere.example")
		out, err := c.Send(within(t), env, smtp.BodyFromBytes([]byte(dots)))
		require.NoError(t, err)
		require.Equal(t, 550, out.Rcpt[0].Reply.Code)
		require.Equal(t, "RCPT", out.Rcpt[0].Verb)
		require.Equal(t, 554, out.Rcpt[1].Reply.Code, "relay access denied: %v", out.Rcpt[1].Reply)
		env = envelope(t, "sender@sender.example", "alice@local.example")
		out, err = c.Send(within(t), env, smtp.BodyFromBytes([]byte(dots)))
		require.NoError(t, err)
		require.NoError(t, out.Failure(env), "the conversation goes on")
		require.NoError(t, c.Quit(within(t)))
	}
}

// tooLarge sends what is too large, and may or may not know it.
func (p *postfix) tooLarge(t *testing.T) {
	large := append([]byte(dots), bytes.Repeat([]byte("0123456789012345678901234567890\r\n"), maximum/33)...)
	for _, ignore := range [][]string{nil, {"SIZE"}, {"SIZE", "CHUNKING"}} {
		o := plain()
		o.Ignore = ignore
		c, err := smtp.Dial(within(t), p.addr, o)
		require.NoError(t, err)
		env := envelope(t, "sender@sender.example", "alice@local.example")
		out, err := c.Send(within(t), env, smtp.BodyFromBytes(large))
		require.NoError(t, err)
		require.Equal(t, 552, out.Rcpt[0].Reply.Code, "%v", out.Rcpt[0].Reply)
		require.Equal(t, ignore == nil, out.Rcpt[0].Local)
		require.False(t, out.Ambiguous)
		require.NoError(t, c.Close())
	}
}

// notOffered sends a binary message, which Postfix has no way to take.
func (p *postfix) notOffered(t *testing.T) {
	c, err := smtp.Dial(within(t), p.addr, plain())
	require.NoError(t, err)
	env := envelope(t, "sender@sender.example", "alice@local.example")
	binary := []byte(dots + "bare\nline and \x00")
	out, err := c.Send(within(t), env, smtp.BodyFromReaderAt(bytes.NewReader(binary), int64(len(binary)), smtp.BodyBinary))
	require.NoError(t, err)
	require.True(t, out.Rcpt[0].Local, "Postfix has no BINARYMIME")
	require.Equal(t, 554, out.Rcpt[0].Reply.Code)
	require.NoError(t, c.Quit(within(t)))
}

// inExcess sends to more recipients than a transaction may have.
func (p *postfix) inExcess(t *testing.T) {
	c, err := smtp.Dial(within(t), p.addr, plain())
	require.NoError(t, err)
	to := []string{"bob@local.example", "alice@local.example", "sender@local.example", "j\u00fcrgen@local.example"}
	env := envelope(t, "sender@sender.example", to...)
	env.From.UTF8 = true
	out, err := c.Send(within(t), env, smtp.BodyFromBytes([]byte(dots)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env), "it takes two transactions")
	require.NoError(t, c.Quit(within(t)))
	requireTail(t, dots, p.mailbox(t, "juergen", 1)[0])
}

// TestPostfixReports asks Postfix for a report of success, and sends mail in
// UTF-8.
func TestPostfixReports(t *testing.T) {
	p := startMailboxes(t, newCertificate(t))
	c, err := smtp.Dial(within(t), p.addr, &smtp.Options{Hello: "client.example"})
	require.NoError(t, err)
	require.Equal(t, smtp.TLSRequired, c.Security(), "TLS, since it is offered")
	env := envelope(t, "sender@local.example", "bob@local.example", "alice@local.example")
	env.From.Return, env.From.EnvelopeID = smtp.ReturnHeaders, "id+1=x"
	env.To[0].Notify = smtp.NotifySuccess | smtp.NotifyFailure | smtp.NotifyDelay
	env.To[0].Original = smtp.OriginalAddress{Type: "rfc822", Address: "first+x@elsewhere.example"}
	env.To[1].Notify = smtp.NotifyNever
	out, err := c.Send(within(t), env, smtp.BodyFromBytes([]byte(dots)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
	report := p.mailbox(t, "sender", 1)[0]
	for _, want := range []string{
		"Return-Path: <>\r\n",
		"\r\nOriginal-Envelope-Id: id+1=x\r\n",
		"\r\nOriginal-Recipient: rfc822;first+x@elsewhere.example\r\n",
		"\r\nFinal-Recipient: rfc822; bob@local.example\r\n",
		"\r\nAction: delivered\r\n",
		"\r\nContent-Type: text/rfc822-headers\r\n",
	} {
		require.Contains(t, report, want)
	}
	require.NotContains(t, report, "alice@")

	text := strings.Replace(eightBit, "Subject: 8-bit", "Subject: Gr\u00fc\u00dfe", 1)
	env = envelope(t, "j\u00fcrgen@sender.example", "j\u00fcrgen@local.example")
	env.From.UTF8 = true
	env.To[0].Notify = smtp.NotifyFailure
	env.To[0].Original = smtp.OriginalAddress{Type: "utf-8", Address: "j\u00f6rg+x@elsewhere.example"}
	out, err = c.Send(within(t), env, smtp.BodyFromBytes([]byte(text)))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
	got := p.mailbox(t, "juergen", 1)[0]
	requireTail(t, text, got)
	require.Contains(t, got, "with UTF8SMTPS id ")
	require.NoError(t, c.Quit(within(t)))
}

// TestPoolToPostfix sends many messages at once over few connections.
func TestPoolToPostfix(t *testing.T) {
	const messages, senders = 200, 10
	p := startMailboxes(t, newCertificate(t))
	pool := &smtp.Pool{PerDestination: 3, Messages: 20}
	opts := &smtp.Options{Hello: "client.example"}
	var wg sync.WaitGroup
	failed := make(chan error, messages)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for s := range senders {
		wg.Go(func() {
			for i := range messages / senders {
				env, err := smtp.NewEnvelope("sender@sender.example", "alice@local.example")
				if err == nil {
					var out *smtp.Outcome
					out, err = pool.Send(ctx, p.addr, opts, env, smtp.BodyFromBytes([]byte(numbered(s*messages/senders+i))))
					err = errors.Join(err, out.Failure(env))
				}
				if err != nil {
					failed <- err
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, pool.Close())
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	got := p.mailbox(t, "alice", messages)
	for i := range messages {
		seen := 0
		for _, text := range got {
			if strings.HasSuffix(text, "\r\n"+numbered(i)) {
				seen++
				requireTail(t, numbered(i), text)
			}
		}
		require.Equal(t, 1, seen, "message %d", i)
	}
}

func numbered(i int) string { return header(fmt.Sprintf("number %d", i)) + "\r\n.\r\nsome text\r\n" }

// TestCutConversation cuts the connection in the midst of a message: Postfix
// must not deliver the part.
func TestCutConversation(t *testing.T) {
	p := startMailboxes(t, newCertificate(t))
	for _, ignore := range [][]string{nil, {"CHUNKING"}} {
		env := envelope(t, "sender@sender.example", "alice@local.example")
		c, err := smtp.Dial(within(t), p.addr, &smtp.Options{Hello: "client.example", Ignore: ignore})
		require.NoError(t, err)
		out, err := c.Send(within(t), env, brokenBody{})
		require.Error(t, err)
		require.False(t, out.Ambiguous)
		require.NoError(t, smtp.SendMail(within(t), p.addr, nil, "sender@sender.example", []string{"bob@local.example"}, []byte(contents[0].text)))
	}
	p.mailbox(t, "bob", 2)
	require.Empty(t, p.mailbox(t, "alice", 0))
	require.Empty(t, p.queue(t))
}

// A brokenBody cannot be read to its end.
type brokenBody struct{}

func (brokenBody) Size() int64         { return -1 }
func (brokenBody) Kind() smtp.BodyType { return smtp.Body7Bit }

func (brokenBody) Open() (io.ReadCloser, error) {
	text := strings.NewReader(contents[5].text)
	return io.NopCloser(io.MultiReader(text, brokenReader{})), nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

// TestLogInToPostfix logs in to Postfix, which has Dovecot check the password.
func TestLogInToPostfix(t *testing.T) {
	cert := newCertificate(t)
	d := startDovecot(t, cert)
	p := startPostfix(t, cert, `virtual_mailbox_domains = local.example
virtual_mailbox_maps = inline:{ {alice@local.example=alice/} }
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = `+d.sasl+`
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated,reject
`, "")
	send := func(addr string, o *smtp.Options) error {
		o.Hello, o.TLSConfig = "client.example", &tls.Config{RootCAs: cert.roots}
		return smtp.SendMail(within(t), addr, o, "sender@sender.example", []string{"alice@local.example"}, []byte(dots))
	}
	first := smtp.Password("bob", "secret")
	login := &auth.Credentials{Name: "bob", Password: "secret", Mechanisms: []string{"LOGIN"}}
	for _, how := range []smtp.Login{first, login} {
		require.NoError(t, send(p.addr, &smtp.Options{Auth: how}))
		require.NoError(t, send(p.smtps, &smtp.Options{Auth: how, ImplicitTLS: true}))
		for _, got := range p.mailbox(t, "alice", 2) {
			requireTail(t, dots, got)
			require.Contains(t, got, "with ESMTPSA id ")
		}
	}
	r, ok := errors.AsType[smtp.Reply](send(p.addr, &smtp.Options{Auth: smtp.Password("bob", "wrong")}))
	require.True(t, ok)
	require.Equal(t, 535, r.Code)
	r, ok = errors.AsType[smtp.Reply](send(p.addr, new(smtp.Options)))
	require.True(t, ok)
	require.Equal(t, 554, r.Code, "who has not logged in is refused")
	require.ErrorIs(t, send(p.addr, &smtp.Options{Auth: first, TLS: smtp.TLSNone, PlaintextAuth: true}), smtp.ErrNoMechanism, "none is offered in the clear")
}
