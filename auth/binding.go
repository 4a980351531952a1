package auth

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
)

// The channel bindings that can be used (RFC 5056), by their registered names,
// best first.
const (
	bindExporter = "tls-exporter"         // RFC 9266: TLS 1.3, and 1.2 with extended master secret
	bindUnique   = "tls-unique"           // RFC 5929, 3: TLS 1.2; what clients of RFC 5802 try there
	bindEndPoint = "tls-server-end-point" // RFC 5929, 4: the server's certificate
)

// A channelBinding is what both ends of a TLS connection know of it, and nobody
// knows who stands between.
type channelBinding struct {
	name string
	data []byte
}

// bindings are the server's of a connection, best first.
func bindings(c *Conn) []channelBinding {
	if !c.secure() {
		return nil
	}
	found := sessionBindings(c.TLS)
	if data := endPoint(c.ServerCertificate); data != nil {
		found = append(found, channelBinding{bindEndPoint, data})
	}
	return found
}

// clientBinding is the one that a client uses: what RFC 9266, 3, and RFC 5802,
// 6.1, make the default of the version of TLS, else the certificate.
func clientBinding(state *tls.ConnectionState) (channelBinding, bool) {
	if state == nil {
		return channelBinding{}, false
	}
	found := sessionBindings(state)
	for _, b := range found {
		if (b.name == bindUnique) == (state.Version < tls.VersionTLS13) {
			return b, true
		}
	}
	if len(state.PeerCertificates) > 0 {
		if data := endPoint(state.PeerCertificates[0]); data != nil {
			return channelBinding{bindEndPoint, data}, true
		}
	}
	return channelBinding{}, false
}

// sessionBindings are those that follow from the keys. Before TLS 1.3 they bind
// only with the extended master secret (RFC 7627), without which the standard
// library does not export; a state that some program made up binds nothing.
func sessionBindings(state *tls.ConnectionState) []channelBinding {
	if !state.HandshakeComplete || state.Version < tls.VersionTLS12 {
		return nil
	}
	exported, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	if err != nil {
		return nil
	}
	found := []channelBinding{{bindExporter, exported}}
	if unique := state.TLSUnique; state.Version == tls.VersionTLS12 && len(unique) > 0 {
		found = append(found, channelBinding{bindUnique, unique})
	}
	return found
}

// endPoint hashes a certificate by the hash of its own signature, SHA-256 in the
// place of MD5 and SHA-1; nil where the signature has none (RFC 5929, 4.1).
func endPoint(cert *x509.Certificate) []byte {
	if cert == nil {
		return nil
	}
	var hash crypto.Hash
	switch cert.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.DSAWithSHA256, x509.ECDSAWithSHA256:
		hash = crypto.SHA256
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	default:
		return nil
	}
	h := hash.New() // linked in by crypto/x509
	h.Write(cert.Raw)
	return h.Sum(nil)
}
