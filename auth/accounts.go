package auth

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

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

// A SecretLookup knows passwords themselves. Accounts that are one serve
// CRAM-MD5, DIGEST-MD5 and APOP, which need the password, and SCRAM and NTLM,
// whose keys follow from it. Its errors are those of PasswordLookup.
type SecretLookup interface {
	// Secret returns an account's password, in the form that PreparePassword
	// gives it, "" for an account without one.
	Secret(ctx context.Context, c *Conn, name string) (user, secret string, err error)
}

// A SCRAMLookup knows the keys of RFC 5802, 3, from which nobody can tell the
// password, nor log in anywhere. Accounts that are one serve SCRAM by each hash
// function: see Selective for those that have the keys of one only. Its errors
// are those of PasswordLookup.
type SCRAMLookup interface {
	// SCRAMKey returns the account's key for a hash function, "SHA-1" or
	// "SHA-256". With a kind of ErrCredentials the exchange goes on to its
	// end, as if there were a key: so the key returned with it says what to
	// show, the Iterations of a new account (0 is 4,096) and the Salt of one
	// that is disabled (nil is one that follows from user, or else from name).
	SCRAMKey(ctx context.Context, c *Conn, name, hash string) (user string, key SCRAMKey, err error)
}

// A SCRAMKey is what a server keeps of a password for SCRAM (RFC 5802, 3). It is
// not to be shown: whoever has it can pretend to be the server.
type SCRAMKey struct {
	Salt       []byte
	Iterations int // 4,096 or more, or clients refuse it (RFC 7677, 4)
	StoredKey  []byte
	ServerKey  []byte
}

// String tells the iterations only.
func (k SCRAMKey) String() string { return fmt.Sprintf("auth.SCRAMKey(%d iterations)", k.Iterations) }

// GoString is String.
func (k SCRAMKey) GoString() string { return k.String() }

// LogValue is String.
func (k SCRAMKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// An NTHashLookup knows the MD4 hash of a password in UTF-16 (MS-NLMP, 3.3.1),
// which is as good as the password to whoever steals it. Its errors are those of
// PasswordLookup.
type NTHashLookup interface {
	// NTHash returns the account's hash. domain is what the client sent, often
	// "" or anything at all; name is prepared by PrepareName.
	NTHash(ctx context.Context, c *Conn, domain, name string) (user string, hash [16]byte, err error)
}

// A TokenVerifier checks bearer tokens, such as those of OAuth 2.0 (RFC 6750).
// Accounts that are one offer OAUTHBEARER and XOAUTH2.
type TokenVerifier interface {
	// VerifyToken returns the account that the token is for. name is what the
	// client says, prepared by PrepareName, "" if it leaves that to the token.
	// ErrCredentials for a token that is unknown, over, or not for name;
	// ErrDisabled if the account must not be used: nothing else asks for that.
	VerifyToken(ctx context.Context, c *Conn, name, token string) (user string, err error)
}

// A CertificateMapper knows whose a client's certificate is. Accounts that are
// one offer EXTERNAL on connections whose client has shown a certificate that
// the TLS configuration verified.
type CertificateMapper interface {
	// MapCertificate returns the account; the certificate is the first of
	// c.TLS.PeerCertificates. ErrCredentials if there is none; ErrDisabled if it
	// must not be used: nothing else asks for that.
	MapCertificate(ctx context.Context, c *Conn) (user string, err error)
}

// An AnonymousAccount lets anybody in. Accounts that are one offer ANONYMOUS
// (RFC 4505).
type AnonymousAccount interface {
	// Anonymous returns the account to use. trace is what the client says of
	// itself, often an address: nothing to trust.
	Anonymous(ctx context.Context, c *Conn, trace string) (user string, err error)
}

// An Unwrapper stands around another value, as middleware does. What the outer
// value does not implement is looked for in the inner one, and so on inward.
// Thus one that must see every login (to count failures, say) has to implement
// every way to log in that the inner value has, or not to unwrap.
type Unwrapper interface{ Unwrap() any }

// Selective accounts implement more of the account interfaces than they can
// serve at the moment, and say which mechanisms they can: a store may have the
// method SCRAMKey, and no keys in it yet. What they do not serve is looked for
// in what they wrap. Accounts without this method serve all they implement.
type Selective interface {
	// Serves is asked with the name of a mechanism in upper case, without
	// "-PLUS". For APOP it is asked with "CRAM-MD5".
	Serves(mechanism string) bool
}

// as finds what implements T in v or in what it wraps.
func as[T any](v any) (T, bool) { return find(v, func(T) bool { return true }) }

// serving is as, without what does not serve the mechanism just now.
func serving[T any](v any, mechanism string) (T, bool) {
	mechanism = strings.TrimSuffix(mechanism, "-PLUS")
	return find(v, func(t T) bool {
		s, ok := any(t).(Selective)
		return !ok || s.Serves(mechanism)
	})
}

// can tells whether accounts serve a mechanism by T.
func can[T any](accounts any, mechanism string) bool {
	_, ok := serving[T](accounts, mechanism)
	return ok
}

func find[T any](v any, fits func(T) bool) (T, bool) {
	for {
		if t, ok := v.(T); ok && fits(t) {
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
