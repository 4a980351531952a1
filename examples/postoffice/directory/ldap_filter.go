package directory

import (
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// loginFilter finds the account of a login name.
func (l *LDAP) loginFilter(name string) string {
	if l.LoginFilter != "" {
		return l.restrict(expand(l.LoginFilter, name))
	}
	return l.restrict(anyOf(append([]string{l.NameAttribute}, l.AddressAttributes...), name))
}

// addressFilter finds the account of an address.
func (l *LDAP) addressFilter(address string) string {
	if l.AddressFilter != "" {
		return l.restrict(expand(l.AddressFilter, address))
	}
	return l.restrict(anyOf(l.AddressAttributes, address))
}

// listFilter finds all accounts.
func (l *LDAP) listFilter() string { return l.restrict("(" + l.NameAttribute + "=*)") }

func (l *LDAP) restrict(filter string) string {
	if l.Filter == "" {
		return filter
	}
	return "(&" + l.Filter + filter + ")"
}

func anyOf(attributes []string, value string) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, a := range attributes {
		b.WriteString("(" + a + "=" + ldap.EscapeFilter(value) + ")")
	}
	return b.String() + ")"
}

// expand puts a value into a template, escaped (RFC 4515, 3), so that it stays a
// value whatever is in it.
func expand(template, value string) string {
	user, domain := value, ""
	if i := strings.LastIndexByte(value, '@'); i >= 0 {
		user, domain = value[:i], value[i+1:]
	}
	return strings.NewReplacer(
		"%%", "%",
		"%s", ldap.EscapeFilter(value),
		"%u", ldap.EscapeFilter(user),
		"%d", ldap.EscapeFilter(domain),
	).Replace(template)
}

// isAttribute checks a name or an OID, without options (RFC 4512, 1.4).
func isAttribute(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
	})
}
