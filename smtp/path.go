package smtp

import (
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Lengths of the parts of a path in octets (RFC 5321, 4.5.3.1).
const (
	maxLocalPart = 64
	maxDomain    = 255
	maxLabel     = 63
)

// A Path is a reverse-path or forward-path (RFC 5321, 4.1.2), parsed. Its two
// parts are kept apart and unquoted, so that no part of one can pass for the
// other; String puts the quotes back where they are needed.
type Path struct {
	Local  string // without quotes: `a b` for "a b"@example.org
	Domain string // a domain name as it was written, or an address literal with its brackets
}

// IsNull reports whether p is the null reverse-path <>, that of reports.
func (p Path) IsNull() bool { return p == Path{} }

// IsASCII reports whether p can be sent without SMTPUTF8 (RFC 6531).
func (p Path) IsASCII() bool { return ascii.Is(p.Local) && ascii.Is(p.Domain) }

// String returns the mailbox as it stands between angle brackets. It is
// always safe there for a Path that came from ParsePath.
func (p Path) String() string {
	local := p.Local
	if !isDotString(local) && p != (Path{}) {
		local = quote(local)
	}
	if p.Domain == "" {
		return local // "postmaster" may stand alone (RFC 5321, 4.1.1.3)
	}
	return local + "@" + p.Domain
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

var errPath = errors.New("smtp: not a mailbox")

// ParsePath parses what stands between the angle brackets of a path:
// local@domain, "local"@domain, local@[address], postmaster, or nothing. A
// source route (@relay:a@b) is dropped, as RFC 5321, C says. Addresses outside
// ASCII (RFC 6531) are accepted; IsASCII tells them apart.
func ParsePath(s string) (Path, error) {
	if s == "" {
		return Path{}, nil
	}
	p, rest, err := cutPath(s)
	if err != nil || rest != "" {
		return Path{}, errPath
	}
	return p, nil
}

// cutPath parses a mailbox at the start of s and returns what follows it.
func cutPath(s string) (p Path, rest string, err error) {
	if s, err = cutRoute(s); err != nil {
		return Path{}, "", err
	}
	if p.Local, rest, err = cutLocal(s); err != nil {
		return Path{}, "", err
	}
	after, ok := strings.CutPrefix(rest, "@")
	if !ok {
		if ascii.EqualFold(p.Local, "POSTMASTER") {
			return p, rest, nil
		}
		return Path{}, "", errPath
	}
	if p.Domain, rest, err = cutDomain(after); err != nil {
		return Path{}, "", err
	}
	return p, rest, nil
}

// cutRoute drops a source route.
func cutRoute(s string) (string, error) {
	if !strings.HasPrefix(s, "@") {
		return s, nil
	}
	for {
		var ok bool
		if s, ok = strings.CutPrefix(s, "@"); !ok {
			return "", errPath
		}
		_, rest, err := cutDomain(s)
		if err != nil || rest == "" {
			return "", errPath
		}
		if s = rest[1:]; rest[0] == ':' {
			return s, nil
		}
		if rest[0] != ',' {
			return "", errPath
		}
	}
}

// cutLocal parses a local part.
func cutLocal(s string) (local, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		local, rest, err = cutQuoted(s)
	} else {
		n := 0
		for n < len(s) && (isAtext(s[n]) || s[n] == '.') {
			n++
		}
		local, rest = s[:n], s[n:]
		if !isDotString(local) {
			err = errPath
		}
	}
	if len(local) > maxLocalPart || !utf8.ValidString(local) {
		err = errPath
	}
	return local, rest, err
}

// cutQuoted parses a quoted-string (RFC 5321, 4.1.2). Its content has no
// control characters.
func cutQuoted(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], nil
		case c == '\\':
			if i++; i == len(s) || !isGraphic(s[i]) {
				return "", "", errPath
			}
			b.WriteByte(s[i])
		case isGraphic(c) || c >= utf8.RuneSelf:
			b.WriteByte(c)
		default:
			return "", "", errPath
		}
	}
	return "", "", errPath
}

// cutDomain parses a domain name or an address literal.
func cutDomain(s string) (domain, rest string, err error) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !isAddress(s[1:end]) {
			return "", "", errPath
		}
		return s[:end+1], s[end+1:], nil
	}
	n := 0
	for n < len(s) && (isLabelOctet(s[n]) || s[n] == '.') {
		n++
	}
	if !isDomain(s[:n]) {
		return "", "", errPath
	}
	return s[:n], s[n:], nil
}

// isAddress tells an address literal's content (RFC 5321, 4.1.3).
func isAddress(s string) bool {
	if len(s) > 5 && ascii.EqualFold(s[:5], "IPV6:") {
		a, err := netip.ParseAddr(s[5:])
		return err == nil && a.Is6() && a.Zone() == ""
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// isDomain tells a domain name. It takes underscores, which the DNS has in
// names of hosts that do send mail.
func isDomain(s string) bool {
	if len(s) > maxDomain || !utf8.ValidString(s) {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !isLabelOctet(label[i]) {
				return false
			}
		}
	}
	return true
}

func isLabelOctet(c byte) bool {
	return ascii.IsAlnum(c) || c == '-' || c == '_' || c >= utf8.RuneSelf
}

func isDotString(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			if !isAtext(atom[i]) {
				return false
			}
		}
	}
	return true
}

// isAtext tells an octet of an atom (RFC 5322, 3.2.3; RFC 6531, 3.3).
func isAtext(c byte) bool {
	return ascii.IsAlnum(c) || c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isGraphic tells a printable ASCII octet or a space.
func isGraphic(c byte) bool { return ' ' <= c && c < 0x7f }
