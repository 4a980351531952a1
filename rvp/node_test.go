package rvp

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	anna = Node{Host: "im.example.test", Name: "anna"}
	ben  = Node{Host: "im.example.test", Name: "ben"}
)

func TestParseNode(t *testing.T) {
	poe := Node{Host: "im.example.test", Name: "anna.poe-2_x"}
	for _, c := range []struct {
		rule, url string
		want      Node
	}{
		{"RVP-015", "http://im.example.test/instmsg/aliases/anna", anna},
		{"RVP-016", "http://home1/instmsg/local/im.example.test/instmsg/aliases/anna", anna},
		{"RVP-016", "HTTP://HOME1:8080/INSTMSG/Local/IM.example.test/InstMsg/Aliases/ANNA/", anna},
		{"RVP-018", "http://IM.Example.TEST/INSTMSG/aliases/Anna", anna},
		{"RVP-019", "http://im.example.test:80/instmsg/aliases/anna/", anna},
		{"RVP-019", "http://im.example.test:/instmsg/%61liases/%41nn%61", anna},
		{"RVP-019", "http://im.example.test./instmsg/aliases/anna", anna},
		{"RVP-020", "http://im.example.test/instmsg/aliases/Anna.Poe-2_x", poe},
		{"RVP-021", " \r\n\thttp://im.example.test/instmsg/aliases/anna\n ", anna},
		{"port", "http://im.example.test:08080/instmsg/aliases/anna", Node{"im.example.test:8080", "anna"}},
		{"port", "http://h/instmsg/local/im.example.test:8080/instmsg/aliases/anna", Node{"im.example.test:8080", "anna"}},
		{"address", "http://[2001:DB8::1]:81/instmsg/aliases/anna", Node{"[2001:db8::1]:81", "anna"}},
		{"address", "http://192.0.2.1/instmsg/aliases/anna", Node{"192.0.2.1", "anna"}},
		{"UTF-8", "http://im.example.test/instmsg/aliases/J%C3%B6rg", Node{"im.example.test", "j\u00f6rg"}},
		{"fold", "http://im.example.test/instmsg/aliases/\u212a", Node{"im.example.test", "\u212a"}},
		{"percent", "http://im.example.test/instmsg/aliases/a%2541", Node{"im.example.test", "a%41"}},
	} {
		n, err := ParseNode(c.url)
		require.NoError(t, err, "%s %q", c.rule, c.url)
		require.Equal(t, c.want, n, "%s %q", c.rule, c.url)
		again, err := ParseNode(n.URL())
		require.NoError(t, err)
		require.Equal(t, n, again, c.url)
	}
}

func TestParseNodeRefuses(t *testing.T) {
	for _, url := range []string{
		"", "im.example.test", "http://", "http://im.example.test", "http://im.example.test/", "/instmsg/aliases/anna",
		"http://im.example.test/instmsg/aliases/", "http://im.example.test/instmsg/aliases", "http:///instmsg/aliases/anna",
		"http://im.example.test/instmsg/aliases//", "http://im.example.test/instmsg/aliases/a/b",
		"http://im.example.test/instmsg/aliases/a%2fb", "http://im.example.test/instmsg/aliases/a%5Cb",
		"http://im.example.test/instmsg/aliases/..", "http://im.example.test/instmsg/aliases/%2e",
		"http://im.example.test/instmsg/aliases/a%0d%0aX:y", "http://im.example.test/instmsg/aliases/a\x00",
		"http://im.example.test/instmsg/aliases/a b", "http://im.example.test/instmsg/aliases/a%zz",
		"http://im.example.test/instmsg/aliases/%ff", "http://im.example.test/instmsg/aliases/anna?x",
		"http://im.example.test/instmsg/aliases/anna#x", "http://im.example.test/groups/anna",
		"http://anna@im.example.test/instmsg/aliases/anna", "http://im.example.test:http/instmsg/aliases/anna",
		"http://im.example.test:123456/instmsg/aliases/anna", "http://[::1/instmsg/aliases/anna", "http://::1/instmsg/aliases/anna",
		"https://im.example.test/instmsg/aliases/anna", "http://h/instmsg/local//instmsg/aliases/anna",
		"http://h/instmsg/local/im.example.test/instmsg/local/im.example.test/instmsg/aliases/anna",
		"http://im.\u212aexample.test/instmsg/aliases/anna", "http://" + strings.Repeat("h", 256) + "/instmsg/aliases/anna",
		"http://im.example.test/instmsg/aliases/" + strings.Repeat("n", 256), "http://h/" + strings.Repeat("n", 5000),
	} {
		n, err := ParseNode(url)
		require.ErrorIs(t, err, ErrNotNode, "%q", url)
		require.Zero(t, n)
		require.NotContains(t, err.Error(), "\r", "an error is safe to log")
	}
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		rule, host, path string
		want             Node
		local            bool
	}{
		{"RVP-002", "im.example.test", "/instmsg/aliases/anna", anna, false},
		{"RVP-002", "other.test", "http://im.example.test/instmsg/aliases/anna", anna, false},
		{"RVP-009", "IM.example.test:80", "/instmsg/aliases/anna/", anna, false},
		{"RVP-016", "home1:8080", "/instmsg/local/im.example.test/instmsg/aliases/ANNA", anna, true},
		{"RVP-016", "", "http://home1/instmsg/local/im.example.test/instmsg/aliases/anna", anna, true},
	} {
		n, local, err := parseTarget(c.host, c.path)
		require.NoError(t, err, c.rule)
		require.Equal(t, c.want, n, c.rule)
		require.Equal(t, c.local, local, c.rule)
	}
	for _, c := range [][2]string{
		{"", "/instmsg/aliases/anna"},
		{"a b", "/instmsg/aliases/anna"},
		{"im.example.test", "*"},
		{"im.example.test", "instmsg/aliases/anna"},
		{"im.example.test", "/"},
		{"im.example.test", "//instmsg/aliases/anna"},
	} {
		_, _, err := parseTarget(c[0], c[1])
		require.ErrorIs(t, err, ErrNotNode, "%q", c)
	}
}

