package directory

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
)

func TestParseLDAP(t *testing.T) {
	for _, c := range []struct{ url, printed, name, addresses, filter string }{
		{"ldap://localhost/dc=x", "ldap://localhost:389/dc=x", "uid", "mail", ""},
		{"ldaps://[::1]:1636/ou=a%20b,dc=x", "ldaps://[::1]:1636/ou=a b,dc=x", "uid", "mail", ""},
		{"ldaps://h/dc=x?cn,mail,alias", "ldaps://h:636/dc=x", "cn", "mail,alias", ""},
		{"ldap://127.0.0.1/dc=x??one?(objectClass=person)", "ldap://127.0.0.1:389/dc=x", "uid", "mail", "(objectClass=person)"},
		{"ldap://127.0.0.1/dc=x?uid,mail?sub?(cn=a%3fb)", "ldap://127.0.0.1:389/dc=x", "uid", "mail", "(cn=a?b)"},
	} {
		l, err := ParseLDAP(c.url)
		require.NoError(t, err, c.url)
		require.NoError(t, l.Check(), c.url)
		require.Equal(t, c.printed, l.String())
		require.Equal(t, c.name, l.NameAttribute)
		require.Equal(t, c.addresses, strings.Join(l.AddressAttributes, ","))
		require.Equal(t, c.filter, l.Filter)
		require.Equal(t, !strings.Contains(c.url, "?one"), l.Subtree)
	}
	for url, want := range map[string]string{
		"http://h/dc=x":          "use ldap or ldaps",
		"ldap:///dc=x":           "no host",
		"ldap://u:c4n4ry@h/dc=x": "leave it out",
		"ldap://h:c4n4ry/dc=x":   "malformed",
		"ldap://h/dc=x?uid":      "one of addresses",
		"ldap://h/dc=x??base":    "use sub or one",
		"ldap://h/dc=x????e":     "extension",
		"ldap://h/dc=x#y":        "%23",
		"ldap://h/dc=x???%zz":    "invalid URL escape",
	} {
		_, err := ParseLDAP(url)
		require.ErrorContains(t, err, want, url)
		require.Equal(t, 1, strings.Count(err.Error(), "ldap: "), err)
	}
}

func TestLDAPCheck(t *testing.T) {
	for _, c := range []struct {
		url    string
		change func(*LDAP)
		want   string
	}{
		{"ldap://h/dc=x", func(*LDAP) {}, "in the clear"},
		{"ldap://h/dc=x", func(l *LDAP) { l.StartTLS = true }, ""},
		{"ldap://h/dc=x", func(l *LDAP) { l.Insecure = true }, ""},
		{"ldap://127.0.0.1/dc=x", func(*LDAP) {}, ""},
		{"ldaps://h/dc=x", func(l *LDAP) { l.StartTLS = true }, "TLS already"},
		{"ldaps://h/", func(*LDAP) {}, "is not a DN"},
		{"ldaps://h/people", func(*LDAP) {}, "is not a DN"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.BindDN = "cn=x" }, "no password"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.BindPassword = "x" }, "no name"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.Filter = "(x" }, "filter"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.LoginFilter = "uid=%s" }, "login filter"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.AddressFilter = "(mail=%s" }, "address filter"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.AddressFilter = "(|(mail=%s)(&(uid=%u)(o=%d)))" }, ""},
		{"ldaps://h/dc=x", func(l *LDAP) { l.NameAttribute = "uid)(x" }, "not the name of an attribute"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.AddressAttributes = nil }, "name the attributes"},
		{"ldaps://h/dc=x", func(l *LDAP) { l.Address = "h" }, "host:port"},
	} {
		l, err := ParseLDAP(c.url)
		require.NoError(t, err)
		c.change(l)
		if c.want == "" {
			require.NoError(t, l.Check(), c.url)
		} else {
			require.ErrorContains(t, l.Check(), c.want, c.url)
		}
	}
}

