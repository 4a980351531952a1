package header

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/defect"
)

const (
	// Controls is a CR, LF or NUL where the value is not folded. It is read as a space.
	Controls defect.Kind = "CR, LF or NUL within a value"
	// Raw8Bit is an octet beyond ASCII that is not UTF-8 either. Its charset is guessed.
	Raw8Bit defect.Kind = "octets beyond ASCII that are not UTF-8"
	// UnknownCharset is a charset without a known decoder, or text that is not of it. It is guessed.
	UnknownCharset defect.Kind = "unknown charset, or text that is not of the charset"
	// TooLong is a value beyond a limit of this package. What exceeds it is dropped.
	TooLong defect.Kind = "a value that is too long"
)

// clean returns s as UTF-8 without CR, LF and NUL.
func clean(s string, found *defect.List) string {
	ascii := byte(0)
	controls := false
	for i := range len(s) {
		ascii |= s[i]
		controls = controls || s[i] == 0 || s[i] == '\r' || s[i] == '\n'
	}
	if ascii >= 0x80 && !utf8.ValidString(s) {
		found.Add(Raw8Bit, -1)
		s = guess([]byte(s))
		controls = strings.ContainsAny(s, "\r\n\x00")
	}
	if controls {
		found.Add(Controls, -1)
		s = spaced(s)
	}
	return s
}

// spaced returns s with a space for each CR, LF and NUL.
func spaced(s string) string {
	b := []byte(s)
	blank(b)
	return string(b)
}

// blank makes each CR, LF and NUL a space, and reports whether there was one.
func blank(b []byte) (changed bool) {
	for i, c := range b {
		if c == '\r' || c == '\n' || c == 0 {
			b[i], changed = ' ', true
		}
	}
	return changed
}

// isUTF8 reports whether b is labelled as UTF-8 or ASCII, and is.
func isUTF8(label string, b []byte) bool {
	return (ascii.EqualFold(label, "utf-8") || ascii.EqualFold(label, "us-ascii")) && utf8.Valid(b)
}

// guess decodes text of unknown charset. What is left after that is no text: U+FFFD.
func guess(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	s, _ := charset.Decode(charset.Detect(b), b)
	return strings.ToValidUTF8(s, "\uFFFD")
}

// decode decodes text that is labelled. A label that is wrong or unknown is a defect.
func decode(label string, b []byte, found *defect.List) string {
	if isUTF8(label, b) {
		return string(b)
	}
	s, ok := charset.Decode(label, b)
	if ok && utf8.ValidString(s) {
		if strings.Contains(s, "\uFFFD") && !bytes.Contains(b, []byte("\uFFFD")) {
			found.Add(UnknownCharset, -1)
		}
		return s
	}
	found.Add(UnknownCharset, -1)
	return guess(b)
}

// cut returns the first n octets of s at most, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