func TestNodeURLs(t *testing.T) {
	require.Equal(t, "http://im.example.test/instmsg/aliases/anna", anna.URL())
	require.Equal(t, anna.URL(), anna.String())
	require.Equal(t, "http://home1:8080/instmsg/local/im.example.test/instmsg/aliases/anna", anna.At("HOME1:8080"))
	require.Equal(t, "http://home1/instmsg/local/im.example.test/instmsg/aliases/anna", anna.At("home1:80"))
	require.Empty(t, Node{}.URL())
	require.Empty(t, Node{}.Principal())
	odd := Node{Host: "im.example.test", Name: "a%<\u00f6>'&"}
	require.Equal(t, "http://im.example.test/instmsg/aliases/a%25%3C%C3%B6%3E'&", odd.URL())
	for _, n := range []Node{anna, odd} {
		back, err := ParseNode(n.At("home1"))
		require.NoError(t, err)
		require.Equal(t, n, back)
	}
	nodes := []Node{{"b", "a"}, ben, anna, {"a", "z"}}
	slices.SortFunc(nodes, Node.Compare)
	require.Equal(t, []Node{{"a", "z"}, {"b", "a"}, anna, ben}, nodes)
}

func TestParsePrincipal(t *testing.T) {
	for in, want := range map[string]Principal{
		"http://IM.example.test:80/instmsg/aliases/ANNA/":             "http://im.example.test/instmsg/aliases/anna",
		" \n http://im.example.test/instmsg/aliases/anna \t":          "http://im.example.test/instmsg/aliases/anna",
		"http://h/instmsg/local/im.example.test/instmsg/aliases/anna": "http://im.example.test/instmsg/aliases/anna",
		"IM.Example.test":                           "im.example.test",
		"im.example.test:8080":                      "im.example.test:8080",
		"im.example.test:80":                        "im.example.test",
		"http://im.acme.test/instmsg/bruceb":        "http://im.acme.test/instmsg/bruceb", // rvp-exchange2000, 5.7.2
		"http://im.acme.test/Groups/Rec%2dcycling/": "http://im.acme.test/groups/rec-cycling",
		"http://192.0.2.1:34567":                    "http://192.0.2.1:34567",
		"http://192.0.2.1:34567/":                   "http://192.0.2.1:34567",
	} {
		p, err := ParsePrincipal(in)
		require.NoError(t, err, "%q", in)
		require.Equal(t, want, p, "%q", in)
	}
	for _, in := range []string{
		"", " ", "im example.test", "sip:anna@example.test", "anna@example.test", "http://", "http://h/a b", "http://h/a%0a",
		"http://h/a?b", "http://h/%ff", "http://h/a%2fb", "a\r\nb",
	} {
		_, err := ParsePrincipal(in)
		require.ErrorIs(t, err, errPrincipal, "RVP-127 %q", in)
	}
	n, ok := anna.Principal().Node()
	require.True(t, ok)
	require.Equal(t, anna, n)
	for _, p := range []Principal{"", "im.example.test", "http://im.example.test/groups/x"} {
		_, ok := p.Node()
		require.False(t, ok, "RVP-129 %q", p)
	}
}

// FuzzNode checks that what ParseNode takes, it takes again from the logical and from the physical
// URL, and that these are plain ASCII without white space; that ParsePrincipal agrees, and is
// idempotent; and that parseTarget finds the same.
func FuzzNode(f *testing.F) {
	for _, s := range []string{
		"http://im.example.test/instmsg/aliases/anna", "http://h:81/instmsg/local/im.example.test/instmsg/aliases/a%2Eb/",
		"http://[::1]:080/instmsg/aliases/%C3%B6", "im.example.test:80", "http://h/groups/%7e/x/", "http://h//",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, perr := ParsePrincipal(s)
		if perr == nil {
			again, err := ParsePrincipal(string(p))
			require.NoError(t, err, "%q", p)
			require.Equal(t, p, again)
		}
		n, err := ParseNode(s)
		if err != nil {
			require.Zero(t, n)
			return
		}
		require.NoError(t, perr)
		require.Equal(t, n.Principal(), p)
		for _, url := range []string{n.URL(), n.At("home.example.test:8080")} {
			require.False(t, strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r >= 0x7f }), "%q", url)
			back, err := ParseNode(url)
			require.NoError(t, err)
			require.Equal(t, n, back)
			target, _, err := parseTarget("", url)
			require.NoError(t, err)
			require.Equal(t, n, target)
		}
	})
}
