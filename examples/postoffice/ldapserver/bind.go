package ldapserver

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// Ways to log in (RFC 4511, 4.2).
const (
	simpleLogin = 0x80
	saslLogin   = 0xa3
)

// bind logs in. Whatever comes of it, who was logged in before no longer is (RFC
// 4511, 4.2.1).
func (c *conn) bind(ctx context.Context, r *request) reply {
	c.logIn("")
	exchange, mechanism := c.exchange, c.sasl
	c.exchange = nil
	in := &cursor{rest: r.body}
	version, name := in.number(tagInteger), in.text(tagOctets)
	switch {
	case in.bad:
		return malformed()
	case version != 3:
		return refuse(protocolError, "speak version 3 of LDAP")
	case in.is(simpleLogin):
		return c.simple(ctx, name, in.text(simpleLogin))
	case !in.is(saslLogin):
		return refuse(authMethodNotSupported, "log in by simple or SASL")
	}
	login := in.in(saslLogin)
	wanted := login.text(tagOctets)
	var response []byte
	if login.is(tagOctets) {
		response = append([]byte{}, login.octets(tagOctets)...)
	}
	if in.bad {
		return malformed()
	}
	if exchange != nil && ascii.EqualFold(mechanism, wanted) {
		return c.step(ctx, exchange, mechanism, response)
	}
	exchange, err := c.srv.Auth.Start(c.ctx, c.authConn(), wanted)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	exchange.SuccessData = true
	return c.step(ctx, exchange, wanted, response)
}

// step goes on with a SASL exchange (RFC 4513, 5.2.1).
func (c *conn) step(ctx context.Context, e *auth.Exchange, mechanism string, response []byte) reply {
	challenge, done, err := e.Next(response)
	switch {
	case err != nil:
		return c.loginFailed(ctx, err)
	case !done:
		c.exchange, c.sasl = e, mechanism
		return reply{code: saslBindInProgress, sasl: append([]byte{}, challenge...)}
	}
	r := c.admit(ctx, e.Identity().Name())
	r.sasl = challenge
	return r
}

// simple logs in by name and password (RFC 4513, 5.1). The name is that of an
// entry, or else as it is in mail programs.
func (c *conn) simple(ctx context.Context, name, password string) reply {
	switch {
	case name == "" && password == "":
		return reply{} // anonymous
	case password == "": // RFC 4513, 5.1.2: clients would take it for a login
		return refuse(unwillingToPerform, "a login needs a password")
	case name == "":
		return refuse(invalidCredentials, "a login needs a name")
	case c.srv.NoSimple:
		return c.loginFailed(ctx, auth.ErrMechanism)
	}
	identity, err := c.srv.Auth.Password(ctx, c.authConn(), c.srv.tree.login(name), password)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.admit(ctx, identity.Name())
}

// admit ends a login that has shown whose it is.
func (c *conn) admit(ctx context.Context, account string) reply {
	c.failed = 0
	if c.srv.MayUse != nil {
		switch may, err := c.srv.MayUse(ctx, account); {
		case err != nil:
			return c.loginFailed(ctx, err)
		case !may:
			return refuse(unwillingToPerform, "this service is switched off for you; ask the administrator")
		}
	}
	c.logIn(account)
	return reply{}
}

// login returns the account's name in the name of an entry of a person. What is no
// such name is left as it is.
func (t *tree) login(name string) string {
	dn, err := ldap.ParseDN(name)
	if err != nil || len(dn.RDNs) < 2 {
		return name
	}
	path, ok := parsePath(name)
	if !ok || len(dn.RDNs[0].Attributes) != 1 || !path[1:].is(t.peoplePath) {
		return name
	}
	switch a := findAttribute(dn.RDNs[0].Attributes[0].Type); {
	case a == nil:
		return name
	case a.name == "uid", a.name == "mail", a.name == "cn":
		return dn.RDNs[0].Attributes[0].Value
	}
	return name
}

func (c *conn) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "ldap",
		TLS:        c.tls,
		RemoteAddr: c.raw.RemoteAddr(),
		ServerName: c.srv.hostname(),
	}
}

// giveUp reads no more requests.
func (c *conn) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guesses = true
}

// loginFailed says nothing about whether the name exists.
func (c *conn) loginFailed(ctx context.Context, err error) reply {
	switch {
	case errors.Is(err, auth.ErrInsecure):
		return refuse(confidentialityRequired, "use StartTLS or ldaps before you log in")
	case errors.Is(err, auth.ErrMechanism):
		return refuse(authMethodNotSupported, "there is no such way to log in here; see supportedSASLMechanisms")
	case errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrMalformed):
		r := refuse(invalidCredentials, "wrong name or password")
		if c.failed++; c.failed == c.srv.limit.Logins {
			r.then = c.giveUp
		}
		return r
	case errors.Is(err, auth.ErrBusy):
		return refuse(busy, "too many logins wait; try again later")
	}
	c.srv.logger().ErrorContext(ctx, "ldapserver: login failed for a reason of ours", "err", err)
	return refuse(unavailable, "logins are not possible now; try again later")
}
