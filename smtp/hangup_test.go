package smtp_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// A client that hangs up, at whatever octet of a conversation, has delivered
// nothing but what was acknowledged; the Session is closed, once; and whoever
// called ServeConn learns of it.
func TestHangUpAnywhere(t *testing.T) {
	const first = "EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<one@here.example>\r\nDATA\r\n" +
		"Subject: one\r\n\r\n..text\r\n.\r\n"
	const all = first + "MAIL FROM:<>\r\nRCPT TO:<two@here.example>\r\nRSET\r\nAUTH PLAIN\r\n*\r\nNOOP\r\nQUIT\r\n"
	for n := range len(all) {
		srv, inbox := newServer(t)
		srv.Auth = insecure(authenticator(t))
		var last smtp.Event
		srv.Trace = func(_ *smtp.Conn, e smtp.Event) { last = e }
		_, err := play(t.Context(), srv, newReader(all[:n]))
		require.Error(t, err, "%q", all[:n])
		require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF), "%q: %v", all[:n], err)
		require.Equal(t, smtp.ConnClosed, last.Kind)
		require.Equal(t, err, last.Err)
		want := 0
		if n >= len(first) {
			want = 1
		}
		require.Len(t, inbox.delivered(), want, "%q", all[:n])
		calls := inbox.called()
		require.Equal(t, "close", calls[len(calls)-1])
		require.Equal(t, 1, count(calls, "close"))
		require.LessOrEqual(t, count(calls, "reset"), count(calls, "mail"))
	}
	srv, _ := newServer(t)
	srv.Auth = insecure(authenticator(t))
	_, err := play(t.Context(), srv, newReader(all))
	require.NoError(t, err, "the whole of it is in order")
}

func count(list []string, what string) int {
	n := 0
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

// Reset comes once for each transaction that Mail began, unless the end of the
// conversation comes first, and never without one.
func TestResetOnce(t *testing.T) {
	const greet = "EHLO client.example\r\n"
	for in, want := range map[string][]string{
		greet + "RSET\r\nRSET\r\n" + greet:                              {"open", "close"},
		greet + "MAIL FROM:<>\r\nRSET\r\nRSET\r\n":                      {"open", "mail", "reset", "close"},
		greet + "MAIL FROM:<>\r\n" + greet + greet:                      {"open", "mail", "reset", "close"},
		greet + "MAIL FROM:<>\r\nHELO x\r\n":                            {"open", "mail", "reset", "close"},
		greet + "MAIL FROM:<refused@x>\r\nRSET\r\n":                     {"open", "mail", "close"},
		greet + "MAIL FROM:<>\r\nQUIT\r\n":                              {"open", "mail", "close"},
		greet + "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\n": {"open", "mail", "rcpt", "data", "reset", "close"},
		greet + "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\nhi":    {"open", "mail", "rcpt", "data", "reset", "close"},
		"RSET\r\nQUIT\r\n":                                              {"open", "close"},
	} {
		srv, inbox := newServer(t)
		_, _ = play(t.Context(), srv, newReader(in))
		require.Equal(t, want, inbox.called(), "%q", in)
	}
}

// A mistake of the program ends one conversation, in order, and is logged with
// its place; the Session is closed all the same.
func TestPanics(t *testing.T) {
	boom := func() { panic("a mistake") }
	for name, hooks := range map[string]struct {
		set  func(*smtp.Server)
		said string
	}{
		"NewSession": {func(s *smtp.Server) {
			s.Backend = smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) { boom(); return nil, nil })
		}, "421 4.3.0"},
		"nil Session": {func(s *smtp.Server) {
			s.Backend = smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) { return nil, nil })
		}, "421 4.3.0"},
		"Close": {func(s *smtp.Server) {
			s.Backend = wrapping(s.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return &clumsy{Session: in, closes: boom} })
		}, "221"},
		"Reset": {func(s *smtp.Server) {
			s.Backend = wrapping(s.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return &clumsy{Session: in, resets: boom} })
		}, "421 4.3.0"},
		"Reset and Close": {func(s *smtp.Server) {
			s.Backend = wrapping(s.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session {
				return &clumsy{Session: in, resets: boom, closes: boom}
			})
		}, "421 4.3.0"},
		"Relay": {func(s *smtp.Server) {
			s.Domains = nil
			s.Relay = func(context.Context, *smtp.Conn, smtp.Path) error { boom(); return nil }
		}, "421 4.3.0"},
		"Trace": {func(s *smtp.Server) {
			s.Trace = func(_ *smtp.Conn, e smtp.Event) {
				if e.Verb == "RCPT" {
					boom()
				}
			}
		}, "421 4.3.0"},
		"Trace at the end": {func(s *smtp.Server) {
			s.Trace = func(_ *smtp.Conn, e smtp.Event) {
				if e.Kind == smtp.ConnClosed {
					boom()
				}
			}
		}, "221"},
		"Trace at the beginning": {func(s *smtp.Server) {
			s.Trace = func(_ *smtp.Conn, e smtp.Event) {
				if e.Kind == smtp.ConnOpened {
					boom()
				}
			}
		}, "421 4.3.0"},
	} {
		t.Run(name, func(t *testing.T) {
			srv, inbox := newServer(t)
			hooks.set(srv)
			book := logged(t, srv)
			const in = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<one@here.example>\r\nRSET\r\nQUIT\r\n"
			out, err := play(t.Context(), srv, newReader(in))
			require.ErrorContains(t, err, "smtp: panic: ")
			replies := slices.Collect(lines(out))
			require.Contains(t, replies[len(replies)-1], hooks.said)
			require.Contains(t, book.String(), "hangup_test.go", "the log has the stack")
			require.Equal(t, count(inbox.called(), "open"), count(inbox.called(), "close"))
			require.Zero(t, srv.Stats().Active)
		})
	}
}

// clumsy is a Session with mistakes in it.
type clumsy struct {
	smtp.Session
	resets, closes func()
}

func (c *clumsy) Reset() {
	c.Session.Reset()
	if c.resets != nil {
		c.resets()
	}
}

func (c *clumsy) Close() error {
	err := c.Session.Close()
	if c.closes != nil {
		c.closes()
	}
	return err
}

// An error of Close is for the log.
func TestCloseError(t *testing.T) {
	srv, _ := newServer(t)
	srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session { return closeError{in} })
	book := logged(t, srv)
	_, err := play(t.Context(), srv, newReader("QUIT\r\n"))
	require.NoError(t, err)
	require.Contains(t, book.String(), errSecret.Error())
}

type closeError struct{ smtp.Session }

func (c closeError) Close() error { return errors.Join(c.Session.Close(), errSecret) }
