package auth

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEndPoint checks the choice of the hash (RFC 5929, 4.1).
func TestEndPoint(t *testing.T) {
	raw := []byte("certificate")
	in256, in384, in512 := sha256.Sum256(raw), sha512.Sum384(raw), sha512.Sum512(raw)
	for algorithm, want := range map[x509.SignatureAlgorithm][]byte{
		x509.MD5WithRSA:       in256[:],
		x509.SHA1WithRSA:      in256[:],
		x509.ECDSAWithSHA256:  in256[:],
		x509.SHA256WithRSAPSS: in256[:],
		x509.ECDSAWithSHA384:  in384[:],
		x509.SHA512WithRSA:    in512[:],
		x509.PureEd25519:      nil,
		0:                     nil,
	} {
		require.Equal(t, want, endPoint(&x509.Certificate{Raw: raw, SignatureAlgorithm: algorithm}), algorithm)
	}
	require.Nil(t, endPoint(nil))
}

// TestBindings: both ends see the same, each connection another; what some program
// made up binds nothing and does not panic.
func TestBindings(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		one, two := handshake(t, version), handshake(t, version)
		require.Equal(t, sessionBindings(one.client), sessionBindings(one.server))
		require.NotEqual(t, sessionBindings(one.client), sessionBindings(two.client))
		require.Len(t, sessionBindings(one.client), map[uint16]int{tls.VersionTLS12: 2, tls.VersionTLS13: 1}[version])
		own := bindings(&Conn{TLS: one.server, ServerCertificate: one.certificate})
		require.Equal(t, bindEndPoint, own[len(own)-1].name)
		_, ok := clientBinding(one.client)
		require.True(t, ok)
	}
	_, ok := clientBinding(nil)
	require.False(t, ok)
	for _, made := range []*tls.ConnectionState{{}, {Version: tls.VersionTLS13}, {HandshakeComplete: true}} {
		require.Empty(t, sessionBindings(made))
		_, ok := clientBinding(made)
		require.False(t, ok)
	}
	shown := &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{SignatureAlgorithm: x509.ECDSAWithSHA256}}}
	b, ok := clientBinding(shown)
	require.True(t, ok)
	require.Equal(t, bindEndPoint, b.name)
	require.Empty(t, bindings(nil))
}
