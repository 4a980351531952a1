package auth

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// kvsep ends the parts of both mechanisms' messages (RFC 7628, 3.1).
const kvsep = "\x01"

// maxToken bounds what stands behind "Bearer ", in octets. Tokens that carry
// claims are of a few thousand.
const maxToken = 16 << 10

// A tokenMessage is what a client says by either mechanism.
type tokenMessage struct {
	authzid string // "" for the token's own
	host    string // that the client connected to, "" if it does not say
	token   string
}

// parseOAuthBearer reads a GS2 header and key/value pairs (RFC 7628, 3.1). That
// the name is UTF-8 is found when it is prepared. A message of nothing but a
// kvsep is malformed here: it answers a refusal, and no refusal has been sent.
func parseOAuthBearer(b []byte) (m tokenMessage, err error) {
	header, rest, ok := strings.Cut(string(b), kvsep)
	if !ok {
		return m, fmt.Errorf("%w: OAUTHBEARER without key/value pairs", ErrMalformed)
	}
	if m.authzid, err = parseTokenHeader(header); err != nil {
		return tokenMessage{}, err
	}
	auth, err := m.pairs(rest)
	if err == nil {
		m.token, err = bearer(auth)
	}
	if err != nil {
		return tokenMessage{}, err
	}
	return m, nil
}

// parseTokenHeader reads gs2-cb-flag "," [gs2-authzid] "," (RFC 5801, 4). The
// mechanism has no channel binding, so that the flag is "n" or "y".
func parseTokenHeader(s string) (authzid string, err error) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 || parts[0] != "n" && parts[0] != "y" || parts[2] != "" {
		return "", fmt.Errorf("%w: OAUTHBEARER wants a GS2 header of n or y", ErrMalformed)
	}
	if parts[1] == "" {
		return "", nil
	}
	name, ok := strings.CutPrefix(parts[1], "a=")
	if !ok || name == "" {
		return "", fmt.Errorf("%w: GS2 header with something other than a name", ErrMalformed)
	}
	return unescapeSASLName(name)
}

// unescapeSASLName undoes =2C and =3D; no other = may be there.
func unescapeSASLName(s string) (string, error) {
	if strings.Count(s, "=") != strings.Count(s, "=2C")+strings.Count(s, "=3D") {
		return "", fmt.Errorf("%w: = in a GS2 name that is neither =2C nor =3D", ErrMalformed)
	}
	return saslNames.Replace(s), nil
}

var saslNames = strings.NewReplacer("=2C", ",", "=3D", "=")

// pairs reads *kvpair kvsep. Keys that are not known are passed over (RFC 7628,
// 3.1); one that comes twice would leave open which of them counts.
func (m *tokenMessage) pairs(s string) (auth string, err error) {
	seen := make(map[string]bool)
	for s != kvsep {
		pair, rest, ok := strings.Cut(s, kvsep)
		key, value, eq := strings.Cut(pair, "=")
		switch {
		case !ok || !eq || !isAlpha(key) || !isKeyValue(value):
			return "", fmt.Errorf("%w: not a key/value pair", ErrMalformed)
		case key != "auth" && key != "host" && key != "port":
		case seen[key]:
			return "", fmt.Errorf("%w: key %s comes twice", ErrMalformed, key)
		case key == "auth":
			auth = value
		case key == "host":
			m.host = value
		case key == "port" && !isPort(value):
			return "", fmt.Errorf("%w: port is not a number", ErrMalformed)
		}
		seen[key], s = true, rest
		if len(seen) > 32 {
			return "", fmt.Errorf("%w: too many keys", ErrMalformed)
		}
	}
	return auth, nil
}

// bearer returns the token of an Authorization header field's value: the scheme,
// whose case does not matter (RFC 9110, 11.1), a space and a b64token (RFC 6750,
// 2.1).
func bearer(auth string) (token string, err error) {
	scheme, token, ok := strings.Cut(auth, " ")
	switch {
	case !ok || !ascii.EqualFold(scheme, "Bearer"):
		return "", fmt.Errorf("%w: not a bearer token", ErrMalformed)
	case len(token) > maxToken:
		return "", fmt.Errorf("%w: token of %d octets is over the limit", ErrMalformed, len(token))
	}
	base := strings.TrimRight(token, "=")
	if base == "" || strings.ContainsFunc(base, func(r rune) bool {
		return !isAlphaNum(r) && !strings.ContainsRune("-._~+/", r)
	}) {
		return "", fmt.Errorf("%w: not the syntax of a bearer token", ErrMalformed)
	}
	return token, nil
}

// parseXOAuth2 reads "user=" name kvsep "auth=Bearer " token kvsep kvsep.
func parseXOAuth2(b []byte) (m tokenMessage, err error) {
	parts := strings.Split(string(b), kvsep)
	if len(parts) != 4 || parts[2] != "" || parts[3] != "" {
		return m, fmt.Errorf("%w: XOAUTH2 wants user and auth", ErrMalformed)
	}
	user, hasUser := strings.CutPrefix(parts[0], "user=")
	auth, hasAuth := strings.CutPrefix(parts[1], "auth=")
	if !hasUser || !hasAuth || user == "" {
		return m, fmt.Errorf("%w: XOAUTH2 wants user and auth", ErrMalformed)
	}
	token, err := bearer(auth)
	if err != nil {
		return m, err
	}
	return tokenMessage{authzid: user, token: token}, nil
}

// isHost reports whether host, as a client says, is this server: the name that
// TLS was asked for, or the server's own. RFC 7628, 3.2, wants it compared with
// what is known; where the client named no host to TLS, its name for the server
// may be any alias, and nothing is.
func (c *Conn) isHost(host string) bool {
	if host == "" || c.TLS == nil || c.TLS.ServerName == "" {
		return true
	}
	return ascii.EqualFold(host, c.TLS.ServerName) || ascii.EqualFold(host, c.ServerName)
}

func isAlpha(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isAlphaNum(r) || r <= '9' })
}

func isAlphaNum(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// isKeyValue checks *(VCHAR / SP / HTAB / CR / LF).
func isKeyValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < ' ' || r > '~') && r != '\t' && r != '\r' && r != '\n'
	})
}

// isPort checks a decimal number from 1 to 65535 without leading zeros.
func isPort(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n == 0 && s[i] == '0' || n > 65535 {
			return false
		}
		n = 10*n + int(s[i]-'0')
	}
	return 0 < n && n <= 65535
}
