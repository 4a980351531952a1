package header

import "strings"

// A Mark tells mailboxes from the ends of groups.
type Mark uint8

// What an Address stands for.
const (
	Mailbox    Mark = iota
	GroupStart      // a group begins, of which only Name is set
	GroupEnd        // the last group that began ends; nothing is set
)

// An Address is one mailbox of a list, or the start or end of a group (RFC 5322, 3.4). A list of them is flat: a group
// is the addresses between its marks, as in an ENVELOPE of IMAP (RFC 9051, 7.5.2), where an empty field is NIL. Who does
// not care about groups skips what is not a [Mailbox].
type Address struct {
	// Name is the display name or the name of the group, decoded; or the comment, where there is no display name.
	Name string
	// Local is the local part without quotes, Domain what follows the at sign, without it, but with the brackets of a
	// domain literal. A local part alone has no Domain; a display name alone has neither.
	Local, Domain string
	// Route is the obsolete source route, "@a,@b" (RFC 5322, 4.4). It is read, for IMAP, but never written.
	Route string
	// Mark is what the Address stands for.
	Mark Mark
}

// Spec is the address as addr-spec (RFC 5322, 3.4.1), the local part quoted if need be, for a mailbox with a domain.
// It is the local part alone where there is no domain.
func (a Address) Spec() string {
	local := quoteLocal(clean(a.Local, nil))
	if a.Domain == "" {
		return local
	}
	return local + "@" + clean(a.Domain, nil)
}

// String is the address as people write it: UTF-8, quoted where needed. The start of a group is "Name:", its end ";". It
// has no CR, LF or NUL, but is only sure to be read back as the same if [FormatAddresses] takes it.
func (a Address) String() string {
	switch a.Mark {
	case GroupStart:
		return phrase(clean(a.Name, nil), UTF8) + ":"
	case GroupEnd:
		return ";"
	}
	switch {
	case a.Name == "":
		return a.Spec()
	case a.Local == "" && a.Domain == "":
		return phrase(clean(a.Name, nil), UTF8)
	}
	return phrase(clean(a.Name, nil), UTF8) + " <" + a.Spec() + ">"
}

// isDotAtom reports whether s is a dot-atom-text (RFC 5322, 3.2.3).
func isDotAtom(s string) bool {
	return all(s, isDotText) && dotsPart(s)
}

// dotsPart reports whether the dots in s part something.
func dotsPart(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

func quoteLocal(s string) string {
	if isDotAtom(s) {
		return s
	}
	return quote(s)
}

// quote is s as a quoted-string (RFC 5322, 3.2.4).
func quote(s string) string {
	b := make([]byte, 0, len(s)+8)
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(append(b, '"'))
}
