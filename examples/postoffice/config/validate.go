package config

import (
	"fmt"
	"reflect"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A validator checks what one value alone can't tell. It says nothing of a key that has a problem already.
type validator struct {
	*decoder
	f *File
}

func (v *validator) all() {
	v.server()
	v.web()
	v.im()
	v.virtuals()
	v.content("content", &v.f.Content)
	v.accounts()
	v.ldap()
	v.connector()
	v.sites()
	v.news()
	v.peers()
	v.feeds()
}

// report adds a Problem unless its key, or what the key is in, has one already.
func (v *validator) report(path, reason, remedy string) {
	for p := path; p != ""; p = above(p) {
		if v.wrong[p] {
			return
		}
	}
	v.add(path, reason, remedy)
}

// need reports a key that has to be there.
func (v *validator) need(path string, there bool, remedy string) {
	if !there {
		v.report(path, "there is none", remedy)
	}
}

// unfit reports a key that means nothing for what it is in, unless it has its default.
func (v *validator) unfit(path, key string, in, base reflect.Value, reason, remedy string) {
	for _, f := range fieldsOf(in.Type()) {
		if f.key == key && !reflect.DeepEqual(in.FieldByIndex(f.Index).Interface(), base.FieldByIndex(f.Index).Interface()) {
			v.report(join(path, key), reason, remedy)
		}
	}
}

func setOf[T comparable](list []T) map[T]bool {
	set := make(map[T]bool, len(list))
	for _, e := range list {
		set[e] = true
	}
	return set
}

// unique reports a name that something else of its kind has. Case does not count.
func (v *validator) unique(path, name string, taken map[string]bool) {
	if name = ascii.Lower(name); name == "" {
		return
	}
	if taken[name] {
		v.report(path, fmt.Sprintf("%q is taken", name), "give each one a name of its own")
	}
	taken[name] = true
}

// pair reports a certificate without key, or the other way round.
func (v *validator) pair(path string, certificate, key Path) {
	switch {
	case v.wrong[join(path, "certificate")] || v.wrong[join(path, "key")]:
	case certificate != "" && key == "":
		v.report(join(path, "certificate"), "there is no key for it", "name its PEM file as key")
	case certificate == "" && key != "":
		v.report(join(path, "key"), "there is no certificate for it", "name its PEM file as certificate")
	}
}

func (v *validator) credentials(path string, c *Credentials) {
	v.oneSecret(path, c.Password, c.PasswordFile)
	if c.User == "" && (c.Password != Secret{} || c.PasswordFile != "") {
		v.report(join(path, "user"), "there is a password and no user", "write whose it is, or leave out the password")
	}
	if c.User != "" && c.Password == (Secret{}) && c.PasswordFile == "" && !v.wrong[join(path, "password")] && !v.wrong[join(path, "password-file")] {
		v.report(join(path, "user"), "there is a user and no password", "name a password-file, or write a password")
	}
}

func (v *validator) oneSecret(path string, password Secret, file Path) {
	if password != (Secret{}) && file != "" {
		v.report(join(path, "password"), "there is a password-file too", "leave out one of them")
	}
}

func (v *validator) server() {
	v.need("server.default-domain", v.f.Server.Domain != "", `write the domain of mailboxes here, "example.org"`)
	v.pair("server", v.f.Server.Certificate, v.f.Server.Key)
}

func (v *validator) web() {
	w := &v.f.Web
	if w.WebDAV && w.Prefix == "" {
		v.report("web.webdav-prefix", "there is none", `write the path of WebDAV's folders, "/dav"`)
	}
	if w.Address != "" && !w.TLS && !isLoopback(w.Address) {
		v.report("web.admin-address", "passwords of administrators would cross the network", "write admin-tls = true, or an address of this machine's own such as 127.0.0.1:2081")
	}
	if w.Address != "" && w.SessionLife == 0 {
		v.report("web.session-life", "sessions would end at once", `write "30m"`)
	}
}

func (v *validator) im() {
	m := &v.f.IM
	if len(m.Domains) > 0 && !m.HomeServer && !m.Router {
		v.report("im.domains", "there is neither a home server nor a router for them", "write home-server = true or router = true, or leave out the domains")
	}
	if !m.Router && len(m.Homes) > 0 {
		v.report("im.homes", "only a router knows home servers", "write router = true, or leave them out")
	}
	for _, one := range []struct {
		key  string
		life Duration
	}{{"max-subscription-life", m.MaxLife}, {"max-lease", m.MaxLease}} {
		if one.life < minute {
			v.report(join("im", one.key), fmt.Sprintf("%q is shorter than clients can renew it", one.life), `write "1m" or more`)
		}
	}
	inside := setOf(m.Inside)
	for i, n := range m.Refused {
		if inside[n] {
			v.report(item("im.refused", i), fmt.Sprintf("%q is inside too", n), "leave it out here, or in inside")
		}
	}
}
