package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/latin"
)

// A Template makes an address of what is known of a user, as Exchange's site addressing did: %m is the alias, %g the given
// name, %s the surname, %i the initials, %d the domain and %% a percent sign. A digit takes that many letters at most:
// "%1g%s@%d" makes "tfee@example.org" of Tim Fee.
type Template string

// A Person is what a Template is filled with.
type Person struct{ Alias, Given, Surname, Initials, Domain string }

// Expand is the address of a Person, in lower case and without what is not usual in addresses: letters become their base
// letters ("muller" of Müller), and what is neither letter nor digit is left out; whoever wants others writes them. It is
// "" if there is nothing before the @.
func (t Template) Expand(p Person) string {
	var b strings.Builder
	for one := range t.parts() {
		switch one.verb {
		case 0:
			b.WriteString(one.text)
		case 'd':
			b.WriteString(p.Domain)
		default:
			value := plain(map[byte]string{'m': p.Alias, 'g': p.Given, 's': p.Surname, 'i': p.Initials}[one.verb])
			if one.most > 0 && len(value) > one.most {
				value = value[:one.most]
			}
			b.WriteString(value)
		}
	}
	local, domain, _ := strings.Cut(b.String(), "@")
	if local = dots(local); local == "" {
		return ""
	}
	return local + "@" + domain
}

// dots leaves out the dots that names which are not known have left.
func dots(local string) string {
	return strings.Join(strings.FieldsFunc(local, func(r rune) bool { return r == '.' }), ".")
}

// plain is what of a name can stand in an address.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			b.WriteRune(r)
		default:
			b.WriteString(latin.Base(r))
		}
	}
	return ascii.Lower(b.String())
}

// A part of a Template is a text, or a placeholder.
type part struct {
	text string
	verb byte // 0 for a text
	most int  // letters; 0 is all
}

// parts yields the Template's parts. An unknown placeholder is one whose verb is '?'.
func (t Template) parts() func(yield func(part) bool) {
	return func(yield func(part) bool) {
		for s := string(t); s != ""; {
			i := strings.IndexByte(s, '%')
			if i != 0 {
				if i < 0 {
					i = len(s)
				}
				if !yield(part{text: s[:i]}) {
					return
				}
				s = s[i:]
				continue
			}
			p, rest := placeholder(s)
			if !yield(p) {
				return
			}
			s = rest
		}
	}
}

// placeholder cuts the placeholder that s begins with.
func placeholder(s string) (part, string) {
	rest := s[1:]
	most := 0
	if rest != "" && '1' <= rest[0] && rest[0] <= '9' {
		most, rest = int(rest[0]-'0'), rest[1:]
	}
	switch {
	case rest == "":
		return part{text: s, verb: '?'}, ""
	case rest[0] == '%' && most == 0:
		return part{text: "%"}, rest[1:]
	case strings.IndexByte("mgsid", rest[0]) >= 0:
		return part{text: s[:len(s)-len(rest)+1], verb: rest[0], most: most}, rest[1:]
	}
	_, n := utf8.DecodeRuneInString(rest)
	return part{text: s[:len(s)-len(rest)+n], verb: '?'}, rest[n:]
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *Template) UnmarshalText(text []byte) error {
	s := Template(text)
	user := false
	for p := range s.parts() {
		if p.verb == '?' {
			return &flaw{fmt.Sprintf("%q is no placeholder", p.text), "write %m, %g, %s, %i or %d, and %% for a percent sign"}
		}
		user = user || p.verb != 0 && p.verb != 'd'
	}
	local, domain, ok := strings.Cut(string(s), "@")
	switch {
	case !ok || domain == "":
		return &flaw{fmt.Sprintf("%q has no %%d", s), "write @%d behind it"}
	case !user || strings.Contains(local, "%d"):
		return &flaw{fmt.Sprintf("%q gives all users the same address", s), "write %m, or %g.%s, before the @ and %d behind it"}
	case domain != "%d" && flawOf("domain", domain) != nil:
		return &flaw{fmt.Sprintf("%q has no %%d behind the @", s), "write @%d, or @ and one of the local domains"}
	case flawOf("mailbox", s.Expand(Person{"a", "a", "a", "a", "example.org"})) != nil:
		return &flaw{fmt.Sprintf("%q makes no addresses", s), "use letters, digits, dots and hyphens besides the placeholders"}
	}
	*t = s
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (t Template) MarshalText() ([]byte, error) { return []byte(t), nil }
