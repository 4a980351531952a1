package digest

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// Response is the client's message.
type Response struct {
	Username string // as sent: see Name
	Realm    string
	HasRealm bool
	Nonce    string
	Cnonce   string
	NC       string // 8 hexadecimal digits
	URI      string
	Authzid  string
	HasAuthz bool
	UTF8     bool
	Digest   string // response-value, 32 hexadecimal digits
}

// first is the count of a nonce's first use (RFC 2831, 2.1.3).
const first = "00000001"

// NewResponse makes the first response to a challenge, without its Digest.
func NewResponse(c Challenge, name, realm, cnonce, uri, authzid string) Response {
	r := Response{
		Username: name, Realm: realm, HasRealm: realm != "", Nonce: c.Nonce, Cnonce: cnonce, NC: first, URI: uri,
		Authzid: authzid, HasAuthz: authzid != "", UTF8: c.UTF8,
	}
	if !r.UTF8 {
		r.Username, r.Realm = latin1(name), latin1(realm)
	}
	return r
}

// String is the message.
func (r Response) String() string {
	var b strings.Builder
	if r.UTF8 {
		b.WriteString("charset=utf-8,")
	}
	b.WriteString("username=" + quote(r.Username))
	if r.HasRealm {
		b.WriteString(",realm=" + quote(r.Realm))
	}
	b.WriteString(",nonce=" + quote(r.Nonce) + ",nc=" + r.NC + ",cnonce=" + quote(r.Cnonce) + ",digest-uri=" + quote(r.URI) +
		",response=" + r.Digest + ",qop=auth")
	if r.HasAuthz {
		b.WriteString(",authzid=" + quote(r.Authzid))
	}
	return b.String()
}

// ParseResponse reads a first response.
func ParseResponse(b []byte) (Response, error) {
	found, err := parse(b, MaxResponse)
	if err != nil {
		return Response{}, err
	}
	v, err := once(found, "username", "realm", "nonce", "cnonce", "nc", "qop", "digest-uri", "response", "maxbuf", "charset", "authzid", "cipher")
	if err != nil {
		return Response{}, err
	}
	charset, utf := v["charset"]
	qop, given := v["qop"]
	r := Response{
		Username: v["username"], Realm: v["realm"], Nonce: v["nonce"], Cnonce: v["cnonce"], NC: v["nc"], URI: v["digest-uri"],
		Authzid: v["authzid"], UTF8: utf, Digest: v["response"],
	}
	_, r.HasRealm = v["realm"]
	_, r.HasAuthz = v["authzid"]
	switch {
	case r.Username == "" || r.Nonce == "" || r.Cnonce == "" || r.URI == "":
		return Response{}, syntax("DIGEST-MD5 response without username, nonce, cnonce or digest-uri")
	case r.NC != first:
		return Response{}, syntax("DIGEST-MD5 response whose nc is not 00000001")
	case given && qop != "auth":
		return Response{}, syntax("DIGEST-MD5 response whose qop was not offered")
	case utf && strings.ToLower(charset) != "utf-8":
		return Response{}, syntax("DIGEST-MD5 response whose charset was not offered")
	case !isHash(r.Digest):
		return Response{}, syntax("DIGEST-MD5 response that is not 32 hexadecimal digits in lower case")
	case r.UTF8 && !utf8.ValidString(r.Username+"\x00"+r.Realm), !utf8.ValidString(r.Authzid):
		return Response{}, syntax("DIGEST-MD5 response that is not UTF-8")
	}
	return r, nil
}

// isHash checks 32LHEX.
func isHash(s string) bool { return len(s) == 2*md5.Size && strings.Trim(s, "0123456789abcdef") == "" }

// Name is the name in UTF-8.
func (r Response) Name() string {
	if r.UTF8 {
		return r.Username
	}
	return fromLatin1(r.Username)
}

// Service takes the digest-uri apart; the parts that are absent are "".
func (r Response) Service() (service, host, name string) {
	service, rest, _ := strings.Cut(r.URI, "/")
	host, name, _ = strings.Cut(rest, "/")
	return service, host, name
}

// Compute returns the response-value that proves the password, and the one by
// which the server proves the same (RFC 2831, 2.1.2.1 and 2.1.3). Its own Digest
// has no part in it.
func (r Response) Compute(password string) (response, rspauth string) {
	name, realm := r.Username, r.Realm
	if r.UTF8 {
		name, realm = latin1(name), latin1(realm)
	}
	a1 := md5.New()
	secret := md5.Sum([]byte(name + ":" + realm + ":" + latin1(password)))
	a1.Write(secret[:])
	a1.Write([]byte(":" + r.Nonce + ":" + r.Cnonce))
	if r.HasAuthz {
		a1.Write([]byte(":" + r.Authzid))
	}
	key := hex.EncodeToString(a1.Sum(nil))
	prove := func(a2 string) string {
		return sum(key + ":" + r.Nonce + ":" + r.NC + ":" + r.Cnonce + ":auth:" + sum(a2))
	}
	return prove("AUTHENTICATE:" + r.URI), prove(":" + r.URI)
}

func sum(s string) string {
	h := md5.Sum([]byte(s))
	return hex.EncodeToString(h[:])
}

// latin1 is s in ISO 8859-1, if all of it can be said so, else s as it is.
func latin1(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return s
		}
		out = append(out, byte(r))
	}
	return string(out)
}

func fromLatin1(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// ParseOutcome reads the server's last message and returns its rspauth.
func ParseOutcome(b []byte) (rspauth string, err error) {
	found, err := parse(b, MaxChallenge)
	if err != nil {
		return "", err
	}
	v, err := once(found, "rspauth")
	if err == nil && !isHash(v["rspauth"]) {
		err = syntax("DIGEST-MD5 outcome without its rspauth")
	}
	return v["rspauth"], err
}
