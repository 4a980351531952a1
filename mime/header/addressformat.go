package header

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Errors of what cannot be written.
var (
	// ErrControl is CR, LF or NUL in what is to be written.
	ErrControl = errors.New("header: CR, LF or NUL in a value: remove it")
	// ErrUTF8 is text that is not UTF-8.
	ErrUTF8 = errors.New("header: text is not UTF-8: decode it first")
	// ErrTextTooLong is text longer than [MaxText].
	ErrTextTooLong = errors.New("header: text is longer than 64 kB: shorten it")
	// ErrAddress is an address that the grammar cannot say.
	ErrAddress = errors.New("header: not an address")
	// ErrGroup is a group that is not closed, closed twice or within another one.
	ErrGroup = errors.New("header: groups must be closed and not nested")
)

// FormatAddresses writes a list of mailboxes and groups, for [Fold] to fold. Each mailbox needs Local and Domain. Route is
// not written. Beyond ASCII, names become encoded words; addresses cannot, and so need mode [UTF8].
func FormatAddresses(list []Address, mode Mode) (string, error) {
	var b strings.Builder
	inGroup, first := false, true
	for _, a := range list {
		switch {
		case a.Mark == GroupEnd && !inGroup, a.Mark == GroupStart && inGroup:
			return "", ErrGroup
		case a.Mark == GroupEnd:
			b.WriteByte(';')
			inGroup, first = false, false
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		first = false
		name, err := EncodePhrase(a.Name, mode)
		if err != nil {
			return "", fmt.Errorf("%w, in the name of an address", err)
		}
		if a.Mark == GroupStart {
			if a.Name == "" {
				return "", fmt.Errorf("%w: a group needs a name", ErrGroup)
			}
			b.WriteString(name + ":")
			inGroup, first = true, true
			continue
		}
		if err := checkAddress(a, mode); err != nil {
			return "", err
		}
		if name == "" {
			b.WriteString(a.Spec())
		} else {
			b.WriteString(name + " <" + a.Spec() + ">")
		}
	}
	if inGroup {
		return "", ErrGroup
	}
	return b.String(), nil
}

// checkAddress checks what an addr-spec can say.
func checkAddress(a Address, mode Mode) error {
	switch {
	case a.Local == "" || a.Domain == "":
		return fmt.Errorf("%w: %q needs a local part and a domain", ErrAddress, a)
	case strings.ContainsAny(a.Local+a.Domain, "\r\n\x00"):
		return ErrControl
	case !utf8.ValidString(a.Local) || !utf8.ValidString(a.Domain): // each: halves of a character make a whole one
		return ErrUTF8
	case mode == ASCII && !ascii.Is(a.Local+a.Domain):
		return fmt.Errorf("%w: %q needs UTF-8 header fields (SMTPUTF8)", ErrAddress, a)
	case len(a.Spec()) > maxWord:
		return fmt.Errorf("%w: longer than a line", ErrAddress)
	}
	if isDotAtom(a.Domain) && !hasControl(a.Domain) {
		return nil
	}
	inner, ok := strings.CutPrefix(a.Domain, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !ok || !closed || strings.ContainsAny(inner, "[]\\,;<>\"(@ \t") || hasControl(inner) {
		return fmt.Errorf("%w: %q is no domain", ErrAddress, a.Domain)
	}
	return nil
}

func hasControl(s string) bool {
	for i := range len(s) {
		if is(s[i], isCtl) {
			return true
		}
	}
	return false
}
