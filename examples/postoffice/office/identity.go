package office

import (
	"cmp"
	"crypto/tls"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// identities are what the virtual servers show clients of themselves, in their order. Who asks one
// for the name of another (SNI) is shown the certificate of that one.
func (o *Office) identities(c *Config, list []config.Virtual) ([]*tls.Config, error) {
	own := make([]tls.Certificate, len(list))
	for i := range list {
		var err error
		if own[i], err = o.identity(&list[i]); err != nil {
			return nil, err
		}
	}
	configs := make([]*tls.Config, len(list))
	for i := range list {
		t := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: append([]tls.Certificate{own[i]}, own...)}
		if err := c.askForCertificates(t); err != nil {
			return nil, err
		}
		configs[i] = t
	}
	return configs, nil
}

// identity is the certificate of a virtual server: its own, or a self-signed one for its hostname.
func (o *Office) identity(v *config.Virtual) (tls.Certificate, error) {
	if v.Certificate == "" {
		file := certFile
		if v.Hostname != o.hostname() {
			file = "certificate." + v.Hostname + ".pem"
		}
		return certificate(o.path(file), v.Hostname, o.now())
	}
	cert, err := tls.LoadX509KeyPair(string(v.Certificate), string(cmp.Or(v.Key, v.Certificate)))
	if err != nil {
		return cert, fmt.Errorf("%s: certificate %s: %w; name PEM files with a certificate and its key", v.Name, v.Certificate, err)
	}
	return cert, nil
}

// hostname is how the Office names itself where no virtual server is asked, since it was opened.
func (o *Office) hostname() string { return cmp.Or(o.config.Hostname, o.domains.main()) }
