package directory

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var people = []fakeEntry{
	{"uid=tim,dc=test", map[string][]string{"uid": {"tim"}, "mail": {"tim@example.test", "t@example.test", "TIM@example.test", "no address", "x@y z"}}, "tanstaaf"},
	{"uid=Ursel,dc=test", map[string][]string{"uid": {"Ursel"}, "mail": {"ursel@b\u00fccher.test"}}, "xipj"},
	{"uid=star,dc=test", map[string][]string{"uid": {"a*(b)\\c"}, "mail": {"*@example.test"}}, "star"},
	{"cn=nameless,dc=test", map[string][]string{"mail": {"nameless@example.test"}}, "x"},
	{"uid=one,dc=test", map[string][]string{"uid": {"one"}, "mail": {"twice@example.test"}}, "x"},
	{"uid=two,dc=test", map[string][]string{"uid": {"two"}, "mail": {"twice@example.test"}}, "x"},
}

func client(t *testing.T, f *fake) *LDAP {
	t.Helper()
	l, err := ParseLDAP("ldap://" + f.address + "/dc=test")
	require.NoError(t, err)
	require.NoError(t, l.Check())
	l.Timeout = 10 * time.Second
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func TestLDAPVerifyPassword(t *testing.T) {
	f := startFake(t, &fake{entries: people, code: map[string]int64{}})
	l := client(t, f)
	for _, c := range []struct{ name, password, want string }{
		{"tim", "tanstaaf", "tim"},
		{"TIM", "tanstaaf", "tim"},
		{"t@example.test", "tanstaaf", "tim"},
		{"ursel", "xipj", "Ursel"},
		{"a*(b)\\c", "star", "a*(b)\\c"},
		{"tim", "wrong", ""},
		{"tim", "", ""}, // RFC 4513, 5.1.2: the server would say yes
		{"", "tanstaaf", ""},
		{"tom", "tanstaaf", ""},
		{"*", "tanstaaf", ""},
		{"t*", "tanstaaf", ""},
		{"tim)(uid=*", "tanstaaf", ""},
		{"tim\x00", "tanstaaf", ""},
		{"uid=tim,dc=test", "tanstaaf", ""},
	} {
		user, err := l.VerifyPassword(t.Context(), nil, c.name, c.password)
		require.Equal(t, c.want, user, c.name)
		if c.want == "" {
			require.ErrorIs(t, err, auth.ErrCredentials, c.name)
		} else {
			require.NoError(t, err, c.name)
		}
	}
	for code, refused := range map[int64]bool{
		ldap.LDAPResultInappropriateAuthentication: true, ldap.LDAPResultConstraintViolation: true, ldap.LDAPResultNoSuchObject: true,
		ldap.LDAPResultUnavailable: false, ldap.LDAPResultBusy: false, ldap.LDAPResultOther: false, ldap.LDAPResultReferral: false,
	} {
		f.mu.Lock()
		f.code["uid=tim,dc=test"] = code
		f.mu.Unlock()
		_, err := l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
		require.Error(t, err)
		require.Equal(t, refused, isCredentials(err), err)
		require.Equal(t, 1, strings.Count(err.Error(), "ldap: ")+strings.Count(err.Error(), "auth: "), err)
	}
}

func isCredentials(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), auth.ErrCredentials.Error())
}

// TestLDAPNameless: nobody logs in as an entry whose name is empty, which is what an
// anonymous bind has.
func TestLDAPNameless(t *testing.T) {
	f := startFake(t, &fake{
		entries: []fakeEntry{{"", map[string][]string{"uid": {"tim"}, "mail": {"tim@example.test"}}, ""}},
		code:    map[string]int64{"": 0},
	})
	_, err := client(t, f).VerifyPassword(t.Context(), nil, "tim", "guess")
	require.ErrorContains(t, err, "without a name")
	_, _, binds := f.seen()
	require.Empty(t, binds)
}

// TestLDAPUnknownNameBindsToo: the server does the work of a bind, on a connection
// of its own, for a name that there is not as for one that there is.
func TestLDAPUnknownNameBindsToo(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	var dialled [2]int
	for i, name := range []string{"tim", "tom"} {
		before, _, _ := f.seen()
		_, err := l.VerifyPassword(t.Context(), nil, name, "wrong")
		require.ErrorIs(t, err, auth.ErrCredentials)
		after, _, binds := f.seen()
		require.Len(t, binds, i+1)
		dialled[i] = after - before
	}
	require.Equal(t, [2]int{2, 1}, dialled) // the first has dialled to search too
}

