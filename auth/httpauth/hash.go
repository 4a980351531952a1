package httpauth

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// An algorithm is one line of the table below.
type algorithm struct {
	name string // as registered with IANA
	new  func() hash.Hash
	sess bool // the key depends on the session (RFC 7616, 3.4.2)
}

// algorithms are those of RFC 7616, 6.1, strongest first.
var algorithms = []algorithm{
	{"SHA-512-256", sha512.New512_256, false},
	{"SHA-512-256-sess", sha512.New512_256, true},
	{"SHA-256", sha256.New, false},
	{"SHA-256-sess", sha256.New, true},
	{"MD5", md5.New, false},
	{"MD5-sess", md5.New, true},
}

// algorithmOf returns the strength of the one of this name, the best being 0,
// and whether there is any. "" is MD5 (RFC 7616, 3.3).
func algorithmOf(name string) (int, bool) {
	if name == "" {
		name = "MD5"
	}
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return ascii.EqualFold(a.name, name) })
	return i, i >= 0
}

// sum hashes what stands with colons between: H(concat(...)).
func (a algorithm) sum(parts ...string) string {
	h := a.new()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// response is what the client shows, and with the method "" what the server
// does (RFC 7616, 3.4.1 to 3.4.3 and 3.5). With auth-int, body is hashed too.
func (a algorithm) response(d *answer, secret, method string, body []byte) string {
	key := a.sum(d.name, d.realm, secret)
	if a.sess {
		key = a.sum(key, d.nonce, d.cnonce)
	}
	what := []string{method, d.uri}
	if d.qop == qopInt {
		what = append(what, a.sum(string(body)))
	}
	return a.sum(key, d.nonce, d.nc, d.cnonce, d.qop, a.sum(what...))
}
