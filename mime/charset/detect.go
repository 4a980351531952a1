package charset

import (
	"bytes"
	"unicode/utf8"
)

// marks has what tells a charset at first sight. The marks of byte order are at the start, longer ones first; the escapes
// of ISO 2022 are anywhere, those of the larger charsets first.
var marks = []struct {
	name, octets string
	atStart      bool
}{
	{"UTF-8", "\xef\xbb\xbf", true},
	{"UTF-32", "\xff\xfe\x00\x00", true},
	{"UTF-32", "\x00\x00\xfe\xff", true},
	{"UTF-16", "\xff\xfe", true},
	{"UTF-16", "\xfe\xff", true},
	{"ISO-2022-KR", "\x1b$)C", false},
	{"ISO-2022-CN", "\x1b$)A", false},
	{"ISO-2022-CN", "\x1b$)G", false},
	{"ISO-2022-JP-2", "\x1b$A", false},
	{"ISO-2022-JP-2", "\x1b$(C", false},
	{"ISO-2022-JP-2", "\x1b.A", false},
	{"ISO-2022-JP-2", "\x1b.F", false},
	{"ISO-2022-JP-1", "\x1b$(D", false},
	{"ISO-2022-JP", "\x1b$B", false},
	{"ISO-2022-JP", "\x1b$@", false},
	{"ISO-2022-JP", "\x1b(J", false},
	{"ISO-2022-JP", "\x1b(I", false},
}

// Detect guesses the charset of text that says none, from a sample of any size, the start of the text. It knows the marks
// of Unicode's byte order, the escapes of ISO-2022, US-ASCII, and valid UTF-8; a character that the sample's end cuts
// does not count. All else is windows-1252, which may well be wrong. UTF-7 is never guessed.
func Detect(sample []byte) string {
	ascii := asciiPrefix(sample) == len(sample)
	for _, m := range marks {
		if m.atStart && bytes.HasPrefix(sample, []byte(m.octets)) || !m.atStart && ascii && bytes.Contains(sample, []byte(m.octets)) {
			return m.name
		}
	}
	whole := wholeRunes(sample)
	switch {
	case ascii:
		return "US-ASCII"
	case utf8.Valid(whole) && asciiPrefix(whole) < len(whole): // a cut character alone proves nothing
		return "UTF-8"
	}
	return "windows-1252"
}
