package auth

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
)

// Authenticator is what an engine asks who may log in: which mechanisms to
// offer, and to run one. Only Accounts must be set. All its methods may be
// called on a nil Authenticator, which offers nothing, and at once from many
// connections. The fields must not change once it is in use.
type Authenticator struct {
	// Accounts is what the program can do: any value that implements one or
	// more of this package's account interfaces, itself or in what it wraps
	// (see Unwrapper and Selective). The type is any
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

	// Floor leaves out mechanisms by how little they protect the password,
	// whatever Mechanisms says. The zero value is FloorLegacy, which leaves
	// out nothing that Accounts can serve.
	Floor Floor

	// SaltKey keeps names that no account has from showing by their SCRAM
	// salts: those of unknown names follow from it, and are the same each
	// time (RFC 5802, 5.1). Give it 16 or more random octets that stay the
	// same when the program starts again, and on each server of a service;
	// whoever knows them can tell which names exist. Nil is a key that this
	// value makes for itself.
	SaltKey []byte

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

	// Guard slows down who guesses, by whatever mechanism. Nil lets everybody
	// guess as fast as the engine's own limits allow. A program whose servers
	// share it makes it harder to guess by turns.
	Guard *Guard

	// Logger gets a record of each failed login: its protocol, address,
	// mechanism, names and cause, never what was shown as a secret. Nil is
	// slog.Default.
	Logger *slog.Logger

	ownSalt  sync.Once
	saltMade []byte // SaltKey's stand-in
}

// String names the type of the accounts, and not SaltKey.
func (a *Authenticator) String() string {
	if a == nil {
		return "auth.Authenticator(nil)"
	}
	return fmt.Sprintf("auth.Authenticator(%T)", a.Accounts)
}

// GoString is String.
func (a *Authenticator) GoString() string { return a.String() }

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
		if a.unmet(m.needs, c) == nil {
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
		name, err = a.guardedVerify(ctx, c, prepared, password)
	}
	if err != nil {
		a.logFailure(ctx, c, Identity{User: prepared}, err)
		return Identity{}, err
	}
	return Identity{User: name}, nil
}

// Start begins an exchange by the named mechanism, upper or lower case. It
// returns ErrMechanism for one that is unknown, not enabled, or not possible on
// this connection, and ErrInsecure for one that is not offered for want of TLS.
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
	if err := a.unmet(m.needs, c); err != nil {
		return nil, err
	}
	binds := a.binds(enabled, c)
	if c == nil {
		c = &Conn{}
	}
	return &Exchange{ctx: ctx, auth: a, conn: c, binds: binds, next: m.first, claim: Identity{Mechanism: m.name}}, nil
}

func (a *Authenticator) passwordAllowed(c *Conn) error {
	if !slices.ContainsFunc(a.enabled(), mechanism.password) {
		return ErrMechanism
	}
	return a.unmet(secrecy, c)
}
