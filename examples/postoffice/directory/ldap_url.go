package directory

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseLDAP makes an LDAP directory of a URL (RFC 4516):
//
//	ldaps://host:port/base?name,address,...?scope?filter
//
// The attributes are that of the login name and those of addresses, "uid,mail" if
// left out; the scope is "sub" (the default here) or "one"; the filter says what
// is an account. What a URL cannot say is for the fields; Check is for when they
// are set.
func ParseLDAP(s string) (*LDAP, error) {
	u, err := url.Parse(s)
	if err != nil {
		// The error is not passed on: it quotes what may be a password.
		return nil, errors.New("ldap: the URL is malformed: write it as ldap://host:port/base, other octets as %XX")
	}
	switch {
	case u.Scheme != "ldap" && u.Scheme != "ldaps":
		return nil, fmt.Errorf("ldap: scheme %q: use ldap or ldaps", u.Scheme)
	case u.User != nil:
		return nil, errors.New("ldap: a name or password in the URL: leave it out, and set who binds")
	case u.Hostname() == "":
		return nil, errors.New("ldap: the URL has no host: write ldap://host/base")
	case u.Fragment != "":
		return nil, errors.New("ldap: # in the URL: write it as %23")
	}
	l := &LDAP{
		TLS:               u.Scheme == "ldaps",
		Base:              strings.TrimPrefix(u.Path, "/"),
		Subtree:           true,
		NameAttribute:     "uid",
		AddressAttributes: []string{"mail"},
	}
	port := u.Port()
	if port == "" {
		port = map[bool]string{false: "389", true: "636"}[l.TLS]
	}
	l.Address = net.JoinHostPort(u.Hostname(), port)
	return l, l.parseQuery(u.RawQuery)
}

// parseQuery reads [attributes][?[scope][?[filter]]].
func (l *LDAP) parseQuery(query string) error {
	parts := strings.Split(query, "?")
	if len(parts) > 3 {
		return errors.New("ldap: the URL has an extension behind the filter: leave it out")
	}
	for i, part := range parts {
		part, err := url.PathUnescape(part)
		switch {
		case err != nil:
			return fmt.Errorf("ldap: %w", err)
		case part == "":
		case i == 0:
			attributes := strings.Split(part, ",")
			if len(attributes) < 2 {
				return fmt.Errorf("ldap: attributes %q: name that of the login name and one of addresses, like uid,mail", part)
			}
			l.NameAttribute, l.AddressAttributes = attributes[0], attributes[1:]
		case i == 1 && part != "sub" && part != "one":
			return fmt.Errorf("ldap: scope %q: use sub or one", part)
		case i == 1:
			l.Subtree = part == "sub"
		case i == 2:
			l.Filter = part
		}
	}
	return nil
}
