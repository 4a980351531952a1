package smtp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// verifier returns what checks a server's certificate under the policy, nil if
// nothing does.
func (o *Options) verifier() func(tls.ConnectionState) error {
	names := append([]string{o.ServerName}, o.AltNames...)
	now, roots := time.Now, (*x509.CertPool)(nil)
	if o.TLSConfig != nil {
		roots = o.TLSConfig.RootCAs
		if o.TLSConfig.Time != nil {
			now = o.TLSConfig.Time
		}
	}
	switch o.TLS {
	case TLSVerified:
		return func(state tls.ConnectionState) error {
			return verifyPKIX(state.PeerCertificates, roots, names, now())
		}
	case TLSDANE:
		return func(state tls.ConnectionState) error {
			return verifyDANE(state.PeerCertificates, o.TLSA, names, now())
		}
	}
	return nil
}

// secured is what a handshake that has succeeded under the policy is worth.
func (o *Options) secured() TLSPolicy {
	if o.TLS == TLSVerified || o.TLS == TLSDANE && len(usable(o.TLSA)) > 0 {
		return o.TLS
	}
	return TLSRequired
}

var errNoCertificate = errors.New("server has no certificate")

// verifyPKIX checks that a chain leads to one of the roots (nil: the system's)
// and that its first certificate has one of the names.
func verifyPKIX(chain []*x509.Certificate, roots *x509.CertPool, names []string, now time.Time) error {
	if len(chain) == 0 {
		return errNoCertificate
	}
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	if err := verifyChain(chain[0], roots, intermediates, names, now); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
	}
	return nil
}

func verifyChain(leaf *x509.Certificate, roots, intermediates *x509.CertPool, names []string, now time.Time) error {
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: now}); err != nil {
		return err
	}
	var first error
	for _, name := range names {
		err := leaf.VerifyHostname(name)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}