// TestLDAPPrinted: no way to print or to log shows the password.
func TestLDAPPrinted(t *testing.T) {
	l, err := ParseLDAP("ldaps://h/dc=x")
	require.NoError(t, err)
	l.BindDN, l.BindPassword = "cn=x", "c4n4ry"
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "directory", l)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "directory", l)
	fmt.Fprintf(&log, "%v %+v %#v %s %q", l, l, l, l, l)
	require.NotContains(t, log.String(), "c4n4ry")
	require.Contains(t, log.String(), "ldaps://h:636/dc=x")
}

func TestExpand(t *testing.T) {
	require.Equal(t, "(&(a=%)(b=t*\\2a@x)(c=t*\\2a)(d=x)(e=%u))", strings.ReplaceAll(expand("(&(a=%%)(b=%s)(c=%u)(d=%d)(e=%%u))", "tz*@x"), "tz", "t*"))
	require.Equal(t, "(tim)()", expand("(%u)(%d)", "tim"))
}

// FuzzParseLDAP checks that what passes Check has a host and a base, prints in
// such a way that it can be parsed again to the same, and makes filters that are
// well formed; that an error names the package; and that one about a URL with a
// password in it does not show it.
func FuzzParseLDAP(f *testing.F) {
	for _, s := range []string{
		"ldap://localhost/dc=x", "ldaps://[::1]:1636/ou=a%20b,dc=x?uid,mail?one?(a=b)", "ldap://u:c4n4ry@h/", "ldap://h:c4n4ry/dc=x",
		"ldap:///", "ldap://h/dc=x????", "ldap://h/dc=x?a", "ldap://127.0.0.1/dc=%3f?uid,mail", "%",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if before, after, ok := strings.Cut(s, "://"); ok && !strings.Contains(strings.ToLower(s), "c4n4ry") {
			for _, secret := range []string{before + "://u:c4n4ry@" + after, before + "://h:c4n4ry/" + after} {
				_, err := ParseLDAP(secret)
				require.Error(t, err)
				require.NotContains(t, err.Error(), "c4n4ry")
			}
		}
		l, err := ParseLDAP(s)
		if err == nil {
			err = l.Check()
		}
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "ldap: "), err)
			return
		}
		require.NotEmpty(t, l.Address)
		require.NotEmpty(t, l.Base)
		_, err = ldap.CompileFilter(l.loginFilter("x"))
		require.NoError(t, err)
		u := &url.URL{Scheme: map[bool]string{false: "ldap", true: "ldaps"}[l.TLS], Host: l.Address, Path: "/" + l.Base}
		again, err := ParseLDAP(u.String())
		require.NoError(t, err)
		require.Equal(t, l.Address, again.Address)
		require.Equal(t, l.Base, again.Base)
	})
}

// FuzzFilters checks that whatever is looked for stays a value: the filter is well
// formed, and has the shape that it has with a harmless value.
func FuzzFilters(f *testing.F) {
	for _, s := range []string{"tim", "t@x", "*", "*)(uid=*", "\\", "\\2a", "a)(|(b=c", "\x00", "\xff", "%s", "%u%d", "(&", "a*b"} {
		f.Add(s)
	}
	l := &LDAP{NameAttribute: "uid", AddressAttributes: []string{"mail", "alias"}, Filter: "(objectClass=person)"}
	template := &LDAP{LoginFilter: "(|(uid=%u)(&(mail=%s)(o=%d)))", AddressFilter: "(mail=%s)"}
	f.Fuzz(func(t *testing.T, value string) {
		for _, l := range []*LDAP{l, template} {
			for _, make := range []func(string) string{l.loginFilter, l.addressFilter} {
				got, err := ldap.CompileFilter(make(value))
				require.NoError(t, err)
				want, err := ldap.CompileFilter(make("x@y"))
				require.NoError(t, err)
				sameShape(t, want, got)
			}
		}
	})
}

func sameShape(t *testing.T, a, b *ber.Packet) {
	t.Helper()
	require.Equal(t, a.Tag, b.Tag)
	require.Len(t, b.Children, len(a.Children))
	for i := range a.Children {
		sameShape(t, a.Children[i], b.Children[i])
	}
}
