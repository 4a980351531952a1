package pop3

import (
	"context"
	"strings"
)

// offerAPOP makes the timestamp that ends the greeting, where APOP can be served
// (RFC 1939, 7). It is good for one attempt.
func (c *Conn) offerAPOP() {
	if c.mayLogIn() {
		c.timestamp = c.srv.Auth.APOPChallenge(c.authConn())
	}
}

// hasAPOP: no capability tells of it (RFC 2449, 6), and it cannot be had again.
func (c *Conn) hasAPOP() bool { return c.timestamp != "" }

// apopRequest is what an APOP command says.
type apopRequest struct {
	name, digest string
}

// apopArgs takes a name and a digest. What these may look like is for the
// accounts to say.
func apopArgs(s string) (apopRequest, error) {
	s = strings.Trim(s, " ")
	at := strings.LastIndexByte(s, ' ')
	if at < 0 {
		return apopRequest{}, errSyntax
	}
	return apopRequest{name: strings.TrimRight(s[:at], " "), digest: s[at+1:]}, nil
}

func (c *Conn) apop(ctx context.Context, req apopRequest) Reply {
	challenge := c.timestamp
	c.timestamp = ""
	identity, err := c.srv.Auth.APOP(ctx, c.authConn(), challenge, req.name, req.digest)
	if err != nil {
		return c.loginFailed(ctx, err)
	}
	return c.open(ctx, identity)
}
