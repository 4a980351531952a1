package ldapserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"iter"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// list is people in memory.
type list []Entry

func (l list) Entries(context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range l {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// failing has entries and then an error.
type failing struct {
	list
	err error
}

func (f failing) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range f.list.Entries(ctx) {
			if !yield(e, err) {
				return
			}
		}
		yield(Entry{}, f.err)
	}
}

// endless has entries until the search ends.
type endless struct{ begun chan struct{} }

func (e endless) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		e.begun <- struct{}{}
		<-ctx.Done()
		yield(Entry{}, ctx.Err())
	}
}

// passwords are the accounts that can log in.
type passwords map[string]string

func (p passwords) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "@example.org"))
	if name == "" || p[name] != password {
		return "", auth.ErrCredentials
	}
	return name, nil
}

var office = list{
	{Name: "tim", Addresses: []string{"tim@example.org", "sales@example.org"}, Given: "Tim", Surname: "Tester", Phone: "+49 30 1234-5", Department: "Sales"},
	{Name: "ann", Addresses: []string{"ann@example.org"}, Display: "Ann Müller", Surname: "Müller", Given: "Ann"},
	{Name: "gone", Addresses: []string{"gone@example.org"}, Disabled: true},
	{Name: "odd, name+x", Display: "Odd  One"},
	{Name: "staff", Group: true, Display: "All Staff", Addresses: []string{"staff@example.org"}, Members: []string{"tim", "ann"}, MemberAddresses: []string{"far@example.net"}},
}

const (
	base   = "dc=example,dc=org"
	timDN  = "uid=tim,ou=people," + base
	annDN  = "uid=ann,ou=people," + base
	oddDN  = `uid=odd\, name\+x,ou=people,` + base
	staff  = "cn=staff,ou=groups," + base
	secret = "tanstaaf"
)

// An instance is a server in memory.
type instance struct {
	*Server
	t      *testing.T
	ln     *memnet.Listener
	client *tls.Config
	err    chan error
	log    *strings.Builder
}

func start(t *testing.T, change func(*Server)) *instance {
	t.Helper()
	cert, err := testcert.New("ldap.test")
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	i := &instance{t: t, ln: memnet.Listen(), err: make(chan error, 2), log: new(strings.Builder)}
	i.client = &tls.Config{RootCAs: roots, ServerName: "ldap.test"}
	i.Server = &Server{
		People: office, Domain: "example.org", Organization: "Example", Hostname: "ldap.test",
		Auth:      &auth.Authenticator{Accounts: passwords{"tim": secret, "ann": "x"}, AllowInsecure: true, Logger: slog.New(slog.DiscardHandler)},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
		Logger:    slog.New(slog.NewTextHandler(i.log, nil)),
	}
	if change != nil {
		change(i.Server)
	}
	go func() { i.err <- i.Serve(i.ln) }()
	t.Cleanup(func() {
		require.NoError(t, i.Close())
		require.ErrorIs(t, <-i.err, ErrServerClosed)
		require.NoError(t, i.Shutdown(context.Background()))
	})
	return i
}

// open has anybody read.
func open(s *Server) { s.AnonymousRead = true }

func (i *instance) conn() net.Conn {
	i.t.Helper()
	nc, err := i.ln.Dial(i.t.Context())
	require.NoError(i.t, err)
	i.t.Cleanup(func() { nc.Close() })
	return nc
}

func (i *instance) dial() *ldap.Conn {
	i.t.Helper()
	c := ldap.NewConn(i.conn(), false)
	c.Start()
	i.t.Cleanup(func() { c.Close() })
	return c
}

// login is dial and a login as tim.
func (i *instance) login() *ldap.Conn {
	i.t.Helper()
	c := i.dial()
	require.NoError(i.t, c.Bind(timDN, secret))
	return c
}

func query(dn string, scope int, filter string, attributes ...string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(dn, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
}

func sub(filter string, attributes ...string) *ldap.SearchRequest {
	return query(base, ldap.ScopeWholeSubtree, filter, attributes...)
}

// names are what was found, sorted.
func names(t *testing.T, c *ldap.Conn, q *ldap.SearchRequest) []string {
	t.Helper()
	r, err := c.Search(q)
	require.NoError(t, err, q.Filter)
	dns := []string{}
	for _, e := range r.Entries {
		dns = append(dns, e.DN)
	}
	slices.SortFunc(dns, cmp.Compare[string])
	return dns
}

func requireCode(t *testing.T, code uint16, err error) {
	t.Helper()
	require.True(t, ldap.IsErrorWithCode(err, code), "want %d, got %v", code, err)
}
