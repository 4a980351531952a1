package auth

import (
	"encoding/hex"

	"github.com/emersion/go-sasl"
)

// cramClient is the client's side of CRAM-MD5.
type cramClient struct {
	name, password string
	asked          bool
}

// newCRAMMD5Client returns nil if CRAM-MD5 cannot do what is asked: it knows no
// acting as another account.
func newCRAMMD5Client(c *Credentials) sasl.Client {
	if c.Name == "" || c.Password == "" || c.As != "" {
		return nil
	}
	return &cramClient{name: c.Name, password: c.Password}
}

// Start implements sasl.Client.
func (c *cramClient) Start() (mech string, ir []byte, err error) {
	c.asked = false
	return "CRAM-MD5", nil, nil
}

// Next implements sasl.Client.
func (c *cramClient) Next(challenge []byte) (response []byte, err error) {
	if c.asked {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	c.asked = true
	return []byte(c.name + " " + hex.EncodeToString(cramProof(opaque(c.password), string(challenge)))), nil
}

// String keeps the password out of what fmt prints.
func (c *cramClient) String() string { return "auth.Client(CRAM-MD5)" }

// GoString is String.
func (c *cramClient) GoString() string { return c.String() }
