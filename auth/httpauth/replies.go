package httpauth

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A digestSession is a challenge that is being answered, more than once.
type digestSession struct {
	challenge *credentials
	count     uint32 // of the answers
}

func (s *digestSession) next() uint32 {
	s.count++
	return s.count
}

// digestAuth makes an answer (RFC 7616, 3.4).
func (t *Transport) digestAuth(s *digestSession, count uint32, req *http.Request, body *payload) (string, error) {
	c := s.challenge
	i, _ := algorithmOf(c.params["algorithm"])
	alg := algorithms[i]
	d := &answer{
		name: t.User, username: t.User, realm: c.params["realm"], nonce: c.params["nonce"], opaque: c.params["opaque"],
		uri: req.URL.RequestURI(), algorithm: c.params["algorithm"], qop: qopOf(c),
		nc: fmt.Sprintf("%08x", count), cnonce: rand.Text(),
	}
	if ascii.EqualFold(c.params["userhash"], "true") {
		d.username, d.userhash = alg.sum(t.User, d.realm), true
	}
	var content []byte
	if d.qop == qopInt {
		r, err := body.open()
		if err != nil {
			return "", err
		}
		defer r.Close()
		if content, err = io.ReadAll(r); err != nil {
			return "", err
		}
	}
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	d.response = alg.response(d, t.Password, method, content)
	return "Digest " + d.String(), nil
}

// ntlmAuth sends message 1, without the body, and returns message 3.
func (t *Transport) ntlmAuth(l *lane, req *http.Request, resp *http.Response, scheme string) (string, error) {
	client := auth.NTLMClient(&auth.Conn{Protocol: "http", TLS: resp.TLS, ServerName: req.URL.Hostname()}, t.Domain, t.User, t.Password)
	_, message, err := client.Start()
	if err != nil {
		return "", err
	}
	line := func(b []byte) string { return scheme + " " + base64.StdEncoding.EncodeToString(b) }
	resp, err = l.send(req, line(message), empty)
	if err != nil {
		return "", err
	}
	discard(resp)
	l.met = l.conn
	for _, w := range resp.Header["Www-Authenticate"] {
		list, err := parseChallenges(w)
		if err != nil || len(list) != 1 || !ascii.EqualFold(list[0].scheme, scheme) || list[0].token == "" {
			continue
		}
		challenge, err := base64.StdEncoding.DecodeString(list[0].token)
		if err != nil {
			return "", fmt.Errorf("httpauth: %s: %w", scheme, err)
		}
		if message, err = client.Next(challenge); err != nil {
			return "", fmt.Errorf("httpauth: %s: %w", scheme, err)
		}
		return line(message), nil
	}
	return "", nil
}
