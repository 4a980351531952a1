package scram

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of messages, in octets.
const (
	MaxMessage = 8192 // two names of 512 octets fit however they are escaped
	maxNonce   = 1024 // of both sides together
	maxSalt    = 1024
)

// ErrSyntax is what every error of a parser wraps.
var ErrSyntax = errors.New("not a message of SCRAM")

func syntax(text string) error { return &syntaxError{text} }

type syntaxError struct{ text string }

func (e *syntaxError) Error() string { return e.text }
func (e *syntaxError) Unwrap() error { return ErrSyntax }

// checkMessage looks at what every message must be.
func checkMessage(b []byte) (string, error) {
	switch {
	case len(b) > MaxMessage:
		return "", syntax("SCRAM message of more than 8192 octets")
	case !utf8.Valid(b):
		return "", syntax("SCRAM message is not UTF-8")
	}
	if slices.Contains(b, 0) {
		return "", syntax("NUL in a SCRAM message")
	}
	return string(b), nil
}

// attribute takes one attribute off the front of a message.
func attribute(s string, name byte) (value, rest string, err error) {
	if len(s) < 2 || s[0] != name || s[1] != '=' {
		return "", "", syntax("SCRAM message without its attribute " + string(rune(name)))
	}
	value, rest, more := strings.Cut(s[2:], ",")
	if more && rest == "" {
		return "", "", syntax("SCRAM message ends with a comma")
	}
	return value, rest, nil
}

// checkExtensions passes over attributes that mean nothing here. m, which says
// that there is more to understand (RFC 5802, 5.1), is never one of them.
func checkExtensions(s string) error {
	for s != "" {
		name := s[0] | 0x20
		if name < 'a' || name > 'z' || s[0] == 'm' {
			return syntax("SCRAM extension that must be understood")
		}
		value, rest, err := attribute(s, s[0])
		if err != nil {
			return err
		}
		if value == "" {
			return syntax("empty SCRAM extension")
		}
		s = rest
	}
	return nil
}

var (
	escape   = strings.NewReplacer("=", "=3D", ",", "=2C")
	unescape = strings.NewReplacer("=3D", "=", "=2C", ",")
)

// name decodes a saslname.
func name(s string) (string, error) {
	if strings.Count(s, "=") != strings.Count(s, "=3D")+strings.Count(s, "=2C") || s == "" {
		return "", syntax("SCRAM name that is empty, or in which = stands for itself")
	}
	return unescape.Replace(s), nil
}

// checkNonce checks the grammar's printable: ASCII without space and comma.
func checkNonce(s string) error {
	if s == "" || len(s) > maxNonce {
		return syntax("SCRAM nonce that is empty or too long")
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == ',' {
			return syntax("SCRAM nonce with a character that is not allowed")
		}
	}
	return nil
}

// data decodes base64, without the line ends that the standard library skips.
func data(s string) ([]byte, error) {
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return nil, syntax("SCRAM attribute that is not base64")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, syntax("SCRAM attribute that is not base64")
	}
	return b, nil
}

// number reads a posit-number.
func number(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 || s[0] < '1' || s[0] > '9' {
		return 0, syntax("SCRAM iteration count that is not a number")
	}
	return int(n), nil
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
