package header

import (
	"errors"
	"fmt"
	"strings"
)

const (
	foldAt  = 78  // the length that a line should not exceed, without CRLF (RFC 5322, 2.1.1)
	maxLine = 998 // the length that it must not
)

// Errors of [Fold].
var (
	// ErrName is a field name that is none.
	ErrName = errors.New("header: a field name is printable ASCII without colon and space")
	// ErrLineTooLong is a value that has no white space to fold it at for too long.
	ErrLineTooLong = errors.New("header: more than 998 octets without white space")
)

// ValidFieldName reports whether name is a field-name (RFC 5322, 3.6.8) that leaves room for a colon in its line.
func ValidFieldName(name string) bool {
	return name != "" && len(name) < foldAt && all(name, isFtext)
}

// Unfold removes the line ends that fold a value (RFC 5322, 2.2.3), LF alone as well. Another CR or LF and each NUL become
// a space.
func Unfold(value string) string {
	i := nextControl(value, 0)
	if i == len(value) {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	start := 0
	for i < len(value) {
		b.WriteString(value[start:i])
		next := i + 1
		if value[i] == '\r' && next < len(value) && value[next] == '\n' {
			next++
		}
		if value[i] == 0 || next == len(value) || value[next] != ' ' && value[next] != '\t' {
			b.WriteByte(' ')
		}
		start = next
		i = nextControl(value, next)
	}
	b.WriteString(value[start:])
	return b.String()
}

// nextControl returns the index of the first CR, LF or NUL from i on, or the length of s.
func nextControl(s string, i int) int {
	for i < len(s) && (s[i] > '\r' || s[i] != '\r' && s[i] != '\n' && s[i] != 0) {
		i++
	}
	return i
}

// Fold writes a field, with CRLF at its end. Lines are folded at white space that is there, so that the value unfolds to
// what it was (spaces around it aside): before 78 octets where that is possible outside quoted strings, and before 998 in
// any case. A value that is folded already is folded anew. A name that is none, CR, LF and NUL, and a word that fits no
// line are errors.
func Fold(name, value string) ([]byte, error) {
	if !ValidFieldName(name) {
		return nil, fmt.Errorf("%w: %q", ErrName, name)
	}
	if strings.ContainsAny(value, "\r\n\x00") {
		if strings.ContainsAny(unfoldStrict(value), "\r\n\x00") {
			return nil, ErrControl
		}
		value = unfoldStrict(value)
	}
	value = strings.Trim(value, " \t")
	f := folder{value: value, out: make([]byte, 0, len(name)+len(value)+len(value)/24+8)}
	f.out = append(append(f.out, name...), ':', ' ')
	f.line = len(name) + 2
	return f.fold()
}

// unfoldStrict removes CRLF before white space, and nothing else.
func unfoldStrict(s string) string {
	return strings.NewReplacer("\r\n ", " ", "\r\n\t", "\t").Replace(s)
}

// A folder writes a value piece by piece; a piece is a word with the white space before it.
type folder struct {
	value string
	out   []byte
	line  int // octets in the line so far
}

func (f *folder) fold() ([]byte, error) {
	s := f.value
	noQuote := false
	for i := 0; i < len(s); {
		space := i
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		word := i
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			switch {
			case s[i] == '\\' && i+1 < len(s) && s[i+1] != ' ' && s[i+1] != '\t':
				i += 2
			case s[i] == '"' && !noQuote:
				end := skipQuoted(s, i)
				noQuote = end < 0
				i = max(i+1, end)
			default:
				i++
			}
		}
		if err := f.piece(space, word, i); err != nil {
			return nil, err
		}
	}
	return append(f.out, "\r\n"...), nil
}

// piece writes white space and word, in a new line if the line would be too long.
func (f *folder) piece(space, word, end int) error {
	s := f.value
	if f.line+end-space <= foldAt {
		f.add(s[space:end])
		return nil
	}
	if space < word {
		f.newLine()
	}
	if f.line+end-space <= maxLine {
		f.add(s[space:end])
		return nil
	}
	// A quoted string that fits no line is folded within, which is allowed though not nice (RFC 5322, 3.2.4).
	for space < end {
		next := space + 1
		for next < end && s[next] != ' ' && s[next] != '\t' {
			next++
		}
		if f.line+next-space > maxLine {
			if s[space] != ' ' && s[space] != '\t' {
				return ErrLineTooLong
			}
			f.newLine()
		}
		if f.line+next-space > maxLine {
			return ErrLineTooLong
		}
		f.add(s[space:next])
		space = next
	}
	return nil
}

func (f *folder) add(s string) {
	f.out = append(f.out, s...)
	f.line += len(s)
}

func (f *folder) newLine() {
	f.out = append(f.out, "\r\n"...)
	f.line = 0
}
