package auth

import "context"

// A PasswordVerifier checks a name and a password. An Authenticator whose
// Accounts are one offers PLAIN and LOGIN, and allows the commands that carry a
// password.
type PasswordVerifier interface {
	// VerifyPassword returns the account's name as the program knows it,
	// never "". The name comes prepared by PrepareName and the password by
	// PreparePassword, both within the Authenticator's Limits; c is not nil.
	//
	// It returns ErrCredentials, wrapped or not, for an unknown name as for a
	// wrong password, and takes the same time for both. Any other error is a
	// temporary failure; its text goes to the log, so the password must not
	// be in it. The context ends with the connection. Calls may come at once
	// from many connections.
	VerifyPassword(ctx context.Context, c *Conn, name, password string) (user string, err error)
}

// An Unwrapper stands around another value, as middleware does. What the outer
// value does not implement is looked for in the inner one, and so on inward.
// Thus one that must see every login (to count failures, say) has to implement
// every way to log in that the inner value has, or not to unwrap.
type Unwrapper interface{ Unwrap() any }

// as finds what implements T in v or in what it wraps.
func as[T any](v any) (T, bool) {
	for {
		if t, ok := v.(T); ok {
			return t, true
		}
		u, ok := v.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		v = u.Unwrap()
	}
}
