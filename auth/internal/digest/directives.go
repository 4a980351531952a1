package digest

import (
	"errors"
	"strings"
)

// The sizes of messages, in octets: they are below these (RFC 2831, 2.1).
const (
	MaxChallenge = 2048
	MaxResponse  = 4096
)

// ErrSyntax is what every error of a parser wraps.
var ErrSyntax = errors.New("not a message of DIGEST-MD5")

type syntaxError struct{ text string }

func (e *syntaxError) Error() string { return e.text }
func (e *syntaxError) Unwrap() error { return ErrSyntax }

func syntax(text string) error { return &syntaxError{text} }

// A directive is a name, in lower case, and a value without its quotes.
type directive struct{ name, value string }

// maxDirectives bounds what is kept of a message; no message needs as many.
const maxDirectives = 64

// parse reads a list of directives (RFC 2831, 7.1): between them stand commas,
// of which some may be too many, and white space.
func parse(b []byte, below int) ([]directive, error) {
	if len(b) >= below {
		return nil, syntax("DIGEST-MD5 message that is too long")
	}
	var found []directive
	s := string(b)
	for {
		s = strings.TrimLeft(s, " \t\r\n,")
		if s == "" {
			return found, nil
		}
		d, rest, err := cutDirective(s)
		if err != nil {
			return nil, err
		}
		if len(found) == maxDirectives {
			return nil, syntax("DIGEST-MD5 message with too many directives")
		}
		found = append(found, d)
		s = strings.TrimLeft(rest, " \t\r\n")
		if s != "" && s[0] != ',' {
			return nil, syntax("DIGEST-MD5 directives without a comma between")
		}
	}
}

// cutDirective takes a directive off the front of s.
func cutDirective(s string) (d directive, rest string, err error) {
	n := tokenLen(s)
	d.name = strings.ToLower(s[:n])
	s = strings.TrimLeft(s[n:], " \t\r\n")
	if n == 0 || s == "" || s[0] != '=' {
		return directive{}, "", syntax("DIGEST-MD5 directive without a name and =")
	}
	s = strings.TrimLeft(s[1:], " \t\r\n")
	if s != "" && s[0] == '"' {
		d.value, rest, err = cutQuoted(s[1:])
		return d, rest, err
	}
	n = tokenLen(s)
	if n == 0 {
		return directive{}, "", syntax("DIGEST-MD5 directive without a value")
	}
	d.value = s[:n]
	return d, s[n:], nil
}

// cutQuoted takes the rest of a quoted string off the front of s. A backslash
// quotes any octet (RFC 2831, 7.2). Controls are refused, quoted or not.
func cutQuoted(s string) (value, rest string, err error) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			return out.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s):
			i++
			c = s[i]
		}
		if c < ' ' || c == 0x7f {
			return "", "", syntax("control character in a DIGEST-MD5 message")
		}
		out.WriteByte(c)
	}
	return "", "", syntax("DIGEST-MD5 message with a quote that does not end")
}

// quote makes a quoted string.
func quote(s string) string { return `"` + quoter.Replace(s) + `"` }

var quoter = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// tokenLen is the length of the token at the front of s: ASCII without controls
// and separators (RFC 2831, 7.1).
func tokenLen(s string) int {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || strings.IndexByte(`()<>@,;:\"/[]?={}`, s[i]) >= 0 {
			return i
		}
	}
	return len(s)
}

// once returns the values of directives that may stand at most once, each of
// these names; others are passed over (RFC 2831, 2.1).
func once(found []directive, names ...string) (map[string]string, error) {
	values := make(map[string]string, len(names))
	for _, d := range found {
		for _, name := range names {
			if d.name != name {
				continue
			}
			if _, again := values[name]; again {
				return nil, syntax("DIGEST-MD5 directive that is there twice: " + name)
			}
			values[name] = d.value
		}
	}
	return values, nil
}
