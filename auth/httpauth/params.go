package httpauth

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// credentials are a scheme with what follows it: what Authorization holds, and
// each of the challenges in WWW-Authenticate (RFC 9110, 11.3 and 11.4).
type credentials struct {
	scheme string
	token  string            // token68, "" if there is none
	params map[string]string // by names in lower case
}

// The bounds of a header that is parsed.
const (
	maxLine   = 16 << 10
	maxParams = 64
)

// parseCredentials reads Authorization.
func parseCredentials(line string) (credentials, error) {
	list, err := parseChallenges(line)
	if err != nil || len(list) != 1 {
		return credentials{}, errBadRequest
	}
	return list[0], nil
}

// parseChallenges reads one line of WWW-Authenticate, in which there may be
// several challenges. Whether a word is a scheme or a parameter shows only
// behind it.
func parseChallenges(line string) (list []credentials, err error) {
	if len(line) > maxLine {
		return nil, fmt.Errorf("%w: %d octets", errBadRequest, len(line))
	}
	s := scanner{line}
	for n := 0; ; n++ {
		s.skip(" \t,")
		if s.rest == "" {
			return list, nil
		}
		word := s.take(isTokenChar)
		if word == "" || n == maxParams {
			return nil, errBadRequest
		}
		after := scanner{s.rest}
		after.skip(" \t")
		if strings.HasPrefix(after.rest, "=") {
			s.rest = after.rest[1:]
			s.skip(" \t")
			if err := s.param(list, word); err != nil {
				return nil, err
			}
			continue
		}
		c := credentials{scheme: word, params: make(map[string]string)}
		if after.rest != s.rest {
			c.token = after.token68()
			s = after
		}
		list = append(list, c)
	}
}

// A scanner is what is left of a line.
type scanner struct{ rest string }

func (s *scanner) skip(set string) { s.rest = strings.TrimLeft(s.rest, set) }

func (s *scanner) take(is func(byte) bool) string {
	i := 0
	for i < len(s.rest) && is(s.rest[i]) {
		i++
	}
	word := s.rest[:i]
	s.rest = s.rest[i:]
	return word
}

// token68 takes a token68 if there is one, which nothing but a comma follows.
func (s *scanner) token68() string {
	try := *s
	word := try.take(isToken68Char)
	pad := try.take(func(c byte) bool { return c == '=' })
	try.skip(" \t")
	if word == "" || try.rest != "" && try.rest[0] != ',' {
		return ""
	}
	s.rest = try.rest
	return word + pad
}

// param takes the value of a parameter of the last challenge.
func (s *scanner) param(list []credentials, name string) error {
	if len(list) == 0 || list[len(list)-1].token != "" {
		return errBadRequest
	}
	var value string
	if strings.HasPrefix(s.rest, `"`) {
		var ok bool
		if value, ok = s.quoted(); !ok {
			return errBadRequest
		}
	} else if value = s.take(isTokenChar); value == "" {
		return errBadRequest
	}
	params := list[len(list)-1].params
	name = ascii.Lower(name)
	if _, twice := params[name]; twice {
		return fmt.Errorf("%w: %s twice", errBadRequest, name)
	}
	params[name] = value
	return nil
}

// quoted takes a quoted-string. A backslash quotes itself and the quote only:
// before anything else it stands for itself, as in the DOMAIN\user of libwww-perl,
// which quotes nothing.
func (s *scanner) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(s.rest) && (s.rest[i+1] == '\\' || s.rest[i+1] == '"'):
			i++
			c = s.rest[i]
		case c < ' ' && c != '\t' || c == 0x7f:
			return "", false
		}
		b.WriteByte(c)
	}
	return "", false
}

// quote is the inverse. What a header cannot hold becomes a space.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func isTokenChar(c byte) bool {
	return ascii.IsAlnum(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func isToken68Char(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("-._~+/", c) >= 0 }
