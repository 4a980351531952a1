package pop3

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// Logins are bound to a certificate only if it is known which was shown.
func TestOnlyCertificate(t *testing.T) {
	cert, err := testcert.New("localhost")
	require.NoError(t, err)
	unparsed := cert
	unparsed.Leaf = nil
	one := &tls.Config{Certificates: []tls.Certificate{cert}}
	require.True(t, onlyCertificate(one) == cert.Leaf)
	require.Equal(t, cert.Leaf.Raw, onlyCertificate(&tls.Config{Certificates: []tls.Certificate{unparsed}}).Raw)
	for _, cfg := range []*tls.Config{
		nil,
		{},
		{Certificates: []tls.Certificate{cert, cert}},
		{Certificates: []tls.Certificate{{}}},
		{Certificates: []tls.Certificate{{Certificate: [][]byte{{1}}}}},
		{Certificates: one.Certificates, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &cert, nil }},
		{Certificates: one.Certificates, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return one, nil }},
	} {
		require.Nil(t, onlyCertificate(cfg))
	}
	for _, own := range []bool{true, false} {
		_, nc := memnet.Pipe()
		c := newConn(&Server{TLSConfig: one}, nc)
		c.ownTLS = own
		require.Equal(t, own, c.authConn().ServerCertificate == cert.Leaf, "not of a handshake that was somebody else's")
		require.NoError(t, nc.Close())
	}
}
