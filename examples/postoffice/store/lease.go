package store

import (
	"cmp"
	"time"
)

// A Lease is the right to an account's maildrop until it ends. Each one has a higher Token than
// those before it, by which the store tells late holders.
type Lease struct {
	Account AccountID
	Token   uint64
	Until   time.Time // by the store's clock: to renew in time, count from when you asked
}

// A MaildropChange is what a POP3 session leaves behind (RFC 1939, 6). UIDs without a message are
// passed over.
type MaildropChange struct {
	Expunge UIDSet
	Seen    UIDSet // to be marked as Seen; those in Expunge too do not matter
}

// Check returns an ErrInvalid that says what is wrong with c, or nil.
func (c MaildropChange) Check() error { return cmp.Or(c.Expunge.Check(), c.Seen.Check()) }
