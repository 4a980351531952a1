package smtp_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// The grammar of RFC 5321, 4.1.2 and 4.1.3, with RFC 6531, 3.3, and the limits
// of RFC 5321, 4.5.3.1.
func TestParsePath(t *testing.T) {
	label := strings.Repeat("l", 63)
	for _, c := range []struct {
		in, local, domain string
		out               string // what String returns; empty if it is in
	}{
		{in: ""},
		{in: "a@b", local: "a", domain: "b"},
		{in: "a.b.c@d.example", local: "a.b.c", domain: "d.example"},
		{in: "A@D.Example", local: "A", domain: "D.Example"},
		{in: "!#$%&'*+-/=?^_`{|}~@d", local: "!#$%&'*+-/=?^_`{|}~", domain: "d"},
		{in: "a%b@here", local: "a%b", domain: "here"},
		{in: "b!a@here", local: "b!a", domain: "here"},
		{in: "postmaster", local: "postmaster"},
		{in: "PostMaster", local: "PostMaster"},
		{in: "a@under_score.example", local: "a", domain: "under_score.example"},
		{in: "a@1.2.3.4", local: "a", domain: "1.2.3.4"},
		{in: "a@xn--bcher-kva.example", local: "a", domain: "xn--bcher-kva.example"},
		// Quoted strings: kept unquoted, and quoted again where they must be.
		{in: `"a"@d`, local: "a", domain: "d", out: "a@d"},
		{in: `"a.b"@d`, local: "a.b", domain: "d", out: "a.b@d"},
		{in: `"\a\b"@d`, local: "ab", domain: "d", out: "ab@d"},
		{in: `""@d`, local: "", domain: "d"},
		{in: `" "@d`, local: " ", domain: "d"},
		{in: `"a b"@d`, local: "a b", domain: "d"},
		{in: `"a@b"@d`, local: "a@b", domain: "d"},
		{in: `"a..b"@d`, local: "a..b", domain: "d"},
		{in: `".a"@d`, local: ".a", domain: "d"},
		{in: `"a."@d`, local: "a.", domain: "d"},
		{in: `"\""@d`, local: `"`, domain: "d"},
		{in: `"\\"@d`, local: `\`, domain: "d"},
		{in: `"a\ b"@d`, local: "a b", domain: "d", out: `"a b"@d`},
		{in: `"x> NOTIFY=NEVER <y"@d`, local: "x> NOTIFY=NEVER <y", domain: "d"},
		{in: `"postmaster"`, local: "postmaster", out: "postmaster"},
		// Address literals.
		{in: "a@[192.0.2.1]", local: "a", domain: "[192.0.2.1]"},
		{in: "a@[IPv6:2001:db8::1]", local: "a", domain: "[IPv6:2001:db8::1]"},
		{in: "a@[ipv6:::1]", local: "a", domain: "[ipv6:::1]"},
		{in: "a@[IPv6:::ffff:192.0.2.1]", local: "a", domain: "[IPv6:::ffff:192.0.2.1]"},
		// Source routes are dropped (RFC 5321, C).
		{in: "@one.example:a@d", local: "a", domain: "d", out: "a@d"},
		{in: "@one,@two,@three:a@d", local: "a", domain: "d", out: "a@d"},
		{in: "@[192.0.2.1]:a@d", local: "a", domain: "d", out: "a@d"},
		{in: `@one:"a b"@d`, local: "a b", domain: "d", out: `"a b"@d`},
		// UTF-8.
		{in: "grüße@bücher.example", local: "grüße", domain: "bücher.example"},
		{in: `"ü b"@d`, local: "ü b", domain: "d"},
		{in: "用户@例え.テスト", local: "用户", domain: "例え.テスト"},
		// Limits.
		{in: strings.Repeat("l", 64) + "@d", local: strings.Repeat("l", 64), domain: "d"},
		{in: `"` + strings.Repeat(`\"`, 64) + `"@d`, local: strings.Repeat(`"`, 64), domain: "d"},
		{in: "a@" + label + ".example", local: "a", domain: label + ".example"},
		{in: "a@" + strings.Repeat("a.", 127) + "b", local: "a", domain: strings.Repeat("a.", 127) + "b"},
	} {
		p, err := smtp.ParsePath(c.in)
		require.NoError(t, err, "%q", c.in)
		require.Equal(t, smtp.Path{Local: c.local, Domain: c.domain}, p, "%q", c.in)
		want := c.out
		if want == "" {
			want = c.in
		}
		require.Equal(t, want, p.String())
		again, err := smtp.ParsePath(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.Equal(t, c.in == "", p.IsNull())
		require.Equal(t, strings.IndexFunc(c.in, func(r rune) bool { return r > 0x7f }) < 0, p.IsASCII())
	}
}

func TestParsePathRefuses(t *testing.T) {
	for _, in := range []string{
		"a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", " a@b", "a@b ", "<a@b>", "a>@b", "a@b>", "postmaster@", "root",
		".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b.-c", "a@b-.c", "a@b,c", "a@b:c",
		"a(b)@c", "a@(b)c", "a,b@c", "a:b@c", "a;b@c", `a\b@c`, `a"b"@c`, `"a"b@c`, "a[b]@c",
		// Quoted strings.
		`"`, `"a`, `"a@b`, `"a"`, `""`, `"a\`, `"a\"@b`, `"a"@`, "\"\x00\"@b", "\"\r\"@b", "\"\n\"@b", "\"\t\"@b", "\"\x7f\"@b",
		"\"\\\x00\"@b", "\"\\\n\"@b", "\"\\\u00fc\"@b",
		// Control characters.
		"a\x00@b", "a\r@b", "a\n@b", "a\t@b", "a@b\x00", "a@\rb", "a@b\n", "a\x7f@b", "a@\x7fb",
		// Address literals.
		"a@[", "a@[]", "a@]", "a@[1.2.3]", "a@[1.2.3.4", "a@[1.2.3.256]", "a@[01.2.3.4]", "a@[1.2.3.4]x", "a@x[1.2.3.4]",
		"a@[::1]", "a@[IPv6:]", "a@[IPv6:1.2.3.4]", "a@[IPv6:fe80::1%eth0]", "a@[IPv6:fe80::1%]>]", "a@[IPv6:1::2::3]", "a@[x:y]",
		"a@[1.2.3.4\x00]", "a@[ 1.2.3.4]", "a@[\u0131pv6:::1]",
		// Source routes.
		"@a", "@a:", "@a,b:c@d", "@a,:c@d", "@a@b:c@d", "@:c@d", "@a:@b:c@d", "@a,@b c@d", "@a.:c@d", "@a:c", "@a ,@b:c@d",
		// UTF-8 that is none: stray, overlong, surrogate, cut off.
		"\x80@b", "\xff@b", "\xc0\xae@b", "\xed\xa0\x80@b", "\xc3@b", "a@\xff", "a@\xc3", "\"\xff\"@b", "a@b.\xe2\x82",
		// Limits.
		strings.Repeat("l", 65) + "@d", `"` + strings.Repeat(" ", 65) + `"@d`, "a@" + strings.Repeat("l", 64) + ".example",
		"a@" + strings.Repeat("a.", 127) + "bc", "@" + strings.Repeat("l", 64) + ":a@b",
	} {
		p, err := smtp.ParsePath(in)
		require.Error(t, err, "%q is taken for %#v", in, p)
	}
}

// A Path that no parser made is printed so that its local part stays one.
func TestPathString(t *testing.T) {
	require.Equal(t, `"a b"`, smtp.Path{Local: "a b"}.String())
	require.Equal(t, `"> X=<"@d`, smtp.Path{Local: "> X=<", Domain: "d"}.String())
	require.Equal(t, "", smtp.Path{}.String())
}

func TestAddressOf(t *testing.T) {
	for in, want := range map[string]netip.Addr{
		"192.0.2.1:25":          netip.MustParseAddr("192.0.2.1"),
		"[::ffff:192.0.2.1]:25": netip.MustParseAddr("192.0.2.1"),
		"[fe80::1%eth0]:25":     netip.MustParseAddr("fe80::1"),
		"@":                     {},
		"/run/smtp.sock":        {},
		"":                      {},
	} {
		require.Equal(t, want, smtp.AddressOf(addr(in)), in)
	}
	require.False(t, smtp.AddressOf(nil).IsValid())
}

// An addr is a net.Addr by its text.
type addr string

func (addr) Network() string  { return "test" }
func (a addr) String() string { return string(a) }
