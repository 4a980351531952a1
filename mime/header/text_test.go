package header_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func TestDecodeText(t *testing.T) {
	for _, c := range []struct {
		value, want string
		kind        defect.Kind // that is found; if empty, none at all
	}{
		// RFC 2047, 8.
		{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=", "If you can read this you understand the example.", ""},
		{"(=?ISO-8859-1?Q?a?=)", "(a)", ""},
		{"(=?ISO-8859-1?Q?a?= b)", "(a b)", ""},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)", ""},
		{"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)", ""},
		{"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)", ""},
		{"(=?ISO-8859-1?Q?a_b?=)", "(a b)", ""},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)", ""},
		{"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore", ""}, // RFC 2231, 5
		// Plain text.
		{" Saying Hello\r\n", "Saying Hello", ""},
		{"folded\r\n  twice\r\n\tover", "folded  twice\tover", ""},
		{"folded\n by LF", "folded by LF", ""},
		{"Grüße", "Grüße", ""},
		{"Gr\xfc\xdfe", "Grüße", header.Raw8Bit},
		{"what?= =?is this", "what?= =?is this", ""},
		{"a\x00b\rc", "a b c", ""}, // Unfold says nothing
		// Split characters, no space, lower and upper case.
		{"=?utf-8?B?ww==?= =?UTF-8?q?=A4?=", "ä", ""},
		{"=?utf-8?Q?=C3?=\r\n =?utf-8?B?pA==?=", "ä", ""},
		{"Re: =?utf-8?q?=C3=A4?=, x", "Re: ä, x", header.AdjacentWord},
		{"a=?utf-8?q?b?=c=?utf-8?q?d?=", "abcd", header.AdjacentWord},
		{`"=?utf-8?q?=C3=A4?="`, `"ä"`, header.AdjacentWord},
		{"=?iso-2022-jp?b?GyRCJDMbKEI=?= =?iso-2022-jp?b?GyRCJHMbKEI=?=", "こん", ""},
		{"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c", ""},
		// Faults.
		{"=?utf-8?q?a b?=", "a b", header.SpaceInWord},
		{"=?utf-8?q?" + strings.Repeat("a", 80) + "?=", strings.Repeat("a", 80), header.LongWord},
		{"=?x-none?q?=C3=A4?=", "ä", header.UnknownCharset},
		{"=?utf-8?x?abc?=", "=?utf-8?x?abc?=", header.BrokenWord},
		{"=?utf-8?q?abc", "=?utf-8?q?abc", header.BrokenWord},
		{"=?utf-8?q?abc =?utf-8?q?def?=", "=?utf-8?q?abc def", header.BrokenWord},
		{"=?utf-8?q?a=3?=", "a=3", header.BrokenWord},
		{"=?utf-8?b?!!!YQ==?=", "a", header.BrokenWord},
		{"=?utf-8?b?YQ?=", "a", ""},
		{"=?utf-8?q?a=0D=0ABcc:=20x=00?=", "a  Bcc: x ", header.Controls},
		{"=?utf-8?q??=", "", ""},
		{"=?", "=?", ""},
		{"", "", ""},
	} {
		var found defect.List
		require.Equal(t, c.want, header.DecodeText(c.value, &found), "%q", c.value)
		if c.kind == "" {
			require.Zero(t, found.Len(), "%q: %v", c.value, found)
		} else {
			require.True(t, found.Has(c.kind), "%q: %v", c.value, found)
		}
	}
}

func TestDecodeTextLimits(t *testing.T) {
	for _, value := range []string{
		strings.Repeat("=?utf-8?q?=C3=A4?= ", 200_000),
		strings.Repeat("=?utf-8?q?=C3=A4?= x ", 200_000),
		strings.Repeat("ä", header.MaxText),
		strings.Repeat("=?iso-8859-1?q?=E4?= =?utf-8?q?=C3=A4?= ", 100_000),
	} {
		var found defect.List
		got := header.DecodeText(value, &found)
		require.LessOrEqual(t, len(got), header.MaxText)
		require.Greater(t, len(got), header.MaxText-8)
		require.True(t, utf8.ValidString(got))
		require.True(t, found.Has(header.TooLong))
	}
	require.Len(t, header.DecodeText("a"+strings.Repeat("\r\n b", 1_000_000), nil), header.MaxText)
}

func TestEncodeText(t *testing.T) {
	long := strings.Repeat("Größenwahn ", 30)
	for _, c := range []struct{ text, ascii, utf8 string }{
		{"Saying Hello", "Saying Hello", "Saying Hello"},
		{"Grüße", "=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"},
		{"Re: Grüße an alle", "Re: =?utf-8?b?R3LDvMOfZQ==?= an alle", "Re: Grüße an alle"},
		{"äpfel und viele gute Bananen, Öl", "=?utf-8?q?=C3=A4pfel_und_viele_gute_Bananen,_=C3=96l?=", "äpfel und viele gute Bananen, Öl"},
		{"a =?b", "a =?utf-8?b?PT9i?=", "a =?utf-8?b?PT9i?="},
		{" a ", "=?utf-8?q?_a_?=", "=?utf-8?q?_a_?="},
		{" ", "=?utf-8?q?_?=", "=?utf-8?q?_?="},
		{"a  b\tc", "a  b\tc", "a  b\tc"},
		{"", "", ""},
	} {
		for mode, want := range map[header.Mode]string{header.ASCII: c.ascii, header.UTF8: c.utf8} {
			got, err := header.EncodeText(c.text, mode)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, c.text, header.DecodeText(got, nil))
		}
	}
	got, err := header.EncodeText(long, header.ASCII)
	require.NoError(t, err)
	for word := range strings.FieldsSeq(got) {
		require.LessOrEqual(t, len(word), 75)
		require.True(t, utf8.ValidString(header.DecodeText(word, nil)), "a character is split: %q", word)
	}
	require.Equal(t, long, header.DecodeText(got, nil))
	for _, bad := range []string{"a\r\nb", "a\nb", "a\x00", "\xff", strings.Repeat("a", header.MaxText+1)} {
		_, err := header.EncodeText(bad, header.UTF8)
		require.Error(t, err)
		_, err = header.EncodePhrase(bad, header.ASCII)
		require.Error(t, err)
	}
}

func TestEncodePhrase(t *testing.T) {
	for text, want := range map[string]string{
		"John Doe":               "John Doe",
		"John Q. Public":         `"John Q. Public"`,
		`Giant; "Big" Box`:       `"Giant; \"Big\" Box"`,
		"two  spaces":            `"two  spaces"`,
		" x":                     `" x"`,
		"Jörg, (x)":              "=?utf-8?b?SsO2cmcsICh4KQ==?=",
		"Jörg of the old Garden": "=?utf-8?q?J=C3=B6rg_of_the_old_Garden?=",
		"=?x":                    "=?utf-8?b?PT94?=",
		"a\x07b":                 "=?utf-8?b?YQdi?=",
		"":                       "",
	} {
		got, err := header.EncodePhrase(text, header.ASCII)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
