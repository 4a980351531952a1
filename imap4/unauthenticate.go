package imap4

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/auth"
)

// unauthenticate goes back to before the login: nothing of it is left, neither
// the mailbox nor what the client has switched on (RFC 8437, 4.1). It is not offered
// to a client that compresses: where its stream ends cannot be told for certain, and
// what follows would not be compressed.
func (c *Conn) unauthenticate(ctx context.Context, _ struct{}) Reply {
	c.closeAccount(ctx)
	c.identity = auth.Identity{}
	c.enabled, c.lang = 0, nil
	c.state = NotAuthenticated
	c.began = time.Now()
	return OK(c.capabilityCode(), "logged out, you may log in again")
}