func TestLDAPFind(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	tim := Account{Name: "tim", Addresses: []store.Address{{Local: "tim", Domain: "example.test"}, {Local: "t", Domain: "example.test"}}}
	a, err := l.Lookup(t.Context(), "Tim")
	require.NoError(t, err)
	require.Equal(t, tim, a)
	a, err = l.Resolve(t.Context(), store.Address{Local: "T", Domain: "Example.test"})
	require.NoError(t, err)
	require.Equal(t, tim, a)
	a, err = l.Lookup(t.Context(), "Ursel")
	require.NoError(t, err)
	require.Equal(t, []store.Address{{Local: "ursel", Domain: "xn--bcher-kva.test"}}, a.Addresses)
	for _, address := range []store.Address{{Local: "tim", Domain: ""}, {Local: "*", Domain: "*"}, {Local: "nobody", Domain: "example.test"}} {
		_, err = l.Resolve(t.Context(), address)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	_, err = l.Resolve(t.Context(), store.Address{Local: "*", Domain: "example.test"})
	require.NoError(t, err, "an asterisk is one, and no more")
	_, err = l.Resolve(t.Context(), store.Address{Local: "twice", Domain: "example.test"})
	require.ErrorContains(t, err, "several entries fit")
	_, err = l.Resolve(t.Context(), store.Address{Local: "nameless", Domain: "example.test"})
	require.ErrorContains(t, err, "no uid")
}

func TestLDAPList(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	l.Entries = 5
	var names []string
	for a, err := range l.List(t.Context()) {
		require.NoError(t, err)
		names = append(names, a.Name)
	}
	require.Equal(t, []string{"tim", "Ursel", "a*(b)\\c", "one", "two"}, names)
	for range l.List(t.Context()) {
		break
	}
	l.Entries = 4
	var last error
	for _, last = range l.List(t.Context()) {
	}
	require.ErrorContains(t, last, "more than 4 entries")
	l.Base = "dc=elsewhere"
	for _, last = range l.List(t.Context()) {
	}
	require.ErrorContains(t, last, "there is no base")
}

// TestLDAPServerAway: what the server is needed for fails for as long as it is
// away, not as if the password were wrong, and works when it is back.
func TestLDAPServerAway(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	l.Keep = -1
	verify := func() error {
		_, err := l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
		return err
	}
	require.NoError(t, verify())
	f.stop()
	for range 2 {
		err := verify()
		require.Error(t, err)
		require.NotErrorIs(t, err, auth.ErrCredentials)
		require.NotErrorIs(t, err, store.ErrNotFound)
		require.NotContains(t, err.Error(), "tanstaaf")
	}
	f.start(f.address)
	require.NoError(t, verify())
	f.cut() // as servers do with connections that are idle
	require.NoError(t, verify())
}

// TestLDAPSilentServer: one that answers nothing holds nobody for longer than
// Timeout, and a context for no longer than itself.
func TestLDAPSilentServer(t *testing.T) {
	f := startFake(t, &fake{silent: true})
	l := client(t, f)
	l.Timeout = 50 * time.Millisecond
	_, err := l.VerifyPassword(t.Context(), nil, "tim", "x")
	require.Error(t, err)
	require.NotErrorIs(t, err, auth.ErrCredentials)
	l2 := client(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l2.Lookup(ctx, "tim")
	require.ErrorIs(t, err, context.Canceled)
}

// TestLDAPHungUp: a login that nobody waits for any more ends, and leaves its
// connection to others.
func TestLDAPHungUp(t *testing.T) {
	f := startFake(t, &fake{entries: people, silent: true})
	l := client(t, f)
	l.Timeout, l.Conns = time.Hour, 1
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := l.VerifyPassword(ctx, nil, "tim", "tanstaaf")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, l.bind(ctx, "uid=tim,dc=test", "tanstaaf"), context.DeadlineExceeded)
		cancel()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.bind(ctx, "uid=tim,dc=test", "tanstaaf"), context.DeadlineExceeded)
}

func TestLDAPCache(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	for range 3 {
		_, err := l.Lookup(t.Context(), "tim")
		require.NoError(t, err)
		_, err = l.Lookup(t.Context(), "nobody")
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	dialled, searches, _ := f.seen()
	require.Len(t, searches, 2)
	require.Equal(t, 1, dialled)
	f.stop()
	_, err := l.Lookup(t.Context(), "tim")
	require.NoError(t, err)
}

func TestCacheExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache{ttl: time.Minute, size: 10}
		c.put("x", entry{dn: "cn=x"}, nil)
		time.Sleep(time.Minute - time.Nanosecond)
		a, ok := c.get("x")
		require.True(t, ok)
		require.Equal(t, "cn=x", a.entry.dn)
		time.Sleep(time.Nanosecond)
		_, ok = c.get("x")
		require.False(t, ok)
	})
}

