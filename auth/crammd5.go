package auth

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/internal/ascii"
)

// cramMD5 is the CRAM-MD5 mechanism (RFC 2195): a challenge in the form of a
// message-id, and the answer to it.
func cramMD5(e *Exchange, response []byte) ([]byte, step, error) {
	if len(response) > 0 {
		return nil, nil, fmt.Errorf("%w: CRAM-MD5 takes no initial response", ErrMalformed)
	}
	challenge := messageID(e.conn)
	answer := func(e *Exchange, response []byte) ([]byte, step, error) { return cramAnswer(e, challenge, response) }
	return []byte(challenge), answer, nil
}

// messageID is a challenge: it is new each time, and in the form of a msg-id
// (RFC 2195, 2; RFC 1939, 7), which the name of a server that is none would break.
func messageID(c *Conn) string {
	host := cmp.Or(c.ServerName, "localhost")
	for i := range len(host) {
		if !ascii.IsAlnum(host[i]) && host[i] != '.' && host[i] != '-' {
			host = "localhost"
			break
		}
	}
	return "<" + newNonce() + "@" + host + ">"
}

// cramAnswer checks the answer, by the same work whether there is such an account
// or not.
func cramAnswer(e *Exchange, challenge string, response []byte) ([]byte, step, error) {
	i := bytes.LastIndexByte(response, ' ') // there may be spaces in a name
	if i < 0 {
		return nil, nil, fmt.Errorf("%w: CRAM-MD5 wants a name, a space and a digest", ErrMalformed)
	}
	proof, err := hexDigest(string(response[i+1:]))
	if err != nil {
		return nil, nil, err
	}
	name, err := e.auth.prepareName(string(response[:i]))
	if err != nil {
		return nil, nil, err
	}
	e.claim.User = name
	if err := e.begin(); err != nil {
		return nil, nil, err
	}
	user, secret, refused := e.auth.secret(e.ctx, e.conn, "CRAM-MD5", name)
	if refused != nil && !errors.Is(refused, ErrCredentials) {
		return nil, nil, refused
	}
	same := hmac.Equal(cramProof(secret, challenge), proof)
	if err := verdict(refused, same); err != nil {
		return nil, nil, err
	}
	return nil, nil, e.admit(user, name, "")
}

func cramProof(secret, challenge string) []byte {
	mac := hmac.New(md5.New, []byte(secret))
	mac.Write([]byte(challenge))
	return mac.Sum(nil)
}

// hexDigest reads an MD5 digest.
func hexDigest(s string) ([]byte, error) {
	if len(s) != 2*md5.Size {
		return nil, fmt.Errorf("%w: digest that is not of 32 digits", ErrMalformed)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: digest that is not hexadecimal", ErrMalformed)
	}
	return b, nil
}
