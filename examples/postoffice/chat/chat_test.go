package chat

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
)

// What others write can neither command the terminal nor look like a line of ours.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Hello, wörld":                "Hello, wörld",
		"\x1b[2Jgone\x07\x00":         "[2Jgone",
		"\u009b31mred":                "31mred",
		"abc\u202etxt.exe":            "abctxt.exe",
		"zero\u200bwidth":             "zerowidth",
		"one\r\n* bob is busy\rtwo\n": "one\n    * bob is busy\n    two",
		"bad\xff":                     "bad\uFFFD",
		"tab\there":                   "tab here",
	} {
		require.Equal(t, want, paragraph(in), "%q", in)
	}
	require.Equal(t, "a b", line("a\nb"))
}

// FuzzParagraph checks:
//
//  1. no control character is left but ends of lines
//  2. each line but the first is indented
//  3. to do it twice to one line changes nothing
func FuzzParagraph(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\x1b]0;title\x07", "\u202e", "\xff\xfe", "a\r\r\n\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := paragraph(s)
		require.False(t, strings.ContainsFunc(shown, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }))
		for i, l := range strings.Split(shown, "\n") {
			require.True(t, i == 0 || strings.HasPrefix(l, "    "))
		}
		require.Equal(t, line(s), line(line(s)))
	})
}

// The file of contacts comes back as it was written, for its user alone.
func TestList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "contacts")
	names, err := readList(path)
	require.NoError(t, err)
	require.Empty(t, names)
	require.NoError(t, writeList(path, []string{"bob@example.test", "carol@example.org"}))
	names, err = readList(path)
	require.NoError(t, err)
	require.Equal(t, []string{"bob@example.test", "carol@example.org"}, names)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.WriteFile(path, []byte("# friends\n\n  bob@example.test \r\n"), 0o600))
	names, err = readList(path)
	require.NoError(t, err)
	require.Equal(t, []string{"bob@example.test"}, names)
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x\n", maxContacts+1)), 0o600))
	_, err = readList(path)
	require.ErrorContains(t, err, "has more than 1000")
	require.NoError(t, writeList("", nil))
}

// A pipe's lines end with LF or CR LF or the end, and long ones are cut.
func TestPipe(t *testing.T) {
	var out strings.Builder
	p := Pipe(bufio.NewReader(strings.NewReader("a\r\n\nb"+strings.Repeat("c", maxLine))), &out)
	for _, want := range []string{"a", "", "b" + strings.Repeat("c", maxLine-1), "c"} {
		got, err := p.ReadLine()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := p.ReadLine()
	require.Error(t, err)
	p.Print("hello")
	require.Equal(t, "hello\n", out.String())
}

// The domain is found at the server, by SRV and by address.
func TestLocate(t *testing.T) {
	for _, bad := range []string{"", "host", "host:", "host:0", "host:http", "host:70000"} {
		_, err := Locate(bad, "example.test")
		require.ErrorContains(t, err, "write", "%q", bad)
	}
	for _, domain := range []string{"Example.Test.", "im.example.test"} {
		l, err := Locate("127.0.0.1:2080", domain)
		require.NoError(t, err)
		s, err := l.Discover(t.Context(), "alice@"+domain)
		require.NoError(t, err)
		require.Equal(t, "http://im.example.test/instmsg/aliases/alice", s.User.URL())
		require.Equal(t, []string{"im.example.test:2080"}, s.Targets)
	}
	l, err := Locate("[::1]:2080", "example.test")
	require.NoError(t, err)
	for kind, want := range map[dnsresolve.Type]int{dnsresolve.TypeA: 0, dnsresolve.TypeAAAA: 1} {
		answer, err := l.Resolver.Lookup(t.Context(), "im.example.test", kind)
		require.Len(t, answer.Records, want)
		require.Equal(t, want == 0, err != nil)
	}
}
