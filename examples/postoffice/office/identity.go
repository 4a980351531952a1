package office

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// identities are what the virtual servers show clients of themselves, in their order. Who asks one
// for the name of another (SNI) is shown the certificate of that one.
func (o *Office) identities(c *Config, list []config.Virtual) ([]*tls.Config, error) {
	own, told := make([]tls.Certificate, len(list)), make(map[config.Path]bool)
	for i := range list {
		var err error
		if own[i], err = o.identity(&list[i]); err != nil {
			return nil, err
		}
		if file := list[i].Certificate; !told[file] {
			told[file] = true
			o.tellCertificate(&list[i], own[i].Leaf)
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

// renewTime is how long before its end a certificate is to be renewed.
const renewTime = 14 * 24 * time.Hour

// tellCertificate has the log say how long a certificate holds.
func (o *Office) tellCertificate(v *config.Virtual, leaf *x509.Certificate) {
	log := o.config.category("tls").With("server", v.Name, "file", v.Certificate, "names", leaf.DNSNames, "until", leaf.NotAfter)
	switch left := leaf.NotAfter.Sub(o.now()); {
	case left <= 0:
		log.Error("a certificate has expired: renew it, and have it read by a reload")
	case left < renewTime:
		log.Warn("a certificate is about to expire: renew it, and have it read by a reload")
	default:
		log.Debug("certificate")
	}
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
