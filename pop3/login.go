package pop3

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
)

func (c *Conn) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "pop3",
		TLS:        c.wire.TLS(),
		RemoteAddr: c.RemoteAddr(),
		ServerName: c.srv.hostname(),

		ServerCertificate: c.wire.ServerCertificate(),
	}
}

// user takes any name: whether there is such an account is not told.
func (c *Conn) user(_ context.Context, name string) Reply {
	switch {
	case !c.mayLogIn():
		return tlsRequired
	case c.srv.Auth.PasswordAllowed(c.authConn()):
		c.name, c.state = name, Named
		return userReply
	case c.wire.TLS() == nil:
		return authNeedsTLS
	}
	return notOffered
}

func (c *Conn) pass(ctx context.Context, password string) Reply {
	identity, err := c.srv.Auth.Password(ctx, c.authConn(), c.name, password)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.open(ctx, identity)
}

func (c *Conn) authenticate(ctx context.Context, req authRequest) Reply {
	switch {
	case !c.mayLogIn():
		return tlsRequired
	case req.mechanism == "":
		return c.mechanisms()
	}
	exchange, err := c.srv.Auth.Start(ctx, c.authConn(), req.mechanism)
	if err == nil {
		err = engine.Exchange(exchange, req.initial, c.challenge)
	}
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.open(ctx, exchange.Identity())
}

// mechanisms answers AUTH alone, by which clients older than CAPA ask what
// there is. No RFC has it; RFC 1734 and what came of it leave it open.
func (c *Conn) mechanisms() Reply {
	names := c.srv.Auth.Offer(c.authConn())
	r := authReply
	r.body = &listing{
		length: len(names),
		format: func(b []byte, i int) []byte { return append(append(b, names[i]...), "\r\n"...) },
	}
	return r
}

// challenge sends a challenge, which is no Reply but a part of an answer, and
// reads the response.
func (c *Conn) challenge(challenge []byte) ([]byte, error) {
	b := base64.StdEncoding.AppendEncode([]byte("+ "), challenge)
	// An error sticks, and the read returns it.
	_, _ = c.wire.Write(append(b, "\r\n"...))
	_ = c.wire.Flush()
	// Clients send the answer and its CRLF in two pieces, and wait for the
	// acknowledgement of the first.
	c.wire.QuickAck()
	line, err := c.wire.ReadLine(c.srv.limits().AuthLine)
	return engine.Response(line, err)
}

// loginFailed is the answer to a login that failed with err. It says nothing
// about whether the name exists.
func (c *Conn) loginFailed(ctx context.Context, err error) Reply {
	var r Reply
	switch {
	case errors.Is(err, engine.ErrCancelled):
		return authCancelled
	case errors.Is(err, auth.ErrMalformed), errors.Is(err, engine.ErrMalformed):
		r = authMalformed
	case errors.Is(err, auth.ErrCredentials):
		r = badCredentials
	case errors.Is(err, auth.ErrInsecure):
		return authNeedsTLS
	case errors.Is(err, auth.ErrMechanism):
		return badMechanism
	case errors.Is(err, auth.ErrBusy):
		return authTemporary
	case errors.Is(err, engine.ErrNoAnswer):
		if r := c.lineReply(err); !r.isNone() {
			return r
		}
		return c.gone(err)
	default:
		c.srv.logger().ErrorContext(ctx, "pop3: login failed for a reason of ours", "err", err)
		return authTemporary
	}
	if c.logins++; over(c.logins, c.srv.limits().Logins) {
		return tooManyLogins
	}
	return r
}

// open opens the maildrop of the one who has shown who he is, and so enters the
// TRANSACTION state. A failure leaves nobody logged in (RFC 1939, 4).
func (c *Conn) open(ctx context.Context, identity auth.Identity) Reply {
	c.identity = identity
	if c.srv.delays.tooSoon(identity.Name(), time.Now()) {
		c.identity = auth.Identity{}
		return ErrTooSoon
	}
	if err := c.take(ctx); err != nil {
		c.closeMaildrop(ctx)
		r := c.replyTo(ctx, err)
		c.identity = auth.Identity{}
		return r
	}
	c.state = Transaction
	if delay := c.policy().LoginDelay; delay > 0 {
		c.srv.delays.note(identity.Name(), time.Now(), delay)
	}
	return c.maildropHas()
}

// take locks the maildrop and lists what is in it.
func (c *Conn) take(ctx context.Context) error {
	maildrop, err := c.srv.Backend.Open(ctx, c)
	if err != nil {
		return err
	}
	c.maildrop = maildrop
	messages, err := maildrop.Messages(ctx)
	if err != nil {
		return err
	}
	if c.drop, err = newSnapshot(c.asSent(messages)); err != nil {
		c.srv.logger().ErrorContext(ctx, "pop3: maildrop cannot be served", "user", c.identity.Name(), "err", err)
		return badMaildrop
	}
	return nil
}
