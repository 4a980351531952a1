package auth

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/auth/internal/digest"
	"github.com/wirepost/wirepost/internal/ascii"
)

// digestMD5 is the DIGEST-MD5 mechanism (RFC 2831), which RFC 6331 has made
// historic, without its security layers. There is no subsequent authentication:
// an initial response, which asks for it, is answered by a challenge as RFC 2831,
// 2.2.2, has it, and so each nonce serves once.
func digestMD5(e *Exchange, response []byte) ([]byte, step, error) {
	if len(response) >= digest.MaxResponse {
		return nil, nil, fmt.Errorf("%w: DIGEST-MD5 response of %d octets", ErrMalformed, len(response))
	}
	c := digest.Challenge{Nonce: newNonce(), Auth: true, UTF8: true, Stale: len(response) > 0}
	if e.conn.ServerName != "" {
		c.Realms = []string{e.conn.ServerName}
	}
	answer := func(e *Exchange, response []byte) ([]byte, step, error) { return digestAnswer(e, c, response) }
	return []byte(c.String()), answer, nil
}

// digestAnswer checks the response, by the same work whether there is such an
// account or not, and proves the same to the client.
func digestAnswer(e *Exchange, c digest.Challenge, response []byte) ([]byte, step, error) {
	r, err := digest.ParseResponse(response)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	name, err := e.auth.prepareName(r.Name())
	if err != nil {
		return nil, nil, err
	}
	e.claim.User = name
	if r.Authzid != "" {
		if e.claim.As, err = e.auth.prepareName(r.Authzid); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case r.Nonce != c.Nonce:
		return nil, nil, fmt.Errorf("%w: DIGEST-MD5 nonce of another exchange", ErrCredentials)
	case len(c.Realms) > 0 && r.Realm != "" && !slices.Contains(c.Realms, r.Realm):
		return nil, nil, fmt.Errorf("%w: DIGEST-MD5 realm that was not offered", ErrCredentials)
	case !e.conn.isService(r.Service()):
		return nil, nil, fmt.Errorf("%w: DIGEST-MD5 response that is meant for another server", ErrCredentials)
	}
	if err := e.begin(); err != nil {
		return nil, nil, err
	}
	user, secret, refused := e.auth.secret(e.ctx, e.conn, "DIGEST-MD5", name)
	if refused != nil && !errors.Is(refused, ErrCredentials) {
		return nil, nil, refused
	}
	want, rspauth := r.Compute(secret)
	same := subtle.ConstantTimeCompare([]byte(want), []byte(r.Digest)) == 1
	if err := verdict(refused, same); err != nil {
		return nil, nil, err
	}
	if err := e.admit(user, name, e.claim.As); err != nil {
		return nil, nil, err
	}
	return []byte("rspauth=" + rspauth), nil, nil
}

// serviceNames are those by which clients of a protocol ask for it in GSSAPI and
// DIGEST-MD5 (IANA, "GSSAPI/Kerberos/SASL Service Names").
func serviceNames(protocol string) []string {
	switch protocol {
	case "smtp":
		return []string{"smtp", "lmtp"}
	case "pop3":
		return []string{"pop"}
	case "imap4":
		return []string{"imap"}
	case "nntp":
		return []string{"nntp", "news"}
	}
	return nil
}

// isService tells whether a digest-uri means this server. A protocol or a name
// that is not known is not compared. Servers go by many names: an address, one in
// the same domain, and the domain itself will do.
func (c *Conn) isService(service, host, name string) bool {
	known := serviceNames(c.Protocol)
	if known != nil && !slices.ContainsFunc(known, func(s string) bool { return ascii.EqualFold(s, service) }) {
		return false
	}
	return c.ServerName == "" || c.isNear(host) || name != "" && c.isNear(name)
}

func (c *Conn) isNear(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if ascii.EqualFold(host, "localhost") || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return true
	}
	if c.TLS != nil && ascii.EqualFold(host, c.TLS.ServerName) {
		return true
	}
	own := strings.TrimSuffix(c.ServerName, ".")
	return ascii.EqualFold(host, own) || within(host, own) || within(host, parent(own)) || within(own, host)
}

// within tells whether a host is in a domain, which has two labels at least.
func within(host, domain string) bool {
	n := len(host) - len(domain)
	return strings.Contains(domain, ".") && (n == 0 || n > 0 && host[n-1] == '.') && ascii.EqualFold(host[max(n, 0):], domain)
}

func parent(host string) string {
	_, domain, _ := strings.Cut(host, ".")
	return domain
}
