package httpauth

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

func ableBasic(h *Handler, a *attempt) bool { return h.Auth.PasswordAllowed(a.conn) }

func basicChallenge(h *Handler, _ *attempt) []string {
	return []string{"realm=" + quote(h.realm()) + `, charset="UTF-8"`}
}

// serveBasic checks a name and a password (RFC 7617, 2).
func serveBasic(h *Handler, a *attempt, given credentials) (v verdict) {
	b, err := base64.StdEncoding.DecodeString(given.token)
	if err != nil {
		return verdict{err: errBadRequest}
	}
	name, password, ok := strings.Cut(fromLatin1(b), ":")
	if !ok {
		return verdict{err: errBadRequest}
	}
	v.identity, v.err = h.Auth.Password(a.request.Context(), a.conn, h.account(name), password)
	return v
}

// fromLatin1 returns text that is UTF-8, or else, of clients from before RFC
// 7617, ISO 8859-1.
func fromLatin1(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
