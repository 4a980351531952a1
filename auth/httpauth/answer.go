package httpauth

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The qualities of protection (RFC 7616, 3.3).
const (
	qopAuth = "auth"
	qopInt  = "auth-int"
)

// answer is the client's message of Digest (RFC 7616, 3.4).
type answer struct {
	name string // the user's: what username says, or is the hash of

	username, realm, nonce, uri, response string
	algorithm, cnonce, opaque, qop, nc    string
	count                                 uint32 // nc
	userhash                              bool
}

// parseAnswer checks the grammar. Any value may come quoted, or not, as clients
// of RFC 2617 are not of one mind about that. Without a qop it is RFC 2069's
// Digest, in which anybody may take the response for another request.
func parseAnswer(params map[string]string) (*answer, error) {
	d := &answer{
		username: params["username"], realm: params["realm"], nonce: params["nonce"], uri: params["uri"],
		response: params["response"], algorithm: params["algorithm"], cnonce: params["cnonce"],
		opaque: params["opaque"], qop: ascii.Lower(params["qop"]), nc: params["nc"],
	}
	if ext, ok := params["username*"]; ok {
		if d.username != "" {
			return nil, fmt.Errorf("%w: username and username*", errBadRequest)
		}
		if d.username, ok = fromExt(ext); !ok {
			return nil, fmt.Errorf("%w: username*", errBadRequest)
		}
	}
	switch ascii.Lower(params["userhash"]) {
	case "", "false":
	case "true":
		d.userhash = true
	default:
		return nil, fmt.Errorf("%w: userhash", errBadRequest)
	}
	d.name = d.username
	count, err := strconv.ParseUint(d.nc, 16, 32)
	switch {
	case err != nil || len(d.nc) != 8:
		return nil, fmt.Errorf("%w: nc", errBadRequest)
	case d.qop != qopAuth && d.qop != qopInt:
		return nil, fmt.Errorf("%w: qop", errBadRequest)
	case d.username == "" || d.nonce == "" || d.uri == "" || d.response == "" || d.cnonce == "":
		return nil, fmt.Errorf("%w: a parameter of Digest is missing", errBadRequest)
	}
	d.count = uint32(count)
	return d, nil
}

// String returns what goes behind the scheme's name, quoted and unquoted as RFC
// 7616, 3.4, asks.
func (d *answer) String() string {
	var b strings.Builder
	name := "username=" + quote(d.username)
	if strings.ContainsFunc(d.username, func(r rune) bool { return r >= utf8.RuneSelf }) {
		name = "username*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(d.username), "+", "%20")
	}
	fmt.Fprintf(&b, "%s, realm=%s, nonce=%s, uri=%s, algorithm=%s, response=%s, qop=%s, nc=%s, cnonce=%s",
		name, quote(d.realm), quote(d.nonce), quote(d.uri), cmp.Or(d.algorithm, "MD5"), quote(d.response), d.qop, d.nc, quote(d.cnonce))
	if d.opaque != "" {
		b.WriteString(", opaque=" + quote(d.opaque))
	}
	if d.userhash {
		b.WriteString(", userhash=true")
	}
	return b.String()
}

// fromExt decodes an extended value (RFC 8187, 3.2) in UTF-8.
func fromExt(s string) (string, bool) {
	charset, rest, ok := strings.Cut(s, "'")
	_, text, both := strings.Cut(rest, "'")
	if !ok || !both || !ascii.EqualFold(charset, "UTF-8") {
		return "", false
	}
	text, err := url.PathUnescape(text)
	return text, err == nil && utf8.ValidString(text)
}

// sameTarget reports whether the uri of an answer is the request's target: as
// it stands, or one in absolute-form and the other in origin-form.
func sameTarget(uri, target, host string) bool {
	if uri == target {
		return true
	}
	origin := func(s string) (string, bool) {
		if strings.HasPrefix(s, "/") {
			return s, true
		}
		u, err := url.Parse(s)
		if err != nil || !ascii.EqualFold(u.Host, host) {
			return "", false
		}
		return u.RequestURI(), true
	}
	a, ok := origin(uri)
	b, both := origin(target)
	return ok && both && a == b
}
