package auth

import (
	"cmp"
	"crypto/hmac"
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// scramClient is the client's side of SCRAM. It computes at most scramMost
// iterations, which keeps a server from occupying it for hours, and no fewer than
// scramLeast, by which a false one could find out the password with ease.
type scramClient struct {
	mechanism          string
	hash               scram.Hash
	flag               byte
	binding            channelBinding
	as, name, password string

	state      int // of messages received
	first      scram.ClientFirst
	signature  []byte // that the server has to show
	proven     bool
	fixedNonce string // set by tests
}

// newSCRAMClient returns a client of one of the SCRAM mechanisms, nil if it is
// none, or is to be bound and nothing binds. offered tells whether the server
// offers channel binding by any of them.
func newSCRAMClient(mechanism string, c *Credentials, state *tls.ConnectionState, offered bool) sasl.Client {
	name, plus := strings.CutSuffix(strings.TrimPrefix(mechanism, "SCRAM-"), "-PLUS")
	hash, ok := scram.Named(name)
	b, possible := clientBinding(state)
	if !ok || c.Name == "" || c.Password == "" || plus && !possible {
		return nil
	}
	client := &scramClient{mechanism: mechanism, hash: hash, flag: 'n', as: c.As, name: c.Name, password: c.Password}
	switch {
	case plus:
		client.flag, client.binding = 'p', b
	case possible && !offered:
		client.flag = 'y' // RFC 5802, 6: a server that did offer it will notice
	}
	return client
}

// Start implements sasl.Client.
func (c *scramClient) Start() (mech string, ir []byte, err error) {
	c.state, c.proven, c.signature = 0, false, nil
	c.first = scram.NewClientFirst(c.flag, c.binding.name, c.as, c.name, cmp.Or(c.fixedNonce, newNonce()))
	return c.mechanism, []byte(c.first.String()), nil
}

// Next implements sasl.Client.
func (c *scramClient) Next(challenge []byte) (response []byte, err error) {
	c.state++
	switch c.state {
	case 1:
		return c.prove(challenge)
	case 2:
		return c.check(challenge)
	}
	return nil, sasl.ErrUnexpectedServerChallenge
}

func (c *scramClient) prove(challenge []byte) ([]byte, error) {
	m, err := scram.ParseServerFirst(challenge)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	case !strings.HasPrefix(m.Nonce, c.first.Nonce) || len(m.Nonce) == len(c.first.Nonce):
		return nil, fmt.Errorf("%w: SCRAM nonce that does not go on from ours", ErrServer)
	case m.Iterations < scramLeast || m.Iterations > scramMost:
		return nil, fmt.Errorf("%w: %d SCRAM iterations, where %d to %d are safe", ErrServer, m.Iterations, scramLeast, scramMost)
	}
	secret, err := c.hash.Derive(saslprep(c.password), m.Salt, m.Iterations)
	if err != nil {
		return nil, fmt.Errorf("auth: deriving a SCRAM key: %w", err)
	}
	final := scram.NewClientFinal(append([]byte(c.first.Header), c.binding.data...), m.Nonce)
	final.Proof, c.signature = secret.Prove(scram.AuthMessage(c.first, string(challenge), final))
	return []byte(final.String()), nil
}

func (c *scramClient) check(challenge []byte) ([]byte, error) {
	m, err := scram.ParseServerFinal(challenge)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	case m.Error != "":
		return nil, fmt.Errorf("%w: the server says %s", ErrCredentials, m.Error)
	case !hmac.Equal(m.Signature, c.signature):
		return nil, fmt.Errorf("%w: it does not know the password", ErrServer)
	}
	c.proven = true
	return []byte{}, nil
}

// ServerProven tells whether the server has shown that it knows the password.
func (c *scramClient) ServerProven() bool { return c.proven }

// String keeps the password out of what fmt prints.
func (c *scramClient) String() string { return "auth.Client(" + c.mechanism + ")" }

// GoString is String.
func (c *scramClient) GoString() string { return c.String() }
