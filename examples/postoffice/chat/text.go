package chat

import (
	"strings"
	"unicode"
)

// clean makes text of others fit to be shown: no control characters, which
// terminals obey, and none that are not seen, which turn or hide what is around them.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// line is clean on one line.
func line(s string) string { return strings.ReplaceAll(clean(s), "\n", " ") }

// paragraph is clean with all lines but the first indented, so that none looks
// like one of ours.
func paragraph(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(strings.TrimRight(clean(s), "\n"), "\n", "\n    ")
}
