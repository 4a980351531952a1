package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
)

// ldapSettings are what the command line says of a directory.
type ldapSettings struct {
	url, bind, passwordFile, ca string
	login, address              string
	startTLS, insecure          bool

	// Only a configuration file can say these.
	base, filter, password string
	keep                   time.Duration
}

// ldapOf is what a configuration file says.
func ldapOf(l *config.LDAP) ldapSettings {
	if l.URL == "" {
		return ldapSettings{}
	}
	return ldapSettings{
		url: l.URL, bind: l.Bind, passwordFile: string(l.PasswordFile), ca: string(l.CA),
		login: l.LoginFilter, address: l.AddressFilter, startTLS: l.StartTLS, insecure: l.Insecure,
		base: l.Base, filter: l.Filter, password: l.Password.Reveal(), keep: cmp.Or(time.Duration(l.Cache), -1),
	}
}

func ldapFlags(set *flag.FlagSet, s *ldapSettings) {
	set.StringVar(&s.url, "ldap", s.url, "`URL` of a directory of further accounts, such as ldap://127.0.0.1/ou=people,dc=example,dc=org?uid,mail: "+
		"the base, the attribute of the login name, and those of addresses")
	set.StringVar(&s.bind, "ldap-bind", s.bind, "`DN` to search the directory as (default nobody in particular)")
	set.StringVar(&s.passwordFile, "ldap-password-file", s.passwordFile, "`file` with the password of -ldap-bind")
	set.StringVar(&s.login, "ldap-login", s.login, "`filter` that finds a login name, such as (uid=%s) (default by the attributes)")
	set.StringVar(&s.address, "ldap-address", s.address, "`filter` that finds an address: %s, %u before the @ and %d behind it (default by the attributes)")
	set.BoolVar(&s.startTLS, "ldap-starttls", s.startTLS, "ask an ldap:// server for TLS, and go on with nothing less")
	set.StringVar(&s.ca, "ldap-ca", s.ca, "PEM `file` of who vouches for the directory's certificate (default the system's)")
	set.BoolVar(&s.insecure, "ldap-insecure", s.insecure, "let passwords go to the directory without TLS")
}

// open returns the directory, or nil if none is set. It does not connect: the
// server may be away for now.
func (s *ldapSettings) open() (*directory.LDAP, error) {
	if s.url == "" {
		if *s != (ldapSettings{}) {
			return nil, fmt.Errorf("there are flags for a directory, and none is set: name it with -ldap")
		}
		return nil, nil
	}
	l, err := directory.ParseLDAP(s.url)
	if err != nil {
		return nil, err
	}
	l.BindDN, l.StartTLS, l.Insecure = s.bind, s.startTLS, s.insecure
	l.LoginFilter, l.AddressFilter = s.login, s.address
	l.Base, l.Filter = cmp.Or(l.Base, s.base), cmp.Or(l.Filter, s.filter)
	l.BindPassword, l.Keep = s.password, s.keep
	if s.passwordFile != "" {
		password, err := os.ReadFile(s.passwordFile)
		if err != nil {
			return nil, fmt.Errorf("-ldap-password-file: %w", err)
		}
		l.BindPassword = strings.TrimRight(string(password), "\r\n")
	}
	if s.ca != "" {
		pem, err := os.ReadFile(s.ca)
		if err != nil {
			return nil, fmt.Errorf("-ldap-ca: %w", err)
		}
		l.TLSConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		if !l.TLSConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("-ldap-ca: there is no certificate in %s; put it there as PEM", s.ca)
		}
	}
	return l, l.Check()
}
