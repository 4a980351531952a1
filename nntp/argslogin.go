package nntp

import (
	"encoding/base64"
	"strings"
)

// name takes the argument of AUTHINFO USER. What a name may look like is for the
// accounts to say.
func name(s string) (string, error) {
	if s = strings.TrimRight(s, " \t"); s == "" {
		return "", errSyntax
	}
	return s, nil
}

// password takes the argument of AUTHINFO PASS. Spaces at its end are part of it.
func password(s string) (string, error) {
	if s == "" {
		return "", errSyntax
	}
	return s, nil
}

// saslRequest is what an AUTHINFO SASL command says. Initial is nil if there is
// no initial response, and empty if it is the empty one, "=".
type saslRequest struct {
	mechanism string
	initial   []byte
}

// saslArgs takes a mechanism and an optional initial response (RFC 4643, 2.4).
func saslArgs(s string) (saslRequest, error) {
	w, err := words(s, 1, 2)
	if err != nil {
		return saslRequest{}, err
	}
	req := saslRequest{mechanism: w[0]}
	if len(w) > 1 {
		if req.initial, err = decode64(w[1]); err != nil {
			return saslRequest{}, badBase64
		}
	}
	return req, nil
}

// decode64 reads a response; "=" is the empty one.
func decode64(s string) ([]byte, error) {
	if s == "=" {
		return []byte{}, nil
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}
