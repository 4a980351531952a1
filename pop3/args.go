package pop3

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
)

// The parsers of arguments. They are pure: text in, values out. An error that
// is a Reply is the answer; any other one is answered by badSyntax.

var errSyntax = errors.New("pop3: syntax error in arguments")

// nothing takes no arguments.
func nothing(s string) (struct{}, error) {
	if strings.Trim(s, " ") != "" {
		return struct{}{}, errSyntax
	}
	return struct{}{}, nil
}

// name takes the argument of USER. What a name may look like is for the
// accounts to say.
func name(s string) (string, error) {
	if s = strings.Trim(s, " "); s == "" {
		return "", errSyntax
	}
	return s, nil
}

// password takes the argument of PASS. Its spaces are part of the password
// (RFC 1939, 7).
func password(s string) (string, error) {
	if s == "" {
		return "", errSyntax
	}
	return s, nil
}

// number takes a message-number, from 1 on. One that does not fit an int is
// not an error of syntax: there is no such message.
func number(s string) (int, error) {
	n, err := decimal(strings.Trim(s, " "))
	if err == nil && n == 0 {
		return 0, noSuchMessage
	}
	return n, err
}

// maybeNumber takes a message-number, or nothing, which is 0.
func maybeNumber(s string) (int, error) {
	if strings.Trim(s, " ") == "" {
		return 0, nil
	}
	return number(s)
}

// topRequest is what a TOP command says.
type topRequest struct {
	number, lines int
}

// topArgs takes a message-number and a number of lines, 0 among them.
func topArgs(s string) (topRequest, error) {
	first, second, _ := strings.Cut(strings.Trim(s, " "), " ")
	lines, err := decimal(strings.TrimLeft(second, " "))
	if err != nil {
		return topRequest{}, err
	}
	n, err := number(first)
	return topRequest{n, lines}, err
}

// decimal reads digits, and only those: no sign, no space. What is too large
// for an int becomes the largest one.
func decimal(s string) (int, error) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, errSyntax
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return math.MaxInt, nil
	}
	return n, nil
}

// languageRange takes a basic language range (RFC 4647, 2.1), "*", or nothing.
func languageRange(s string) (string, error) {
	s = strings.Trim(s, " ")
	for part := range strings.SplitSeq(s, "-") {
		switch {
		case s == "", s == "*":
		case part == "" || len(part) > 8 || strings.Trim(part, alphanumeric) != "":
			return "", errSyntax
		}
	}
	return s, nil
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// authRequest is what an AUTH command says. Initial is nil if there is no
// initial response, and empty if it is the empty one, "=".
type authRequest struct {
	mechanism string
	initial   []byte
}

// authArgs takes a mechanism and an optional initial response (RFC 5034, 4), or
// nothing.
func authArgs(s string) (authRequest, error) {
	mechanism, initial, given := strings.Cut(strings.Trim(s, " "), " ")
	req := authRequest{mechanism: mechanism}
	switch {
	case !given:
	case initial == "=":
		req.initial = []byte{}
	default:
		var err error
		if req.initial, err = base64.StdEncoding.Strict().DecodeString(initial); err != nil {
			return authRequest{}, authMalformed
		}
	}
	return req, nil
}
