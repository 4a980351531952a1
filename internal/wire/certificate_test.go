package wire

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"
)

// Logins are bound to a certificate only if it is known which was shown.
func TestServerCertificate(t *testing.T) {
	one := serverConfig
	cert := one.Certificates[0]
	parsed := cert
	var err error
	parsed.Leaf, err = x509.ParseCertificate(cert.Certificate[0])
	require.NoError(t, err)
	c, _ := inMemory(t, Timeouts{})
	require.Nil(t, c.ServerCertificate())
	c.BeganTLS(one)
	require.Equal(t, cert.Certificate[0], c.ServerCertificate().Raw)
	c.BeganTLS(&tls.Config{Certificates: []tls.Certificate{parsed}})
	require.True(t, c.ServerCertificate() == parsed.Leaf, "not parsed again")
	for _, cfg := range []*tls.Config{
		nil,
		{},
		{Certificates: []tls.Certificate{cert, cert}},
		{Certificates: []tls.Certificate{{}}},
		{Certificates: []tls.Certificate{{Certificate: [][]byte{{1}}}}},
		{Certificates: one.Certificates, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &cert, nil }},
		{Certificates: one.Certificates, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return one, nil }},
	} {
		c.BeganTLS(cfg)
		require.Nil(t, c.ServerCertificate())
	}
}
