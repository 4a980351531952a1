package httpauth

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ranks are the schemes by strength; Digest comes twice.
var ranks = []func(c *credentials) bool{
	func(c *credentials) bool { return ascii.EqualFold(c.scheme, "Digest") && !isMD5(c) },
	func(c *credentials) bool { return ascii.EqualFold(c.scheme, "NTLM") },
	func(c *credentials) bool { return ascii.EqualFold(c.scheme, "Negotiate") },
	func(c *credentials) bool { return ascii.EqualFold(c.scheme, "Digest") },
	func(c *credentials) bool { return ascii.EqualFold(c.scheme, "Basic") },
}

func isMD5(c *credentials) bool {
	i, ok := algorithmOf(c.params["algorithm"])
	return ok && strings.HasPrefix(algorithms[i].name, "MD5")
}

func (c *credentials) stale() bool {
	return ascii.EqualFold(c.scheme, "Digest") && ascii.EqualFold(c.params["stale"], "true")
}

// choose returns the strongest challenge that can be answered, nil if there is
// none. Of lines that nobody understands no notice is taken.
func (t *Transport) choose(req *http.Request, resp *http.Response) *credentials {
	var usable []credentials
	for _, line := range resp.Header["Www-Authenticate"] {
		list, err := parseChallenges(line)
		if err != nil {
			continue
		}
		for _, c := range list {
			if t.usable(req, &c) {
				usable = append(usable, c)
			}
		}
	}
	for _, is := range ranks {
		var best *credentials
		for i := range usable {
			if c := &usable[i]; is(c) && (best == nil || strength(c) < strength(best)) {
				best = c
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

func strength(c *credentials) int {
	i, _ := algorithmOf(c.params["algorithm"])
	return i
}

func (t *Transport) usable(req *http.Request, c *credentials) bool {
	if t.Schemes != nil && !slices.ContainsFunc(t.Schemes, func(s string) bool { return ascii.EqualFold(s, c.scheme) }) {
		return false
	}
	switch {
	case ascii.EqualFold(c.scheme, "Digest"):
		_, known := algorithmOf(c.params["algorithm"])
		return known && c.params["nonce"] != "" && qopOf(c) != ""
	case ascii.EqualFold(c.scheme, "Basic"):
		return (t.AllowInsecure || req.URL.Scheme == "https") && !strings.Contains(t.User, ":")
	}
	return true
}

// qopOf returns the quality of protection to use. Without any it is RFC 2069's
// Digest, by which a response is good for any body and any time.
func qopOf(c *credentials) string {
	offered := strings.FieldsFunc(ascii.Lower(c.params["qop"]), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for _, qop := range []string{qopAuth, qopInt} {
		if slices.Contains(offered, qop) {
			return qop
		}
	}
	return ""
}

// reply answers a challenge: it returns the Authorization to send the request
// with, "" if there is none.
func (t *Transport) reply(l *lane, req *http.Request, resp *http.Response, c *credentials, body *payload) (string, error) {
	switch {
	case ascii.EqualFold(c.scheme, "Basic"):
		t.mu.Lock()
		t.basic = true
		t.mu.Unlock()
		return t.basicAuth(), nil
	case ascii.EqualFold(c.scheme, "Digest"):
		s := &digestSession{challenge: c}
		t.mu.Lock()
		t.digest = s
		count := s.next()
		t.mu.Unlock()
		return t.digestAuth(s, count, req, body)
	}
	return t.ntlmAuth(l, req, resp, c.scheme)
}

// preempt returns what the server is known to ask for (RFC 7616, 3.6).
func (t *Transport) preempt(req *http.Request, body *payload) string {
	t.mu.Lock()
	basic, s, count := t.basic, t.digest, uint32(0)
	if s != nil {
		count = s.next()
	}
	t.mu.Unlock()
	if s != nil {
		authorization, err := t.digestAuth(s, count, req, body)
		if err != nil {
			return ""
		}
		return authorization
	}
	if basic && (t.AllowInsecure || req.URL.Scheme == "https") {
		return t.basicAuth()
	}
	return ""
}

func (t *Transport) basicAuth() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(t.User+":"+t.Password))
}