func TestCacheIsBounded(t *testing.T) {
	c := cache{ttl: time.Hour, size: 10}
	for i := range 1000 {
		c.put(fmt.Sprint(i), entry{}, nil)
		_, ok := c.get(fmt.Sprint(i))
		require.True(t, ok)
	}
	require.Len(t, c.answers, 10)
	off := cache{ttl: -1, size: 10}
	off.put("x", entry{}, nil)
	_, ok := off.get("x")
	require.False(t, ok)
}

// TestLDAPConnsAreBounded: however many log in at once.
func TestLDAPConnsAreBounded(t *testing.T) {
	f := startFake(t, &fake{entries: people})
	l := client(t, f)
	l.Conns, l.Keep = 2, -1
	var logins sync.WaitGroup
	for range 20 {
		logins.Go(func() {
			_, err := l.VerifyPassword(context.Background(), nil, "tim", "tanstaaf")
			require.NoError(t, err)
		})
	}
	logins.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	require.LessOrEqual(t, len(l.idle), 2)
}

func TestLDAPSearchUser(t *testing.T) {
	f := startFake(t, &fake{entries: people, bindAs: "cn=mail,dc=test", secret: "s3cret"})
	l := client(t, f)
	_, err := l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.ErrorContains(t, err, "Insufficient Access Rights")
	require.NotErrorIs(t, err, auth.ErrCredentials)
	l = client(t, f)
	l.BindDN, l.BindPassword = "cn=mail,dc=test", "s3cret"
	_, err = l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.NoError(t, err)
	l = client(t, f)
	l.BindDN, l.BindPassword = "cn=mail,dc=test", "wr0ng"
	_, err = l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.ErrorContains(t, err, "bind as cn=mail,dc=test")
	require.NotErrorIs(t, err, auth.ErrCredentials, "it is not the user's password that is wrong")
	require.NotContains(t, err.Error()+fmt.Sprintf("%v %+v %#v", l, l, l), "wr0ng")
}

func TestLDAPTLS(t *testing.T) {
	server, pool := selfSigned(t)
	f := startFake(t, &fake{entries: people, startTLS: server})
	l := client(t, f)
	l.StartTLS, l.TLSConfig = true, &tls.Config{RootCAs: pool}
	_, err := l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.NoError(t, err)

	l = client(t, f)
	l.StartTLS = true
	_, err = l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.ErrorContains(t, err, "certificate")
	require.NotErrorIs(t, err, auth.ErrCredentials)

	l = client(t, startFake(t, &fake{entries: people}))
	l.StartTLS, l.TLSConfig = true, &tls.Config{RootCAs: pool}
	_, err = l.VerifyPassword(t.Context(), nil, "tim", "tanstaaf")
	require.ErrorContains(t, err, "StartTLS", "it does not go on without")
	require.NotErrorIs(t, err, auth.ErrCredentials)
}

// TestLDAPInClear: no password leaves in the clear by a mere oversight.
func TestLDAPInClear(t *testing.T) {
	l, err := ParseLDAP("ldap://192.0.2.1/dc=test")
	require.NoError(t, err)
	require.ErrorContains(t, l.Check(), "in the clear")
	for _, err := range []error{
		func() error { _, err := l.VerifyPassword(t.Context(), nil, "tim", "x"); return err }(),
		l.bind(t.Context(), "uid=tim,dc=test", "x"),
	} {
		require.ErrorContains(t, err, "without TLS")
		require.NotErrorIs(t, err, auth.ErrCredentials)
	}
}

func selfSigned(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// TestLDAPProfile: what else is known of somebody comes along, and what the store could not keep is left out.
func TestLDAPProfile(t *testing.T) {
	l := client(t, startFake(t, &fake{entries: []fakeEntry{{"uid=tim,dc=test", map[string][]string{
		"uid": {"tim"}, "mail": {"tim@example.test"}, "cn": {"Tim Fee", "Timmy"}, "givenName": {"Tim"}, "sn": {"Fee"},
		"telephoneNumber": {"1\r\n2"},
	}, ""}}}))
	a, err := l.Lookup(t.Context(), "tim")
	require.NoError(t, err)
	require.Equal(t, store.Profile{Display: "Tim Fee", Given: "Tim", Surname: "Fee"}, a.Profile)
}
