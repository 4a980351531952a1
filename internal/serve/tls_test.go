package serve_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/serve"
)

// testTLS returns how a server and a client that trusts it are configured.
func testTLS(t *testing.T) (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"server.example"},
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	require.NoError(t, err)
	cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "server.example"}
}

func TestTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, trusting := testTLS(t)
		s := start(t, serve.Options{
			TLSConfig: cfg, Refuse: refuse, MaxConns: 1,
			ProxyFrom: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")},
		})
		dial := func(from, header string) *client {
			return newClient(t, tls.Client(s.dial(from, header), trusting))
		}
		c := dial("198.51.100.1", "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n")
		require.Equal(t, greeting, c.line())
		c.say("x")
		require.Equal(t, "x", c.line())
		require.Equal(t, "sorry: too many connections", dial("", "").line(), "told in TLS as well")

		begin := time.Now()
		_, err := s.dial("", "").Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, 5*time.Second, time.Since(begin), "no handshake, no word")
	})
}

// TestTLSClose checks that to cut a connection is not to say goodbye first: that
// lasts with a peer that does not read.
func TestTLSClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, trusting := testTLS(t)
		s := &server{t: t, ln: memnet.Listen()}
		o := serve.Options{Handle: func(ctx context.Context, nc net.Conn) {
			nc.SetWriteDeadline(time.Now().Add(time.Second))
			nc.Write(make([]byte, 2*memnet.DefaultSize))
			<-ctx.Done()
			nc.Read(make([]byte, 1))
		}}
		s.fill(&o)
		go s.life.Serve(tls.NewListener(s.ln, cfg), &o)
		c := newClient(t, tls.Client(s.dial("", ""), trusting))
		_, err := c.Read(make([]byte, 1))
		require.NoError(t, err)
		time.Sleep(time.Minute)
		begin := time.Now()
		require.NoError(t, s.life.Close())
		require.NoError(t, s.life.Shutdown(t.Context()))
		require.Zero(t, time.Since(begin))
	})
}
