package office

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// TestDirectory: those whom a directory knows have mail here, besides those in the
// data folder, and a first start makes up nobody.
func TestDirectory(t *testing.T) {
	people := &directory.Memory{}
	for name, addresses := range map[string][]store.Address{
		"tim": {{Local: "tim", Domain: "postoffice.test"}, {Local: "t", Domain: "postoffice.test"}},
		"far": {{Local: "far", Domain: "elsewhere.test"}},
	} {
		require.NoError(t, people.Set(directory.Account{Name: name, Addresses: addresses}, "tanstaaf"))
	}
	dir := t.TempDir()
	o := start(t, Config{Dir: dir, Directory: people})
	require.True(t, o.FirstStart())
	require.Empty(t, o.DemoUsers())
	require.Equal(t, []string{"PLAIN", "LOGIN"}, o.Mechanisms(), "a directory only checks passwords")
	_, err := o.Accounts().Add(t.Context(), manage.NewUser{Name: "own", Password: "0wn-word"})
	require.NoError(t, err)

	o.submit(t, "x@client.example", "Subject: 1\r\n\r\n", "t@postoffice.test", "own@postoffice.test")
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<nobody@postoffice.test>", "550 5.1.1")
	c.quit()

	for user, password := range map[string]string{"tim": "tanstaaf", "own": "0wn-word"} {
		require.Len(t, o.read(t, DemoUser{Name: user, Password: password}), map[string]int{"tim": 1, "own": 1}[user])
		s := o.dial(t, "submissions")
		s.want("EHLO client.example", "250 ")
		s.want(plain(user, "wrong"), "535 5.7.8")
		s.want(plain(user, password), "235")
		s.want("MAIL FROM:<"+user+"@postoffice.test>", "250")
		s.want("RSET", "250")
		s.want("MAIL FROM:<else@postoffice.test>", "55")
		s.quit()
	}
	s := o.dial(t, "submissions")
	s.want("EHLO client.example", "250 ")
	s.want(plain("far", "tanstaaf"), "535")
	s.quit()

	users, err := o.Accounts().List(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 3)
	require.Equal(t, manage.User{Name: "far", Addresses: []string{"far@elsewhere.test"}, Without: []string{}, Foreign: true}, users[2])
	require.NoError(t, o.Accounts().Change(t.Context(), "tim", manage.UserChange{Disabled: new(true)}))
	s = o.dial(t, "submissions")
	s.want("EHLO client.example", "250 ")
	s.want(plain("tim", "tanstaaf"), "535")
	s.quit()
	require.NoError(t, o.stop())

	// Without the directory its accounts are there, and nobody can log in by them.
	o = start(t, Config{Dir: dir})
	require.False(t, o.FirstStart())
	p := o.dial(t, "pop3s")
	p.want("USER tim", "+OK")
	p.want("PASS tanstaaf", "-ERR [AUTH]")
	p.quit()
}

// TestMechanisms: what is offered is what every account can log in by.
func TestMechanisms(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	require.Equal(t, []string{"SCRAM-SHA-256", "PLAIN", "LOGIN"}, o.Mechanisms())
	alice := o.DemoUsers()[0]

	// A data folder of old has nothing but hashes for PLAIN.
	hash, err := (&auth.Hasher{Time: 1, Memory: 8, SCRAM: []string{}}).Hash(alice.Password)
	require.NoError(t, err)
	setHash(t, o, alice.Name, hash)
	require.NoError(t, o.stop())
	o = start(t, Config{Dir: dir})
	require.Equal(t, []string{"PLAIN", "LOGIN"}, o.Mechanisms())
	o.login(t, alice.Name, alice.Password).quit()
	require.NoError(t, o.stop())
	o = start(t, Config{Dir: dir})
	require.Equal(t, []string{"SCRAM-SHA-256", "PLAIN", "LOGIN"}, o.Mechanisms(), "the login has brought what was missing")

	setHash(t, o, alice.Name, "something else")
	require.NoError(t, o.stop())
	o = start(t, Config{Dir: dir})
	require.Equal(t, []string{"PLAIN", "LOGIN"}, o.Mechanisms())
	require.NoError(t, o.stop())

	require.NotContains(t, start(t, Config{Dir: dir, LegacyAuth: true}).Mechanisms(), "CRAM-MD5")
}

