package name

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string][]string{
		"INBOX":             {"INBOX"},
		"inBox":             {"INBOX"},
		"inbox/Sub":         {"INBOX", "Sub"},
		"a/inbox":           {"a", "inbox"},
		"inboxes":           {"inboxes"},
		"Entwu\u0308rfe":    {"Entwürfe"}, // becomes form C
		"a b/#news/.x/..y.": {"a b", "#news", ".x", "..y."},
		"&":                 {"&"},
		`a\b"c`:             {`a\b"c`},
	} {
		got, err := Parse(text, '/')
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := Parse(Join(got, '/'), '/')
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	got, err := Parse("a/b.c", '.')
	require.NoError(t, err)
	require.Equal(t, []string{"a/b", "c"}, got)
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"":                               ErrEmpty,
		"/":                              ErrEmpty,
		"/abs":                           ErrEmpty,
		"a//b":                           ErrEmpty,
		"a/":                             ErrEmpty,
		".":                              ErrDots,
		"a/../b":                         ErrDots,
		"../../etc/x":                    ErrDots,
		"a\x00":                          ErrCharacter,
		"a\rb":                           ErrCharacter,
		"a\nb":                           ErrCharacter,
		"a\x7f":                          ErrCharacter,
		"a\u0085":                        ErrCharacter,
		"a\u2028":                        ErrCharacter,
		"a%":                             ErrCharacter,
		"*":                              ErrCharacter,
		"\xff\xfe":                       ErrUTF8,
		"\xed\xa0\x80":                   ErrUTF8,
		strings.Repeat("a", 256):         ErrLong,
		strings.Repeat("abcdefgh/", 112): ErrDeep,
		strings.Repeat(strings.Repeat("a", 250)+"/", 3) + strings.Repeat("a", 250): ErrLong,
		strings.Repeat("a", 1<<20):     ErrLong,
		strings.Repeat("a/", 32) + "a": ErrDeep,
		strings.Repeat("\u0344", 100):  ErrLong, // gets longer in form C
	} {
		_, err := Parse(text, '/')
		require.ErrorIs(t, err, want, "%.40q", text)
	}
	_, err := Parse(strings.Repeat("a/", 31)+"a", '/')
	require.NoError(t, err)
}

func TestCheck(t *testing.T) {
	require.NoError(t, Check([]string{"INBOX", "x"}, '/'))
	require.ErrorIs(t, Check([]string{"Inbox"}, '/'), ErrForm)
	require.NoError(t, Check([]string{"x", "Inbox"}, '/'))
	require.ErrorIs(t, Check([]string{"u\u0308"}, '/'), ErrForm)
	require.ErrorIs(t, Check([]string{"a/b"}, '/'), ErrCharacter)
	require.NoError(t, Check([]string{"a/b"}, '.'))
	require.ErrorIs(t, Check(nil, '/'), ErrEmpty)
	require.NoError(t, CheckComponent("inbox", '/'))
	require.ErrorIs(t, CheckComponent("a/b", '/'), ErrCharacter)
}

// FuzzParse checks that
//   - what Parse accepts passes Check, and is parsed as the same again once joined,
//   - it has no octet that could end or part a line, and keeps to the limits,
//   - modified UTF-7 says it too.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"INBOX/x", "inbox", "a/../b", "u\u0308", "a\x00b", "日本語/&", "\u0344\u0344"} {
		f.Add(seed, byte('/'))
	}
	f.Fuzz(func(t *testing.T, text string, separator byte) {
		if separator >= 0x80 {
			return
		}
		path, err := Parse(text, separator)
		if err != nil {
			return
		}
		require.NoError(t, Check(path, separator))
		joined := Join(path, separator)
		again, err := Parse(joined, separator)
		require.NoError(t, err)
		require.Equal(t, path, again)
		require.LessOrEqual(t, len(joined), maxName)
		if separator >= ' ' && separator != 0x7f {
			require.False(t, strings.ContainsAny(joined, "\r\n\x00"))
		}
		wire, err := Decode(Encode(joined))
		require.NoError(t, err)
		require.Equal(t, joined, wire)
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("INBOX/Archive/2024", '/'); err != nil {
			b.Fatal(err)
		}
	}
}
