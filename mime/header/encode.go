package header

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Mode says what octets a field may have.
type Mode uint8

const (
	// ASCII writes ASCII alone: the rest becomes encoded words and encoded parameters (RFC 2047, RFC 2231).
	ASCII Mode = iota
	// UTF8 writes UTF-8 as it is, for messages that go by SMTPUTF8 (RFC 6532).
	UTF8
)

// maxWord is how long a word is written without white space, so that it fits a line.
const maxWord = 900

// EncodeText writes unstructured text, such as a Subject, for [Fold] to fold. Words that are not ASCII, and what a
// reader would take for an encoded word, become encoded words of UTF-8. Text with CR, LF or NUL is an error.
func EncodeText(s string, mode Mode) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	return encodeText(s, mode), nil
}

// EncodePhrase writes a phrase, such as a display name (RFC 5322, 3.2.5): as it is if it is words, else as quoted-string,
// or as encoded words. Text with CR, LF or NUL is an error.
func EncodePhrase(s string, mode Mode) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	return phrase(s, mode), nil
}

func checkText(s string) error {
	switch {
	case strings.ContainsAny(s, "\r\n\x00"):
		return ErrControl
	case !utf8.ValidString(s):
		return ErrUTF8
	case len(s) > MaxText:
		return ErrTextTooLong
	}
	return nil
}

// encodeText encodes what is between the first and the last word that need it.
func encodeText(s string, mode Mode) string {
	first, last := -1, 0
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		edge := start == 0 && i > 0 || i == len(s) // white space that would be trimmed
		word := i
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
		if edge || needsWord(s[word:i], mode) {
			if edge && start > 0 {
				word = start
			} else if edge {
				word = 0
			}
			if first < 0 {
				first = word
			}
			last = i
		}
	}
	if first < 0 {
		return s
	}
	return s[:first] + encodeWords(s[first:last], false) + s[last:]
}

// needsWord reports whether a word of text cannot stand as it is.
func needsWord(s string, mode Mode) bool {
	return len(s) > maxWord || hasControl(s) || mode == ASCII && !ascii.Is(s) || strings.Contains(s, "=?")
}

// phrase is a phrase of a text that is checked.
func phrase(s string, mode Mode) string {
	atoms, quoted := true, true
	gap := true
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ' ':
			atoms = atoms && !gap
		case c == '\t':
			atoms = false
		case is(c, isCtl), c >= 0x80 && mode == ASCII:
			atoms, quoted = false, false
		default:
			atoms = atoms && is(c, isAtext)
		}
		gap = c == ' '
	}
	switch {
	case s == "":
		return ""
	case !quoted || strings.Contains(s, "=?") || len(s) > maxWord:
		return encodeWords(s, true)
	case atoms && !gap:
		return s
	}
	if q := quote(s); len(q) <= maxWord {
		return q
	}
	return encodeWords(s, true)
}

// encodeWords writes s as encoded words with a space between, in the encoding that is shorter. In a phrase, Q may use
// fewer octets (RFC 2047, 5 (3)).
func encodeWords(s string, inPhrase bool) string {
	const q, b, end = "=?utf-8?q?", "=?utf-8?b?", "?="
	const room = maxWordLen - len(q) - len(end)
	cost := 0
	for i := range len(s) {
		cost += qCost(s[i], inPhrase)
	}
	useQ := cost <= base64.StdEncoding.EncodedLen(len(s))
	var out strings.Builder
	for s != "" {
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		n, used := 0, 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			more := size
			if useQ {
				more = 0
				for i := range size {
					more += qCost(s[n+i], inPhrase)
				}
				if used+more > room {
					break
				}
			} else if base64.StdEncoding.EncodedLen(used+more) > room {
				break
			}
			n, used = n+size, used+more
		}
		if useQ {
			out.WriteString(q)
			writeQ(&out, s[:n], inPhrase)
		} else {
			out.WriteString(b)
			out.WriteString(base64.StdEncoding.EncodeToString([]byte(s[:n])))
		}
		out.WriteString(end)
		s = s[n:]
	}
	return out.String()
}

// qCost is how many octets c has in Q.
func qCost(c byte, inPhrase bool) int {
	if c == ' ' || isPlain(c, inPhrase) {
		return 1
	}
	return 3
}

func isPlain(c byte, inPhrase bool) bool {
	if inPhrase {
		return is(c, isPlainQ)
	}
	return ' ' < c && c < 0x7f && c != '=' && c != '?' && c != '_'
}

const hexDigits = "0123456789ABCDEF"

func writeQ(b *strings.Builder, s string, inPhrase bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case isPlain(c, inPhrase):
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
}
