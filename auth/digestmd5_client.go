package auth

import (
	"cmp"
	"crypto/subtle"
	"fmt"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth/internal/digest"
)

// digestClient is the client's side of DIGEST-MD5.
type digestClient struct {
	as, name, password, uri string

	state      int    // of messages received
	rspauth    string // that the server has to show
	proven     bool
	fixedNonce string // set by tests
}

func newDigestMD5Client(c *Credentials, conn *Conn) sasl.Client {
	if c.Name == "" || c.Password == "" {
		return nil
	}
	service := conn.Protocol
	if known := serviceNames(service); known != nil {
		service = known[0]
	}
	return &digestClient{as: c.As, name: c.Name, password: c.Password, uri: service + "/" + cmp.Or(conn.ServerName, "localhost")}
}

// Start implements sasl.Client.
func (c *digestClient) Start() (mech string, ir []byte, err error) {
	c.state, c.proven, c.rspauth = 0, false, ""
	return "DIGEST-MD5", nil, nil
}

// Next implements sasl.Client.
func (c *digestClient) Next(challenge []byte) (response []byte, err error) {
	c.state++
	switch c.state {
	case 1:
		return c.prove(challenge)
	case 2:
		return c.check(challenge)
	}
	return nil, sasl.ErrUnexpectedServerChallenge
}

// prove answers in the first realm that the server names.
func (c *digestClient) prove(challenge []byte) ([]byte, error) {
	m, err := digest.ParseChallenge(challenge)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	if !m.Auth {
		return nil, fmt.Errorf("%w: DIGEST-MD5 only with security layers", ErrMechanism)
	}
	realm := ""
	if len(m.Realms) > 0 {
		realm = m.Realms[0]
	}
	r := digest.NewResponse(m, c.name, realm, cmp.Or(c.fixedNonce, newNonce()), c.uri, c.as)
	r.Digest, c.rspauth = r.Compute(opaque(c.password))
	return []byte(r.String()), nil
}

func (c *digestClient) check(challenge []byte) ([]byte, error) {
	rspauth, err := digest.ParseOutcome(challenge)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	case subtle.ConstantTimeCompare([]byte(rspauth), []byte(c.rspauth)) != 1:
		return nil, fmt.Errorf("%w: it does not know the password", ErrServer)
	}
	c.proven = true
	return []byte{}, nil
}

// ServerProven tells whether the server has shown that it knows the password.
func (c *digestClient) ServerProven() bool { return c.proven }

// String keeps the password out of what fmt prints.
func (c *digestClient) String() string { return "auth.Client(DIGEST-MD5)" }

// GoString is String.
func (c *digestClient) GoString() string { return c.String() }
