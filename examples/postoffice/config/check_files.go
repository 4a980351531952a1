package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"reflect"
	"time"
)

// soon is how long before its end a certificate is to be renewed.
const soon = 14 * day

// certificates finds those that clients will not take.
func (k *check) certificates() {
	s := &k.f.Server
	if s.Certificate != "" {
		k.certificate("server.certificate", s.Certificate, s.Key, s.Name())
	} else if !isReserved(s.Name()) {
		k.find(Note, "server.certificate", "the certificate is self-signed", "name the files of one that clients trust")
	}
	for i := range k.f.Virtual {
		v := &k.f.Virtual[i]
		key := join(item("virtual", i), "certificate")
		switch {
		case v.Certificate != "":
			k.certificate(key, v.Certificate, v.Key, orElse(v.Hostname, s.Name()))
		case v.Hostname != "" && s.Certificate != "":
			k.certificate(key, s.Certificate, s.Key, v.Hostname)
		}
	}
}

func (k *check) certificate(key string, certificate, private Path, name string) {
	if info, err := os.Stat(string(private)); err == nil && info.Mode().Perm()&0o077 != 0 {
		k.find(Warning, key, fmt.Sprintf("others on this machine can read %s", private), "take their permissions away: chmod go= "+string(private))
	}
	pair, err := tls.LoadX509KeyPair(string(certificate), string(private))
	if err != nil {
		k.find(Fault, key, err.Error(), "put a certificate and its key there, as PEM, and let the server read them")
		return
	}
	leaf, now := pair.Leaf, k.Now()
	switch left := leaf.NotAfter.Sub(now); {
	case now.Before(leaf.NotBefore):
		k.find(Fault, key, fmt.Sprintf("%s is valid from %s on", certificate, leaf.NotBefore.Format(time.DateOnly)), "set the clock, or wait")
	case left <= 0:
		k.find(Fault, key, fmt.Sprintf("%s has expired on %s", certificate, leaf.NotAfter.Format(time.DateOnly)), "renew it")
	case left < soon:
		k.find(Warning, key, fmt.Sprintf("%s expires on %s", certificate, leaf.NotAfter.Format(time.DateOnly)), "renew it")
	}
	k.chain(key, certificate, pair)
	if err := leaf.VerifyHostname(name); err != nil {
		k.find(Warning, key, fmt.Sprintf("%s does not have the name %q", certificate, name), "use a certificate with that name among its DNS names, or change the hostname")
	}
}

// chain finds whether those who trust what this machine trusts would trust a certificate.
func (k *check) chain(key string, file Path, pair tls.Certificate) {
	leaf, between := pair.Leaf, x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(c)
		}
	}
	// Its dates are looked at elsewhere.
	_, err := leaf.Verify(x509.VerifyOptions{Roots: k.Roots, Intermediates: between, CurrentTime: leaf.NotBefore.Add(time.Second)})
	switch {
	case err == nil:
	case leaf.Issuer.String() == leaf.Subject.String():
		k.find(Note, key, fmt.Sprintf("%s is signed by itself", file), "have clients told to trust it, or use one of an authority that they trust")
	case len(pair.Certificate) == 1:
		k.find(Warning, key, fmt.Sprintf("%s has one certificate alone, and this machine does not trust its issuer, %q", file, leaf.Issuer), "put the certificates between it and the authority behind it, as the authority delivers them")
	default:
		k.find(Note, key, fmt.Sprintf("this machine does not trust %s: %v", file, err), "see that your clients do")
	}
}

// files finds those that can't be read, or are not what they should be.
func (k *check) files() {
	k.authorities("server.client-ca", k.f.Server.ClientCA)
	k.authorities("accounts.ldap.ca", k.f.Accounts.LDAP.CA)
	k.passwords("", reflect.ValueOf(k.f).Elem())
}

func (k *check) authorities(key string, path Path) {
	if path == "" {
		return
	}
	text, err := os.ReadFile(string(path))
	if err != nil {
		k.find(Fault, key, err.Error(), "put the certificates there, as PEM, and let the server read them")
	} else if !x509.NewCertPool().AppendCertsFromPEM(text) {
		k.find(Fault, key, fmt.Sprintf("there is no certificate in %s", path), "put it there as PEM")
	}
}

// passwords reads each file with a password, wherever it is named.
func (k *check) passwords(path string, v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		at, e := join(path, f.key), v.FieldByIndex(f.Index)
		switch {
		case f.key == "password-file" && e.String() != "":
			c := Credentials{PasswordFile: Path(e.String())}
			if _, err := c.Read(); err != nil {
				k.find(Fault, at, problemOf(err), "write the password there, and let the server read it")
			}
		case e.Kind() == reflect.Struct:
			k.passwords(at, e)
		case e.Kind() == reflect.Slice && e.Type().Elem().Kind() == reflect.Struct:
			for i := range e.Len() {
				k.passwords(item(at, i), e.Index(i))
			}
		}
	}
}
