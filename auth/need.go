package auth

import "slices"

// A need is what a mechanism needs of a connection.
type need int

const (
	nothing     need = iota
	secrecy          // TLS, or Authenticator.AllowInsecure: what is sent is as good as a password
	binding          // TLS to which a mechanism can be bound (RFC 5056)
	certificate      // TLS, on which the client has shown a certificate that was verified
)

// unmet returns nil if the connection has what the mechanism needs, ErrInsecure
// if TLS is wanting, and ErrMechanism if TLS would not do.
func (a *Authenticator) unmet(n need, c *Conn) error {
	if n == nothing || n == secrecy && a.AllowInsecure {
		return nil
	}
	if !c.secure() {
		return ErrInsecure
	}
	switch {
	case n == binding && len(bindings(c)) == 0:
		return ErrMechanism
	case n == certificate && len(c.TLS.VerifiedChains) == 0:
		return ErrMechanism
	}
	return nil
}

// binds tells whether one of the mechanisms can be bound to this connection.
func (a *Authenticator) binds(enabled []mechanism, c *Conn) bool {
	return slices.ContainsFunc(enabled, func(m mechanism) bool { return m.needs == binding && a.unmet(binding, c) == nil })
}
