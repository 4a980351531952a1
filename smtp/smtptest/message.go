package smtptest

import (
	"context"
	"io"
	"slices"

	"github.com/wirepost/wirepost/smtp"
)

// A Message is one that a Server was sent.
type Message struct {
	Envelope smtp.Envelope
	Data     []byte // as it came, lines ending in CRLF, without dot-stuffing
	Hello    string // the client's name for itself
	User     string // who logged in, empty if nobody
	TLS      bool
}

// Messages returns what the server was sent so far, in the order of arrival.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// newSession judges recipients by Mailboxes, and keeps messages.
func (s *Server) newSession(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
	sess, err := smtp.HandlerFunc(s.keep).NewSession(ctx, c)
	return recipientCheck{sess, s}, err
}

type recipientCheck struct {
	smtp.Session
	srv *Server
}

func (s recipientCheck) Unwrap() smtp.Session { return s.Session }

func (s recipientCheck) Rcpt(ctx context.Context, to smtp.RcptParams) error {
	known := s.srv.Mailboxes == nil || to.Path.Domain == "" || slices.Contains(s.srv.Mailboxes, to.Path.String())
	if !known {
		return smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")
	}
	return s.Session.Rcpt(ctx, to)
}

func (s *Server) keep(ctx context.Context, c *smtp.Conn, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return smtp.Reply{}, err
	}
	m := Message{
		Envelope: *env,
		Data:     data,
		Hello:    c.Hello(),
		User:     c.Identity().Name(),
		TLS:      c.TLS() != nil,
	}
	a := s.next(EndOfMessage)
	if !pause(ctx, a.Delay) {
		return smtp.Reply{}, context.Cause(ctx)
	}
	r := a.reply()
	if r.Code != 0 && !r.Accepted() {
		return smtp.Reply{}, r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	return r, nil
}
