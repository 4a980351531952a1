package rvptest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// schemes are the challenges of a 401, by scheme in lower case.
func schemes(a answer) map[string]string {
	all := make(map[string]string)
	for _, v := range a.header.all("WWW-Authenticate") {
		scheme, params, _ := strings.Cut(v, " ")
		if _, twice := all[ascii.Lower(scheme)]; !twice {
			all[ascii.Lower(scheme)] = params
		}
	}
	return all
}

// challenge asks for what only the owner may, and returns the 401.
func (l *line) challenge(addr, path string) answer {
	p := l.peers[addr]
	p.Send(l.request("SUBSCRIPTIONS", path, "", "Notification-Type: pragma/notify"))
	a := readAnswer(l.s.Run, p, "SUBSCRIPTIONS")
	if a.status != 401 {
		l.s.Failf("who has not logged in is answered by %v, want 401", a)
	}
	return a
}

// logIn logs in on the connection to an address.
func (l *line) logIn(addr string) {
	path := l.s.home(l.as.name).path
	offered := schemes(l.challenge(addr, path))
	_, ntlm := offered["ntlm"]
	params, digested := offered["digest"]
	switch {
	case ntlm && (l.scheme == "" || l.scheme == "NTLM"):
		if a := l.ntlm(addr, path, "", l.as.name); a.status == 401 {
			l.s.Failf("the login by NTLM is refused: %v", a)
		}
	case digested && (l.scheme == "" || l.scheme == "Digest"):
		l.keys[addr] = newDigest(params, l.as.name, l.as.password)
	default:
		l.s.NotApplicable("the server does not offer the login " + l.scheme)
	}
}

// ntlm holds the login of NTLM and returns the answer to its last message.
func (l *line) ntlm(addr, path, domain, name string) answer {
	client := auth.NTLMClient(nil, domain, name, l.as.password)
	_, token, err := client.Start()
	if err != nil {
		l.s.Failf("NTLM: %v", err)
	}
	a := l.authorize(addr, path, "NTLM "+base64.StdEncoding.EncodeToString(token))
	challenge, err := base64.StdEncoding.DecodeString(schemes(a)["ntlm"])
	if a.status != 401 || err != nil || len(challenge) == 0 {
		l.s.Failf("message 1 of NTLM is answered by %v with %q, want 401 and message 2", a, schemes(a)["ntlm"])
	}
	if token, err = client.Next(challenge); err != nil {
		l.s.Failf("message 2 of NTLM: %v", err)
	}
	return l.authorize(addr, path, "NTLM "+base64.StdEncoding.EncodeToString(token))
}

// authorize sends a harmless request with credentials.
func (l *line) authorize(addr, path, credentials string) answer {
	p := l.peers[addr]
	p.Send(l.request("SUBSCRIPTIONS", path, "", "Notification-Type: pragma/notify", "Authorization: "+credentials))
	return readAnswer(l.s.Run, p, "SUBSCRIPTIONS")
}

// A digest answers the challenges of one server (RFC 2617, 3.2.2).
type digest struct {
	realm, nonce, opaque, qop string
	name, password            string
	count                     int
	once                      bool // the count is always 1, as Miranda's is
	quoted                    bool // qop, nc and algorithm are quoted
}

func newDigest(params, name, password string) *digest {
	return &digest{
		realm: param(params, "realm"), nonce: param(params, "nonce"), opaque: param(params, "opaque"),
		qop: param(params, "qop"), name: name, password: password,
	}
}

// answer is the value of Authorization for a request. Without qop it is that of
// RFC 2069.
func (d *digest) answer(method, uri string) string {
	d.count++
	if d.once {
		d.count = 1
	}
	const cnonce = "0a4f113b"
	nc := fmt.Sprintf("%08x", d.count)
	a1, a2 := md5Hex(d.name+":"+d.realm+":"+d.password), md5Hex(method+":"+uri)
	q := ""
	if d.quoted {
		q = `"`
	}
	v := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", algorithm=%sMD5%s`, d.name, d.realm, d.nonce, uri, q, q)
	if d.qop == "" {
		v += fmt.Sprintf(`, response="%s"`, md5Hex(a1+":"+d.nonce+":"+a2))
	} else {
		v += fmt.Sprintf(`, qop=%sauth%s, nc=%s%s%s, cnonce="%s", response="%s"`, q, q, q, nc, q, cnonce,
			md5Hex(a1+":"+d.nonce+":"+nc+":"+cnonce+":auth:"+a2))
	}
	if d.opaque != "" {
		v += fmt.Sprintf(`, opaque="%s"`, d.opaque)
	}
	return v
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// param finds a parameter of a challenge.
func param(params, name string) string {
	for rest := params; ; {
		i := strings.Index(ascii.Lower(rest), name+"=")
		if i < 0 {
			return ""
		}
		before := i == 0 || rest[i-1] == ' ' || rest[i-1] == ','
		rest = rest[i+len(name)+1:]
		if !before {
			continue
		}
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			value, _, _ := strings.Cut(quoted, `"`)
			return value
		}
		value, _, _ := strings.Cut(rest, ",")
		return strings.TrimSpace(value)
	}
}
