package directory

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/semaphore"
)

// LDAP is a directory that is kept by an LDAP server (RFC 4511). It only reads.
// Passwords are checked by a simple bind in the user's name (RFC 4513, 5.1.3), so
// the server never has to show them. Referrals are not followed and aliases not
// dereferenced. When the server is away, all that has to ask it is a temporary
// failure, and the next call tries again.
//
// ParseLDAP makes one. The fields must not change once it is in use, and it must
// not be copied.
type LDAP struct {
	Address string // host:port
	TLS     bool   // from the first octet (ldaps)
	Base    string // DN below which accounts are

	// Subtree looks for accounts at every depth below Base, else they are
	// right below it.
	Subtree bool

	// Filter restricts what is an account (RFC 4515); "" is (objectClass=*). It
	// is to leave out accounts that are locked: to take in mail, and to log in by
	// a certificate, nobody binds, so the server has no chance to refuse.
	Filter string

	// NameAttribute holds the login name, such as "uid", and
	// AddressAttributes the mail addresses, such as "mail", the first of the
	// first being the primary one.
	NameAttribute     string
	AddressAttributes []string

	// LoginFilter and AddressFilter find the account of a login name and of
	// an address. In them %s stands for what is looked for, %u for what is
	// before its @, or all, and %d for what is behind it; %% is a percent
	// sign. What is put in is escaped. "" compares with the attributes above:
	// LoginFilter with the addresses too.
	LoginFilter, AddressFilter string

	// BindDN and BindPassword are who searches; "" is nobody in particular.
	BindDN, BindPassword string

	// StartTLS asks for TLS on a connection that has begun without (RFC 4511,
	// 4.14), and goes on with nothing less. TLSConfig is for both kinds of
	// TLS; nil trusts what the system does.
	StartTLS  bool
	TLSConfig *tls.Config

	// Insecure allows passwords to cross a network without TLS. Towards this
	// machine itself that is always allowed.
	Insecure bool

	Timeout time.Duration // of connecting and of each answer; 0 is 5 seconds
	Conns   int           // at once; 0 is 8
	Entries int           // that List may yield; 0 is 10,000

	// Keep is how long what was found, and that something was not, is taken
	// for true. 0 is a minute, below 0 not at all. Passwords are not kept.
	Keep time.Duration

	once  sync.Once
	slots *semaphore.Weighted
	found cache

	mu     sync.Mutex
	closed bool
	idle   []*ldap.Conn // bound as BindDN
}

var _ Directory = (*LDAP)(nil)

// Check returns an error that says which field to change, or nil. It does not ask
// the server.
func (l *LDAP) Check() error {
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return fmt.Errorf("ldap: address %q: write it as host:port", l.Address)
	}
	if _, err := ldap.ParseDN(l.Base); err != nil || l.Base == "" {
		return fmt.Errorf("ldap: base %q is not a DN: write it like ou=people,dc=example,dc=org", l.Base)
	}
	if l.NameAttribute == "" || len(l.AddressAttributes) == 0 {
		return errors.New("ldap: name the attributes of the login name and of the addresses, like uid and mail")
	}
	for _, a := range append([]string{l.NameAttribute}, l.AddressAttributes...) {
		if !isAttribute(a) {
			return fmt.Errorf("ldap: %q is not the name of an attribute", a)
		}
	}
	for what, f := range map[string]string{"filter": l.Filter, "login filter": l.LoginFilter, "address filter": l.AddressFilter} {
		if f == "" {
			continue
		}
		if _, err := ldap.CompileFilter(expand(f, "x@y")); err != nil {
			return fmt.Errorf("ldap: %s %q: %w; write it like (mail=%%s)", what, f, err)
		}
	}
	switch {
	case l.BindDN == "" && l.BindPassword != "":
		return errors.New("ldap: there is a password to bind by, and no name: set the DN that it is of")
	case l.BindDN != "" && l.BindPassword == "":
		// RFC 4513, 5.1.2: it would be taken for anonymous.
		return errors.New("ldap: there is a name to bind by, and no password: set it, or take the name away")
	case l.TLS && l.StartTLS:
		return errors.New("ldap: ldaps has TLS already: leave StartTLS out, or use ldap")
	case l.inClear():
		return fmt.Errorf("ldap: passwords would go to %s in the clear: use ldaps or StartTLS (-ldap-starttls), or allow it (-ldap-insecure)", host)
	}
	return nil
}

// inClear reports whether passwords would cross a network for everybody to read.
func (l *LDAP) inClear() bool {
	host, _, _ := net.SplitHostPort(l.Address)
	return !l.TLS && !l.StartTLS && !l.Insecure && !isLoopback(host)
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (l *LDAP) init() {
	l.once.Do(func() {
		l.slots = semaphore.NewWeighted(int64(cmp.Or(l.Conns, 8)))
		l.found = cache{ttl: cmp.Or(l.Keep, time.Minute), size: 10000}
	})
}

func (l *LDAP) timeout() time.Duration { return cmp.Or(l.Timeout, 5*time.Second) }

// acquire takes one of the connections that there may be at once.
func (l *LDAP) acquire(ctx context.Context) error {
	l.init()
	if err := l.slots.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("ldap: waiting for a connection: %w", err)
	}
	return nil
}

// Close closes the connections that nobody uses, and each other one when its
// answer has come.
func (l *LDAP) Close() error {
	l.mu.Lock()
	idle := l.idle
	l.idle, l.closed = nil, true
	l.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// String names the server and the base, and no password.
func (l *LDAP) String() string {
	scheme := "ldap"
	if l.TLS {
		scheme = "ldaps"
	}
	return scheme + "://" + l.Address + "/" + l.Base
}

// GoString is String: %#v shows no more than %v.
func (l *LDAP) GoString() string { return l.String() }

// LogValue is String: a slog.JSONHandler would take the fields.
func (l *LDAP) LogValue() slog.Value { return slog.StringValue(l.String()) }
