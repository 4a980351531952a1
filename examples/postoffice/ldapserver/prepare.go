package ldapserver

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/wirepost/wirepost/internal/ascii"
)

// prepare brings a text into the form in which it compares (RFC 4518): without
// case, in NFKC, with one space for several and none at the ends.
func prepare(s string) string { return foldSpaces(foldCase(s), true, true) }

func foldCase(s string) string {
	if ascii.Is(s) {
		return ascii.Lower(s)
	}
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// foldSpaces makes one space of several. left and right say that there are to be
// none at these ends: a piece of a substring keeps those that are within the
// value (RFC 4518, 2.6.1).
func foldSpaces(s string, left, right bool) string {
	if !strings.Contains(s, "  ") {
		if left {
			s = strings.TrimLeft(s, " ")
		}
		if right {
			s = strings.TrimRight(s, " ")
		}
		return s
	}
	var b strings.Builder
	space := false
	for _, word := range strings.SplitAfter(s, " ") {
		word, ends := strings.CutSuffix(word, " ")
		if word != "" {
			if space && (b.Len() > 0 || !left) {
				b.WriteByte(' ')
			}
			b.WriteString(word)
			space = false
		}
		space = space || ends
	}
	if space && !right && (b.Len() > 0 || !left) {
		b.WriteByte(' ')
	}
	return b.String()
}

// preparePhone leaves out what telephone numbers are written with (RFC 4518, 2.6.3).
func preparePhone(s string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(ascii.Lower(s))
}

// A syntax says how an attribute's values compare.
type syntax struct {
	oid      string // RFC 4517, 3.3
	equality string // the matching rules, RFC 4517, 4.2
	ordering string // "" is none
	substr   string // "" is none
}

var (
	text   = &syntax{"1.3.6.1.4.1.1466.115.121.1.15", "caseIgnoreMatch", "caseIgnoreOrderingMatch", "caseIgnoreSubstringsMatch"}
	ia5    = &syntax{"1.3.6.1.4.1.1466.115.121.1.26", "caseIgnoreIA5Match", "", "caseIgnoreIA5SubstringsMatch"}
	phone  = &syntax{"1.3.6.1.4.1.1466.115.121.1.50", "telephoneNumberMatch", "", "telephoneNumberSubstringsMatch"}
	dn     = &syntax{"1.3.6.1.4.1.1466.115.121.1.12", "distinguishedNameMatch", "", ""}
	oid    = &syntax{"1.3.6.1.4.1.1466.115.121.1.38", "objectIdentifierMatch", "", ""}
	number = &syntax{"1.3.6.1.4.1.1466.115.121.1.27", "integerMatch", "", ""}
)

// prepare brings a value into the form in which it compares. It is not ok if it
// cannot be a value.
func (s *syntax) prepare(v string) (prepared string, ok bool) {
	switch s {
	case phone:
		return preparePhone(v), true
	case dn:
		path, ok := parsePath(v)
		return strings.Join(path, ","), ok
	case oid:
		return prepareClass(v)
	case number:
		return strings.TrimSpace(v), true
	}
	return prepare(v), true
}

// preparePiece brings a piece of a substring into that form.
func (s *syntax) preparePiece(v string, first, last bool) string {
	if s == phone {
		return preparePhone(v)
	}
	return foldSpaces(foldCase(v), first, last)
}

// prepareClass takes the numbers of object classes for their names.
func prepareClass(s string) (string, bool) {
	s = ascii.Lower(strings.TrimSpace(s))
	for _, c := range classes {
		if c.oid == s {
			return ascii.Lower(c.name), true
		}
	}
	return s, s != ""
}
