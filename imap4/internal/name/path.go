package name

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Inbox is the name of the user's inbox (RFC 9051, 5.1).
const Inbox = "INBOX"

// Limits of a name.
const (
	maxComponent = 255  // octets: what file systems take
	maxName      = 1000 // octets, separators included
	maxDepth     = 32   // components
)

// Errors of Parse and Check. They say what to change, and may be told to the client.
var (
	ErrEmpty     = errors.New("name: the mailbox name is empty, or a part of it is")
	ErrUTF8      = errors.New("name: the mailbox name is not UTF-8")
	ErrForm      = errors.New("name: the mailbox name is not in Unicode's normalization form C")
	ErrCharacter = errors.New("name: the mailbox name has a control character, a wildcard or a separator in it")
	ErrDots      = errors.New("name: a part of the mailbox name is one dot or two")
	ErrLong      = errors.New("name: the mailbox name has more than 1000 octets, or a part of more than 255")
	ErrDeep      = errors.New("name: the mailbox name has more than 32 levels")
)

// Parse parts a name at the hierarchy separator, an octet of ASCII. The result is in normalization form C, as RFC 9755, 3
// and RFC 5198 want it, and has passed [Check]. INBOX in any case, as the first component, becomes [Inbox]. A separator at the
// end, as CREATE allows it (RFC 9051, 6.3.4), is an error: trim it before.
func Parse(text string, separator byte) ([]string, error) {
	if len(text) > 3*maxName { // no normalization makes that short enough
		return nil, ErrLong
	}
	if !utf8.ValidString(text) {
		return nil, ErrUTF8
	}
	path := strings.SplitN(norm.NFC.String(text), string(separator), maxDepth+1)
	if IsInbox(path[0]) {
		path[0] = Inbox
	}
	if err := Check(path, separator); err != nil {
		return nil, err
	}
	return path, nil
}

// IsInbox reports whether a component is INBOX, in whatever case of ASCII (RFC 9051, 5.1).
func IsInbox(component string) bool {
	return ascii.EqualFold(component, Inbox)
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// Join is the name of a path.
func Join(path []string, separator byte) string { return strings.Join(path, string(separator)) }

// Check reports what is wrong with a path, nil if it can be a mailbox: UTF-8 in normalization form C, 1 to 255 octets in a
// component and 1,000 in all, 32 components, none of them "." or "..", no control characters (RFC 9755, 3), wildcards or
// separators. INBOX, as the first one, is in capitals.
func Check(path []string, separator byte) error {
	if len(path) == 0 {
		return ErrEmpty
	}
	if len(path) > maxDepth {
		return ErrDeep
	}
	total := len(path) - 1
	for i, component := range path {
		if err := CheckComponent(component, separator); err != nil {
			return err
		}
		if i == 0 && IsInbox(component) && component != Inbox {
			return ErrForm
		}
		if total += len(component); total > maxName {
			return ErrLong
		}
	}
	return nil
}

// CheckComponent reports what is wrong with one component wherever it stands, nil if it can be one. See [Check].
func CheckComponent(component string, separator byte) error {
	switch {
	case component == "":
		return ErrEmpty
	case len(component) > maxComponent:
		return ErrLong
	case component == "." || component == "..":
		return ErrDots
	case !utf8.ValidString(component):
		return ErrUTF8
	}
	for _, r := range component {
		switch {
		case r < ' ', 0x7f <= r && r < 0xa0, // C0, DEL, C1
			r == '\u2028', r == '\u2029', // separators of lines and paragraphs
			r == '%', r == '*', r == rune(separator):
			return ErrCharacter
		}
	}
	if !norm.NFC.IsNormalString(component) {
		return ErrForm
	}
	return nil
}
