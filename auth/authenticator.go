package auth

import (
	"context"
	"log/slog"
	"slices"
)

// Authenticator is what an engine asks who may log in: which mechanisms to
// offer, and to run one. Only Accounts must be set. All its methods may be
// called on a nil Authenticator, which offers nothing, and at once from many
// connections. The fields must not change once it is in use.
type Authenticator struct {
	// Accounts is what the program can do: any value that implements one or
	// more of this package's account interfaces, itself or in what it wraps
	// (see Unwrapper). For now that is PasswordVerifier. The type is any
	// because the ways to check a login are alternatives: no method is common
	// to all, and to require one would make a program that knows only tokens
	// write a password check, and so offer PLAIN. Check finds the mistakes
	// that the compiler then cannot.
	Accounts any

	// AllowInsecure permits what carries the password in the clear on
	// connections without TLS too. RFC 4616, 5, asks for the default.
	AllowInsecure bool

	// Mechanisms restricts and orders what is offered; names compare without
	// case, and those that Accounts cannot serve are passed over. Nil is all
	// that Accounts can serve, best first. The commands that carry a password
	// are allowed if a mechanism that does (PLAIN, LOGIN) is enabled.
	Mechanisms []string

	// Authorize says whether user may act as another account. It is called
	// only when user's credentials have been verified and as is neither
	// user nor the name that the client logged in by. user is the program's
	// spelling; as is the client's, prepared by PrepareName: where case does
	// not matter, fold it with FoldName. To refuse, return ErrAuthorization;
	// any error but the kinds of ErrCredentials is a temporary failure.
	// Nil: nobody may.
	Authorize func(ctx context.Context, user, as string) error

	// Limits bound what a client may send.
	Limits Limits

	// Logger gets a record of each failed login: its protocol, address,
	// mechanism, names and cause, never what was shown as a secret. Nil is
	// slog.Default.
	Logger *slog.Logger
}

// Limits bound what a client may send, in octets of UTF-8. RFC 4616, 2, asks for
// at least 255 of each. What is longer is ErrMalformed.
type Limits struct {
	Name     int // of each of the names; 0 is 512, room for any mail address
	Password int // 0 is 1,024
}

// Offer returns the names of the mechanisms to offer on this connection, best
// first, nil if there are none.
func (a *Authenticator) Offer(c *Conn) []string {
	var names []string
	for _, m := range a.enabled() {
		if !m.plaintext || a.plaintextAllowed(c) {
			names = append(names, m.name)
		}
	}
	return names
}

// PasswordAllowed reports whether the commands that carry a password (POP3's
// USER and PASS, IMAP's LOGIN, NNTP's AUTHINFO USER) may be used and offered on
// this connection.
func (a *Authenticator) PasswordAllowed(c *Conn) bool { return a.passwordAllowed(c) == nil }

// Password verifies what such a command carried. The error is one of the
// table's at ErrCredentials: ErrMechanism and ErrInsecure where PasswordAllowed
// is false, ErrMalformed, a kind of ErrCredentials, or a temporary failure.
func (a *Authenticator) Password(ctx context.Context, c *Conn, name, password string) (Identity, error) {
	if err := a.passwordAllowed(c); err != nil {
		return Identity{}, err
	}
	if c == nil {
		c = &Conn{}
	}
	prepared, err := a.prepareName(name)
	if err == nil {
		name, err = a.verify(ctx, c, prepared, password)
	}
	if err != nil {
		a.logFailure(ctx, c, Identity{User: prepared}, err)
		return Identity{}, err
	}
	return Identity{User: name}, nil
}

// Start begins an exchange by the named mechanism, upper or lower case. It
// returns ErrMechanism for one that is unknown or not enabled, and ErrInsecure
// for one that is not offered for want of TLS.
//
// The Exchange keeps ctx, and hands it to the program's accounts: an exchange
// is one command of the protocol, and ctx is that command's.
func (a *Authenticator) Start(ctx context.Context, c *Conn, mechanism string) (*Exchange, error) {
	enabled := a.enabled()
	i := indexMechanism(enabled, mechanism)
	if i < 0 {
		return nil, ErrMechanism
	}
	m := enabled[i]
	if m.plaintext && !a.plaintextAllowed(c) {
		return nil, ErrInsecure
	}
	if c == nil {
		c = &Conn{}
	}
	return &Exchange{ctx: ctx, auth: a, conn: c, next: m.first, claim: Identity{Mechanism: m.name}}, nil
}

func (a *Authenticator) plaintextAllowed(c *Conn) bool { return a.AllowInsecure || c.secure() }

func (a *Authenticator) passwordAllowed(c *Conn) error {
	if !slices.ContainsFunc(a.enabled(), func(m mechanism) bool { return m.plaintext }) {
		return ErrMechanism
	}
	if !a.plaintextAllowed(c) {
		return ErrInsecure
	}
	return nil
}
