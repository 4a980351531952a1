package smtp

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
)

// authRequest is what an AUTH command says. Initial is nil if there is no
// initial response, and empty if it is the empty one, "=".
type authRequest struct {
	mechanism string
	initial   []byte
}

// authArgs takes a mechanism and an optional initial response (RFC 4954, 4).
func authArgs(s string) (authRequest, error) {
	mechanism, initial, given := strings.Cut(strings.Trim(s, " "), " ")
	if mechanism == "" {
		return authRequest{}, errSyntax
	}
	req := authRequest{mechanism: mechanism}
	switch {
	case !given:
	case initial == "=":
		req.initial = []byte{}
	default:
		var err error
		if req.initial, err = base64.StdEncoding.Strict().DecodeString(initial); err != nil {
			return authRequest{}, authMalformed
		}
	}
	return req, nil
}

func (c *Conn) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "smtp",
		TLS:        c.wire.TLS(),
		RemoteAddr: c.RemoteAddr(),
		ServerName: c.srv.hostname(),

		ServerCertificate: c.wire.ServerCertificate(),
	}
}

func (c *Conn) authenticate(ctx context.Context, req authRequest) Reply {
	switch {
	case c.Identity().Name() != "":
		return R(503, Enhanced{5, 5, 1}, "you have logged in already")
	case c.srv.RequireTLS && c.wire.TLS() == nil:
		return tlsRequired
	}
	exchange, err := c.srv.Auth.Start(ctx, c.authConn(), req.mechanism)
	if err == nil {
		err = engine.Exchange(exchange, req.initial, c.challenge)
	}
	if err == nil {
		who := exchange.Identity()
		c.identity = &who
		if a, ok := as[Authorizer](c.sess); ok {
			err = a.LoggedIn(ctx)
		}
	}
	if err == nil {
		return loggedIn
	}
	c.identity = nil
	return c.loginFailed(ctx, err)
}

// challenge sends a challenge and reads the response.
func (c *Conn) challenge(challenge []byte) ([]byte, error) {
	c.send(R(334, Enhanced{}, base64.StdEncoding.EncodeToString(challenge)))
	line, err := c.wire.ReadLine(c.srv.limits().AuthLine)
	return engine.Response(line, err)
}

// loginFailed is the answer to a login that failed with err. It says nothing
// about whether the name exists.
func (c *Conn) loginFailed(ctx context.Context, err error) Reply {
	r := Reply{}
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
	case errors.Is(err, engine.ErrNoAnswer):
		if r := c.lineReply(err); r != (Reply{}) {
			return r
		}
		return c.gone(err)
	default:
		var ok bool
		if r, ok = refusal(err); ok {
			break
		}
		c.srv.logger().ErrorContext(ctx, "smtp: login failed for a reason of ours", "err", err)
		return authTemporary
	}
	if r.Temporary() {
		return r // nothing was tried
	}
	if c.logins++; over(c.logins, c.srv.limits().Logins) {
		return tooManyLogins
	}
	return r
}
