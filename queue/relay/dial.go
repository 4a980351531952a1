package relay

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/smtp"
)

// A sessionError is why a conversation could not be brought to where messages are sent.
type sessionError struct {
	connected bool   // there was a connection
	greeted   bool   // the host has said something
	login     bool   // all was well up to the login
	verb      string // the last command whose reply was waited for; empty for the greeting
	err       error
}

// Error is what went wrong.
func (e *sessionError) Error() string { return e.err.Error() }

// Unwrap returns what went wrong.
func (e *sessionError) Unwrap() error { return e.err }

// dial opens a connection for the Pool. A handshake that fails, where TLS is no more than welcome, is made up for by a
// connection without: it would not have kept out anybody who listens and takes part (RFC 7435, 3).
func (r *Relay) dial(ctx context.Context, addr string, o *smtp.Options) (*smtp.Client, error) {
	c, err := r.session(ctx, addr, o)
	if errors.Is(err, smtp.ErrHandshake) && o.TLS == smtp.TLSOpportunistic && !o.ImplicitTLS && ctx.Err() == nil {
		plain := *o
		plain.TLS = smtp.TLSNone
		return r.session(ctx, addr, &plain)
	}
	return c, err
}

// session connects, and notes how far that came.
func (r *Relay) session(ctx context.Context, addr string, o *smtp.Options) (*smtp.Client, error) {
	var s sessionError
	watched := *o
	watched.Trace = func(c *smtp.Client, e smtp.Event) {
		s.connected = true
		if e.Kind == smtp.CommandDone {
			s.greeted = s.greeted || e.Reply.Code != 0
			s.login, s.verb = e.Verb == "AUTH", e.Verb
		}
		if o.Trace != nil {
			o.Trace(c, e)
		}
	}
	c, err := r.connect(ctx, addr, &watched)
	if err != nil {
		s.err = err
		s.login = s.login || errors.Is(err, smtp.ErrNoMechanism)
		return nil, &s
	}
	return c, nil
}
