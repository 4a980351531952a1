package imap4

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
)

func (c *Conn) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "imap4",
		TLS:        c.wire.TLS(),
		RemoteAddr: c.RemoteAddr(),
		ServerName: c.srv.hostname(),

		ServerCertificate: c.wire.ServerCertificate(),
	}
}

// loginRequest is what a LOGIN command says.
type loginRequest struct{ name, password string }

// loginArgs takes a name and a password.
func loginArgs(p *parser) (r loginRequest) {
	p.space()
	r.name = p.astring()
	p.space()
	r.password = p.astring()
	p.end()
	return r
}

func (c *Conn) login(ctx context.Context, r loginRequest) Reply {
	if !c.mayLogIn() {
		return tlsRequired
	}
	identity, err := c.srv.Auth.Password(ctx, c.authConn(), r.name, r.password)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.open(ctx, identity)
}

// authRequest is what an AUTHENTICATE command says. Initial is nil if there is
// no initial response, and empty if it is the empty one, "=" (RFC 4959, 3).
type authRequest struct {
	mechanism string
	initial   []byte
}

func authArgs(p *parser) (r authRequest) {
	p.space()
	r.mechanism = p.atom()
	if !p.skip(' ') {
		p.end()
		return r
	}
	text := p.s[p.i:]
	p.i = len(p.s)
	if text == "=" {
		r.initial = []byte{}
		return r
	}
	initial, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(initial) == 0 {
		p.refuse(authMalformed)
	}
	r.initial = initial
	return r
}

func (c *Conn) authenticate(ctx context.Context, req authRequest) Reply {
	if !c.mayLogIn() {
		return tlsRequired
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

// challenge sends a challenge and reads the response.
func (c *Conn) challenge(challenge []byte) ([]byte, error) {
	b := base64.StdEncoding.AppendEncode([]byte("+ "), challenge)
	c.put(append(b, "\r\n"...))
	line, err := c.readLine()
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
	case errors.Is(err, auth.ErrAuthorization):
		r = notAuthorized
	case errors.Is(err, auth.ErrCredentials):
		r = badCredentials
	case errors.Is(err, auth.ErrInsecure):
		return authNeedsTLS
	case errors.Is(err, auth.ErrMechanism):
		return badMechanism
	case errors.Is(err, engine.ErrNoAnswer):
		if r := c.lineReply(err); !r.isNone() {
			return r
		}
		return c.gone(err)
	default:
		c.srv.logger().ErrorContext(ctx, "imap4: login failed for a reason of ours", "err", err)
		return authTemporary
	}
	if c.logins++; over(c.logins, c.srv.limits().Logins) {
		return tooManyLogins
	}
	return r
}

// open opens the account of the one who has shown who he is.
func (c *Conn) open(ctx context.Context, identity auth.Identity) Reply {
	if !c.srv.enter(identity.Name()) {
		return No("LIMIT", "too many connections of this user")
	}
	c.identity = identity
	account, err := c.backend(ctx)
	if err != nil {
		c.srv.leave(identity.Name())
		r := c.replyTo(ctx, err)
		c.identity = auth.Identity{}
		if r == localError {
			return unavailable
		}
		return r
	}
	c.account, c.state, c.bad = account, Authenticated, 0
	return OK(c.capabilityCode(), "logged in")
}

// backend asks the Backend for the account.
func (c *Conn) backend(ctx context.Context) (account Account, err error) {
	opened := false
	defer func() {
		if !opened { // it panicked
			c.srv.leave(c.identity.Name())
		}
	}()
	account, err = c.srv.Backend.Open(ctx, c)
	opened = true
	return account, err
}
