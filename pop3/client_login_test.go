package pop3_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// byCertificate knows people by the names in their certificates.
type byCertificate struct{}

func (byCertificate) MapCertificate(_ context.Context, c *auth.Conn) (string, error) {
	return c.TLS.PeerCertificates[0].Subject.CommonName, nil
}

// newPerson returns a certificate of somebody's own, and who trusts it.
func newPerson(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// A client with a certificate logs in by that, and one without cannot.
func TestClientEXTERNAL(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Config.Auth.Accounts = byCertificate{}
	cert, pool := newPerson(t, "tim")
	srv.Config.TLSConfig.ClientCAs, srv.Config.TLSConfig.ClientAuth = pool, tls.VerifyClientCertIfGiven
	srv.Start()
	o := &pop3.Options{TLSConfig: srv.ClientTLS, Auth: []pop3.Login{pop3.Credentials(auth.Credentials{Certificate: true})}}
	_, err := pop3.Dial(t.Context(), srv.Addr, o)
	require.ErrorIs(t, err, pop3.ErrNoMechanism)
	srv.ClientTLS.Certificates = []tls.Certificate{cert}
	c, err := pop3.Dial(t.Context(), srv.Addr, o)
	require.NoError(t, err)
	count, _, err := c.Stat(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, count)
	require.NoError(t, c.Quit(t.Context()))
}

// What NewClient does can be done step by step.
func TestClientSteps(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Config.Auth.AllowInsecure = false
	srv.Start()
	c, err := pop3.Dial(t.Context(), srv.Addr, &pop3.Options{TLS: pop3.TLSNone, TLSConfig: srv.ClientTLS})
	require.NoError(t, err)
	defer c.Close()
	require.ErrorIs(t, c.Auth(t.Context(), by("PLAIN", "secret")), pop3.ErrNoMechanism)
	require.ErrorIs(t, c.Auth(t.Context(), by("X-NONE", "secret")), pop3.ErrNoMechanism)
	_, offered := c.Extension("USER")
	require.False(t, offered)
	require.NoError(t, c.StartTLS(t.Context()))
	_, offered = c.Extension("USER")
	require.True(t, offered)
	err = c.Auth(t.Context(), by("PLAIN", "wrong"))
	require.Equal(t, pop3.Err(pop3.BadAuth, "name or password wrong"), err)
	require.NoError(t, c.Auth(t.Context(), by("PLAIN", "secret")))
	require.NoError(t, c.Noop(t.Context()))
	require.NoError(t, c.Quit(t.Context()))
}

// The best way is taken: SCRAM where there is any, bound to TLS where it can be.
func TestPasswordIsBest(t *testing.T) {
	for policy, want := range map[pop3.TLSPolicy]string{pop3.TLSNone: "SCRAM-SHA-256", pop3.TLSVerified: "SCRAM-SHA-256-PLUS"} {
		srv := pop3test.NewUnstartedServer(t, mailbox)
		got := ""
		srv.Config.Backend = pop3.BackendFunc(func(ctx context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
			got = c.Identity().Mechanism
			return srv.Store.Open(ctx, c)
		})
		srv.Start()
		o := &pop3.Options{TLS: policy, TLSConfig: srv.ClientTLS, PlaintextAuth: true, Auth: pop3.Password("tim", "secret")}
		c, err := pop3.Dial(t.Context(), srv.Addr, o)
		require.NoError(t, err)
		require.NoError(t, c.Quit(t.Context()))
		require.Equal(t, want, got)
	}
}
