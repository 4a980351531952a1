package auth

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// PrepareName puts a name in the form in which it reaches a store: profile
// UsernameCasePreserved of RFC 8265, 3.4, which maps full and half width
// characters, normalises (NFC), and refuses spaces at the ends, controls,
// symbols and compatibility characters. A name may consist of parts with spaces
// between (RFC 8265, 3.5). Printable ASCII stays as it is.
//
// The error is ErrMalformed for a name that is empty, not UTF-8, or holds a
// NUL, else ErrDisallowed. Prepared names prepare to themselves.
func PrepareName(name string) (string, error) { return prepareName(name, precis.UsernameCasePreserved) }

// FoldName is PrepareName for stores in which case does not matter: profile
// UsernameCaseMapped of RFC 8265, 3.3, which is PrepareName and lower case.
func FoldName(name string) (string, error) { return prepareName(name, precis.UsernameCaseMapped) }

// PreparePassword puts a password in the form that is compared and hashed:
// profile OpaqueString of RFC 8265, 4.2, which makes every kind of space the
// ASCII one, normalises (NFC), and refuses controls. Printable ASCII stays as
// it is, spaces at the ends included. The errors are those of PrepareName.
func PreparePassword(password string) (string, error) {
	if err := checkText("password", password); err != nil {
		return "", err
	}
	if printableASCII(password) {
		return password, nil
	}
	return enforce(precis.OpaqueString, "password", password)
}

func prepareName(name string, profile *precis.Profile) (string, error) {
	if err := checkText("name", name); err != nil {
		return "", err
	}
	if name[0] == ' ' || name[len(name)-1] == ' ' {
		return "", fmt.Errorf("%w: name with a space at an end", ErrDisallowed)
	}
	if printableASCII(name) {
		if profile == precis.UsernameCaseMapped {
			name = strings.ToLower(name)
		}
		return name, nil
	}
	parts := strings.Split(name, " ")
	for i, part := range parts {
		if part == "" {
			continue // RFC 8265, 3.5: parts may have several spaces between
		}
		var err error
		if parts[i], err = enforce(profile, "name", part); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, " "), nil
}

// checkText checks what RFC 4616's grammar asks of names and passwords alike.
func checkText(what, s string) error {
	switch {
	case s == "":
		return fmt.Errorf("%w: empty %s", ErrMalformed, what)
	case !utf8.ValidString(s):
		return fmt.Errorf("%w: %s is not UTF-8", ErrMalformed, what)
	case strings.IndexByte(s, 0) >= 0:
		return fmt.Errorf("%w: NUL in %s", ErrMalformed, what)
	}
	return nil
}

// enforce applies a profile until the result is stable (RFC 8264, 7: the rules
// may have to be applied up to four times, and what changes even then is
// refused). The profile's own error is not passed on: it may quote the input.
func enforce(profile *precis.Profile, what, s string) (string, error) {
	for range 4 {
		out, err := profile.String(s)
		if err != nil || out == "" {
			break
		}
		if out == s {
			return out, nil
		}
		s = out
	}
	return "", fmt.Errorf("%w: RFC 8265 does not allow this %s", ErrDisallowed, what)
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
