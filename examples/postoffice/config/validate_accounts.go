package config

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/internal/ascii"
)

func (v *validator) accounts() {
	a := &v.f.Accounts
	v.need("accounts.address-rules", len(a.AddressRules) > 0, `write ["%m@%d"]`)
	local := v.localDomains()
	for i, t := range a.AddressRules {
		_, domain, _ := strings.Cut(string(t), "@")
		if domain != "%d" && domain != "" && !local[ascii.Lower(domain)] {
			v.report(item("accounts.address-rules", i), fmt.Sprintf("%q is not local", domain), "write @%d, or @ and one of the local domains")
		}
	}
	q := &a.Quota
	steps := []struct {
		key  string
		size Size
	}{{"warn", q.Warn}, {"no-send", q.NoSend}, {"no-receive", q.NoReceive}}
	for i, step := range steps {
		for _, before := range steps[:i] {
			if step.size > 0 && before.size > step.size {
				v.report(join("accounts.quota", step.key), fmt.Sprintf("%s is less than %s, %s", step.size, before.key, before.size), "write more here, or less there")
			}
		}
	}
}

// localDomains are those of all virtual servers, in small letters.
func (v *validator) localDomains() map[string]bool {
	local := map[string]bool{ascii.Lower(v.f.Server.Domain): true}
	for i := range v.f.Virtual {
		local[ascii.Lower(v.f.Virtual[i].Domain)] = true
		for _, d := range v.f.Virtual[i].LocalDomains {
			local[ascii.Lower(d)] = true
		}
	}
	return local
}

func (v *validator) ldap() {
	l := &v.f.Accounts.LDAP
	const path = "accounts.ldap"
	if l.URL == "" {
		unused := *l
		unused.Cache = Default().Accounts.LDAP.Cache
		if unused != Default().Accounts.LDAP {
			v.report(join(path, "url"), "there is none, so the other keys count for nothing", `write "ldaps://ldap.example.org/ou=people,dc=example,dc=org"`)
		}
		return
	}
	v.oneSecret(path, l.Password, l.PasswordFile)
	if l.Bind == "" && (l.Password != Secret{} || l.PasswordFile != "") {
		v.report(join(path, "bind"), "there is a password and nobody whose it is", "write the DN, or leave out the password")
	}
	d, err := l.Directory()
	if err != nil {
		v.report(join(path, "url"), problemOf(err), `write "ldaps://ldap.example.org/ou=people,dc=example,dc=org?uid,mail", and look at the other keys`)
		return
	}
	defer d.Close()
	if l.PasswordFile != "" {
		d.BindPassword = hidden // for Check, which only asks whether there is one
	}
	if err := d.Check(); err != nil {
		v.report(path, problemOf(err), "correct the key that it is about")
	}
}

// Directory is what the settings make, or nil if there is no URL. It does not connect. Its BindPassword and TLSConfig are
// not set yet: they are in files.
func (l *LDAP) Directory() (*directory.LDAP, error) {
	if l.URL == "" {
		return nil, nil
	}
	d, err := directory.ParseLDAP(l.URL)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if d.Base == "" {
		d.Base = l.Base
	} else if l.Base != "" {
		return nil, fmt.Errorf("config: the URL has a base already, %q", d.Base)
	}
	if d.Filter == "" {
		d.Filter = l.Filter
	} else if l.Filter != "" {
		return nil, fmt.Errorf("config: the URL has a filter already, %q", d.Filter)
	}
	d.BindDN, d.BindPassword = l.Bind, l.Password.Reveal()
	d.LoginFilter, d.AddressFilter = l.LoginFilter, l.AddressFilter
	d.StartTLS, d.Insecure = l.StartTLS, l.Insecure
	d.Keep = timeOr(l.Cache, -1)
	return d, nil
}

// problemOf is what an error says, without the names of packages.
func problemOf(err error) string {
	s := strings.TrimPrefix(err.Error(), "config: ")
	return strings.TrimPrefix(s, "ldap: ")
}
