package pop3

import (
	"strconv"
	"sync"
	"time"
)

// A Policy is what a site asks of its users' clients (RFC 2449, 6.5 and 6.7).
// The zero value says nothing.
type Policy struct {
	// LoginDelay is the time that must pass between two logins of a user;
	// CAPA tells it in whole seconds. The Server refuses a login before that,
	// of those it has let in itself; a Backend that knows more returns
	// ErrTooSoon.
	LoginDelay time.Duration

	// Expire is how long a message stays at least, in whole days: Never, or
	// less than a day for clients that must leave nothing. The Server only
	// tells it.
	Expire time.Duration
}

// Never is a Policy's Expire for messages that stay until they are deleted.
const Never time.Duration = -1

// A PolicyHolder is a Maildrop with a Policy of its own, instead of the
// Server's. That must be the strictest of all: the longest delay and the
// shortest stay.
type PolicyHolder interface {
	Policy() Policy
}

// policy is the one that holds for the maildrop, or for all before the login.
func (c *Conn) policy() Policy {
	if h, ok := as[PolicyHolder](c.maildrop); ok {
		return h.Policy()
	}
	return c.srv.Policy
}

func (c *Conn) offerDelay() (string, bool) {
	delay := c.policy().LoginDelay
	seconds := (delay + time.Second - 1) / time.Second
	return strconv.FormatInt(int64(seconds), 10) + c.perUser(), delay > 0
}

func (c *Conn) offerExpire() (string, bool) {
	switch stay := c.policy().Expire; {
	case stay == 0:
		return "", false
	case stay < 0:
		return "NEVER" + c.perUser(), true
	default:
		return strconv.FormatInt(int64(stay/(24*time.Hour)), 10) + c.perUser(), true
	}
}

// perUser is the token that says that the maildrop may have another policy. That
// is known of no maildrop before it is open.
func (c *Conn) perUser() string {
	if c.srv.PolicyPerUser && c.state != Transaction {
		return " USER"
	}
	return ""
}

// delays are when users may log in again.
type delays struct {
	mu    sync.Mutex
	until map[string]time.Time
	sweep int // how many there may be before those that are over are looked for
}

// tooSoon reports whether user may not log in yet.
func (d *delays) tooSoon(user string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return now.Before(d.until[user])
}

// note takes note of a login. What is kept is no more than twice the users who
// have to wait.
func (d *delays) note(user string, now time.Time, delay time.Duration) {
	const few = 64
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.until == nil {
		d.until = make(map[string]time.Time)
	}
	if len(d.until) >= max(d.sweep, few) {
		for user, until := range d.until {
			if !now.Before(until) {
				delete(d.until, user)
			}
		}
		d.sweep = 2 * len(d.until)
	}
	d.until[user] = now.Add(delay)
}