func setHash(t *testing.T, o *running, name, hash string) {
	t.Helper()
	account, err := o.store.Account(t.Context(), name)
	require.NoError(t, err)
	stored := store.PasswordHash(hash)
	_, err = o.store.ChangeAccount(t.Context(), account.ID, store.AccountChange{PasswordHash: &stored})
	require.NoError(t, err)
}

func TestLegacyAuth(t *testing.T) {
	o, err := Open(t.Context(), Config{Dir: t.TempDir(), Ephemeral: true, LegacyAuth: true})
	require.NoError(t, err)
	defer o.Close()
	require.Equal(t, []string{"SCRAM-SHA-256", "PLAIN", "LOGIN", "DIGEST-MD5", "CRAM-MD5", "NTLM"}, o.Mechanisms())
	require.NotEmpty(t, o.auth.APOPChallenge(nil))
}

// TestGuard: who guesses is slowed down unless a test says otherwise; programs on
// this machine are not taken for one person.
func TestGuard(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	require.NotNil(t, o.auth.Guard)
	begun := time.Now()
	for range 2 { // because a conversation has few tries
		s := o.dial(t, "submissions")
		s.want("EHLO client.example", "250 ")
		for range 3 {
			s.want(plain("nobody", "guess"), "535")
		}
		s.quit()
	}
	require.GreaterOrEqual(t, time.Since(begun), time.Second)
	require.Nil(t, open(t, Config{Dir: t.TempDir(), Unguarded: true}).auth.Guard)
}

// TestClientCertificates: with one of the right CA, users log in without a
// password; without, EXTERNAL is not offered.
func TestClientCertificates(t *testing.T) {
	ca := newAuthority(t)
	o := start(t, Config{Dir: t.TempDir(), ClientCA: ca.file})
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	for _, c := range []struct {
		name   string
		cert   *tls.Certificate
		asked  string // in base64
		answer string
	}{
		{"by address", ca.issue(t, "x", "alice@postoffice.test"), "=", "235 2.7.0"},
		{"by one of several", ca.issue(t, "x", "nobody@postoffice.test", "Alice@PostOffice.test"), "=", "235 2.7.0"},
		{"by name", ca.issue(t, "alice"), "=", "235 2.7.0"},
		{"as oneself", ca.issue(t, "alice"), "YWxpY2U=", "235 2.7.0"},
		{"as another", ca.issue(t, "alice"), "Ym9i", "535 5.7.8"},
		{"name beside an address", ca.issue(t, "alice", "nobody@postoffice.test"), "=", "535 5.7.8"},
		{"disabled", ca.issue(t, "bob"), "=", "535 5.7.8"},
		{"nobody", ca.issue(t, "nobody"), "=", "535 5.7.8"},
		{"postmaster", ca.issue(t, "x", "postmaster@postoffice.test"), "=", "535 5.7.8"},
		{"name that none can have", ca.issue(t, "a\r\nb"), "=", "535 5.7.8"},
		{"none", nil, "=", "504 5.5.4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nc, err := net.Dial("tcp", o.Addresses()["submissions"])
			require.NoError(t, err)
			config := &tls.Config{InsecureSkipVerify: true}
			if c.cert != nil {
				config.Certificates = []tls.Certificate{*c.cert}
			}
			s := newClient(t, tls.Client(nc, config))
			s.line()
			s.want("EHLO client.example", "250 ")
			s.want("AUTH EXTERNAL "+c.asked, c.answer)
			s.quit()
		})
	}

	// One of another CA does not get as far as a greeting.
	nc, err := net.Dial("tcp", o.Addresses()["submissions"])
	require.NoError(t, err)
	strange := newAuthority(t).issue(t, "alice")
	c := tls.Client(nc, &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return strange, nil
	}})
	defer c.Close()
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
}

func TestClientCAErrors(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for file, want := range map[string]string{empty: "put it there as PEM", empty + "x": "client CA"} {
		_, err := Open(t.Context(), Config{Dir: t.TempDir(), Ephemeral: true, ClientCA: file})
		require.ErrorContains(t, err, want)
	}
}

// An authority vouches for certificates.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	a := &authority{file: filepath.Join(t.TempDir(), "ca.pem"), key: key}
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return a
}

func (a *authority) issue(t *testing.T, name string, addresses ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, EmailAddresses: addresses, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
