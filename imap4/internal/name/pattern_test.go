package name

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		match, below  bool
	}{
		{"*", "INBOX", true, true},
		{"*", "a/b/c", true, true},
		{"%", "a", true, false},
		{"%", "a/b", false, false},
		{"%/%", "a", false, true},
		{"%/%", "a/b", true, false},
		{"a/%", "a", false, true},
		{"a/%", "a/b", true, false},
		{"a*", "a", true, true},
		{"a*", "a/b", true, true},
		{"a*", "b", false, false},
		{"a%", "abc", true, false},
		{"a%/x", "abc", false, true},
		{"*x", "a", false, true},
		{"%x", "ax", true, false},
		{"%x*", "ax", true, true},
		{"a/b", "a", false, true},
		{"a/b", "a/b", true, false},
		{"a/b/c", "a", false, true},
		{"a//b", "a", false, false}, // no component is empty
		{"a/", "a", false, false},
		{"", "a", false, false},
		{"inbox", "INBOX", true, false},
		{"InB%", "INBOX", true, false},
		{"inbox/%", "INBOX/x", true, false},
		{"inbox/X", "INBOX/x", false, false}, // only INBOX is without case
		{"inbox", "INBOXES", false, false},
		{"INBOX/a", "INBOX", false, true},
		{"**%*%%", "a/b", true, true},
		{"%%", "a/b", false, false},
		{"%*%", "a/b", true, true},
		{"日%", "日本語", true, false},
		{"*/*/*", "a/b", false, true},
		{"*a*b*c*", "xaxbxcx", true, true},
		{"*a*b*c*", "xcxbxax", false, true},
		{"foo/%/bar", "foo/x/bar", true, false},
		{"foo/%/bar", "foo/x/y/bar", false, false},
		{"foo/*/bar", "foo/x/y/bar", true, true},
	} {
		p := Compile(c.pattern, '/')
		require.Equal(t, c.match, p.Match(c.name), "%s matches %s", c.pattern, c.name)
		require.Equal(t, c.below, p.MatchBelow(c.name), "%s matches below %s", c.pattern, c.name)
	}
}

// TestLongPattern has states in several words.
func TestLongPattern(t *testing.T) {
	long := strings.Repeat("abcdefghi/", 30) + "x"
	require.True(t, Compile(long, '/').Match(long))
	require.True(t, Compile(strings.Repeat("%/", 30)+"%", '/').Match(long))
	require.True(t, Compile(strings.Repeat("*i/", 30)+"x", '/').Match(long))
	require.False(t, Compile(strings.Repeat("*i/", 30)+"y", '/').Match(long))
	require.False(t, Compile(strings.Repeat("a", 3*maxName), '/').Match(long))
	require.True(t, Compile(strings.Repeat("*%", 3*maxName), '/').Match(long))
	require.False(t, Compile("*", '/').Match(strings.Repeat("a", maxName+1)))
}

// slow says what Match is to say, by the definition.
func slow(pattern, name string) bool {
	if pattern == "" {
		return name == ""
	}
	if c := pattern[0]; c != '*' && c != '%' {
		return name != "" && name[0] == c && slow(pattern[1:], name[1:])
	}
	for i := 0; ; i++ {
		if slow(pattern[1:], name[i:]) {
			return true
		}
		if i == len(name) || pattern[0] == '%' && name[i] == '/' {
			return false
		}
	}
}

// FuzzMatch checks that
//   - Match says what the definition of the wildcards says,
//   - MatchBelow is true if a name below matches.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{"%/%", "a/b"}, {"*a*a*b", "aaab"}, {"INBOX", "inbox"}, {"a%b*", "axxb/c"}, {"**", ""}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 12 || len(name) > 16 || strings.Contains(strings.ToUpper(name), Inbox) {
			return
		}
		p := Compile(pattern, '/')
		require.Equal(t, slow(pattern, name), p.Match(name))
		for i, c := range name {
			if c == '/' && i+1 < len(name) && name[i+1] != '/' && p.Match(name) {
				require.True(t, p.MatchBelow(name[:i]), name[:i])
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for label, c := range map[string][2]string{
		"plain": {"INBOX/%", "INBOX/Archive"},
		"stars": {strings.Repeat("*a", 25) + "*b", strings.Repeat("a", 60)},
		"worst": {strings.Repeat("*a", maxName) + "b", strings.Repeat("a", maxName)},
	} {
		b.Run(label, func(b *testing.B) {
			p := Compile(c[0], '/')
			b.ReportAllocs()
			for b.Loop() {
				p.Match(c[1])
			}
		})
	}
}
