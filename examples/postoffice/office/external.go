package office

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/wirepost/wirepost/auth"
)

// askForCertificates has clients asked for certificates, which they need not have.
func (c *Config) askForCertificates(t *tls.Config) error {
	path := c.ClientCA
	if path == "" {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("client CA: %w", err)
	}
	t.ClientCAs, t.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
	if !t.ClientCAs.AppendCertsFromPEM(content) {
		return fmt.Errorf("client CA: there is no certificate in %s; put it there as PEM", path)
	}
	return nil
}

// certificates lets users log in by certificates, besides what the inner accounts
// do.
type certificates struct {
	people accounts
	inner  any
}

// Unwrap returns the inner accounts.
func (c certificates) Unwrap() any { return c.inner }

// MapCertificate implements auth.CertificateMapper. The mail addresses go before
// the common name, which may be anything.
func (c certificates) MapCertificate(ctx context.Context, conn *auth.Conn) (user string, err error) {
	cert := conn.TLS.PeerCertificates[0]
	names := cert.EmailAddresses
	if len(names) == 0 {
		names = []string{cert.Subject.CommonName}
	}
	for _, name := range names {
		name, err := auth.PrepareName(name)
		if err != nil {
			continue // no account has it
		}
		user, err := c.people.Admit(ctx, name)
		if err == nil || !errors.Is(err, auth.ErrCredentials) || errors.Is(err, auth.ErrDisabled) {
			return user, err
		}
	}
	return "", fmt.Errorf("%w: the certificate is for %q, of whom nobody has mail here", auth.ErrCredentials, names)
}

// Mechanisms are those by which users can log in with TLS, best first; with a
// certificate, or bound to the connection, there may be more.
func (o *Office) Mechanisms() []string {
	return o.auth.Offer(&auth.Conn{TLS: new(tls.ConnectionState)})
}
