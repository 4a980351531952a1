package nntp

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
)

func (c *Conn) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "nntp",
		TLS:        c.tls,
		RemoteAddr: c.remote,
		ServerName: c.srv.hostname(),

		ServerCertificate: c.wire.ServerCertificate(),
	}
}

// user takes any name: whether there is such an account is not told.
func (c *Conn) user(_ context.Context, name string) Reply {
	switch {
	case c.srv.Auth == nil:
		return notPermitted
	case c.mayLogIn() && c.srv.Auth.PasswordAllowed(c.authConn()):
		c.name = name
		return passwordReply
	case c.tls == nil:
		return authNeedsTLS
	}
	return notPermitted
}

func (c *Conn) pass(ctx context.Context, password string) Reply {
	name := c.name
	if c.name = ""; name == "" {
		return authOrder
	}
	identity, err := c.srv.Auth.Password(ctx, c.authConn(), name, password)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.enter(ctx, identity, nil)
}

func (c *Conn) sasl(ctx context.Context, req saslRequest) Reply {
	switch {
	case c.srv.Auth == nil:
		return notPermitted
	case !c.mayLogIn():
		return authNeedsTLS
	}
	exchange, err := c.srv.Auth.Start(ctx, c.authConn(), req.mechanism)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	exchange.SuccessData = true
	last, err := c.exchange(exchange, req.initial)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.enter(ctx, exchange.Identity(), last)
}

// exchange passes challenges and responses until the mechanism is done, and
// returns what it has to say last.
func (c *Conn) exchange(e *auth.Exchange, response []byte) (last []byte, _ error) {
	for {
		challenge, done, err := e.Next(response)
		if err != nil || done {
			return challenge, err
		}
		if response, err = c.challenge(challenge); err != nil {
			return nil, err
		}
	}
}

// challenge sends a challenge, which may be longer than a Reply, and reads the
// response.
func (c *Conn) challenge(challenge []byte) ([]byte, error) {
	// An error sticks, and the read returns it.
	_, _ = c.wire.Write(appendData([]byte("383 "), challenge))
	_ = c.wire.Flush()
	// Clients send the answer and its CRLF in two pieces, and wait for the
	// acknowledgement of the first.
	c.wire.QuickAck()
	line, err := c.wire.ReadLine(c.srv.limits().AuthLine)
	if err == nil && string(line) == "=" { // no octets
		return []byte{}, nil
	}
	return engine.Response(line, err)
}

// appendData appends base64, "=" for no octets (RFC 4643, 2.4.2), and CRLF.
func appendData(b, data []byte) []byte {
	if len(data) == 0 {
		b = append(b, '=')
	}
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, "\r\n"...)
}

// loginFailed is the answer to a login that failed with err. It says nothing
// about whether the name exists.
func (c *Conn) loginFailed(ctx context.Context, err error) Reply {
	var r Reply
	switch {
	case errors.Is(err, engine.ErrCancelled):
		return authCancelled
	case errors.Is(err, engine.ErrMalformed):
		r = badBase64
	case errors.Is(err, auth.ErrMalformed):
		r = authProtocol
	case errors.Is(err, auth.ErrCredentials):
		r = badCredentials
	case errors.Is(err, auth.ErrInsecure):
		return authNeedsTLS
	case errors.Is(err, auth.ErrMechanism):
		return badMechanism
	case errors.Is(err, auth.ErrBusy):
		return localError
	case errors.Is(err, engine.ErrNoAnswer):
		if r := c.lineReply(err); !r.isNone() {
			return r
		}
		return c.gone(err)
	default:
		c.srv.logger().ErrorContext(ctx, "nntp: login failed for a reason of ours", "err", err)
		return localError
	}
	if c.logins++; over(c.logins, c.srv.limits().Logins) {
		return tooManyLogins
	}
	return r
}

// enter logs in the one who has shown who he is. Last is what the mechanism has
// to say with the success, nil if nothing.
func (c *Conn) enter(ctx context.Context, identity auth.Identity, last []byte) Reply {
	c.identity = identity
	if err := c.admit(ctx); err != nil {
		c.identity = auth.Identity{}
		if r := c.replyTo(ctx, err); r != localError {
			return r
		}
		return authFailed
	}
	c.state = LoggedIn
	if len(last) == 0 {
		return loggedInReply
	}
	return Reply{Code: 283, Text: base64.StdEncoding.EncodeToString(last)}
}
