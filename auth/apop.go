package auth

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"errors"
)

// APOPChallenge returns what a POP3 server puts at the end of its greeting to
// offer APOP on this connection (RFC 1939, 7): a new text in angle brackets, for
// one attempt. It is "" if APOP is not to be offered: it stands and falls with
// CRAM-MD5, which asks the same of the accounts.
func (a *Authenticator) APOPChallenge(c *Conn) string {
	if indexMechanism(a.enabled(), "CRAM-MD5") < 0 {
		return ""
	}
	if c == nil {
		c = &Conn{}
	}
	return messageID(c)
}

// APOP checks the command's name and digest against the challenge of the
// greeting. The errors are those of Password. An empty challenge, which is that of
// a connection on which APOP was not offered, is ErrMechanism.
func (a *Authenticator) APOP(ctx context.Context, c *Conn, challenge, name, digest string) (Identity, error) {
	if challenge == "" || indexMechanism(a.enabled(), "CRAM-MD5") < 0 {
		return Identity{}, ErrMechanism
	}
	if c == nil {
		c = &Conn{}
	}
	e := &Exchange{ctx: ctx, auth: a, conn: c, claim: Identity{Mechanism: "APOP"}}
	e.next = func(e *Exchange, _ []byte) ([]byte, step, error) { return nil, nil, e.apop(challenge, name, digest) }
	_, _, err := e.Next(nil)
	return e.Identity(), err
}

// apop checks the digest, by the same work whether there is such an account or not.
func (e *Exchange) apop(challenge, name, digest string) error {
	proof, err := hexDigest(digest)
	if err != nil {
		return err
	}
	if name, err = e.auth.prepareName(name); err != nil {
		return err
	}
	e.claim.User = name
	if err := e.begin(); err != nil {
		return err
	}
	user, secret, refused := e.auth.secret(e.ctx, e.conn, "CRAM-MD5", name)
	if refused != nil && !errors.Is(refused, ErrCredentials) {
		return refused
	}
	want := md5.Sum([]byte(challenge + secret))
	same := hmac.Equal(want[:], proof)
	if err := verdict(refused, same); err != nil {
		return err
	}
	return e.admit(user, name, "")
}
