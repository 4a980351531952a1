package auth

import "github.com/emersion/go-sasl"

// XOAUTH2Client is the client's side of XOAUTH2, for servers that do not offer
// OAUTHBEARER, whose client is sasl.NewOAuthBearerClient. When the server says
// why it refuses the token, the client answers with nothing, as the mechanism
// asks, and the outcome follows. Use it with TLS only: the token is not
// encrypted.
func XOAUTH2Client(name, token string) sasl.Client {
	return &xoauth2Client{name: name, token: token}
}

type xoauth2Client struct {
	name, token string
	refused     bool
}

func (c *xoauth2Client) Start() (mech string, ir []byte, err error) {
	c.refused = false
	return "XOAUTH2", []byte("user=" + c.name + kvsep + "auth=Bearer " + c.token + kvsep + kvsep), nil
}

func (c *xoauth2Client) Next([]byte) (response []byte, err error) {
	if c.refused {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	c.refused = true
	return []byte{}, nil
}

// String keeps the token out of what fmt prints.
func (c *xoauth2Client) String() string { return "auth.XOAUTH2Client" }

// GoString is String.
func (c *xoauth2Client) GoString() string { return c.String() }
