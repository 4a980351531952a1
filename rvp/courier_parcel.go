package rvp

import (
	"errors"
	"time"
)

// A parcel is a NOTIFY that is to be delivered to one Call-Back.
type parcel struct {
	to     string    // the Call-Back of a client, or the logical URL of a user of another server
	client bool      // which of them
	from   Principal // RVP-From-Principal
	node   Node      // whom it is about, for events
	ack    AckType   // "" is not sent
	hops   int       // RVP-Hop-Count
	body   []byte    // text/xml; shared, not changed
	retry  bool      // a change: it is tried again, and may arrive twice

	// change is what a parcel that the server made itself says to watcher of node. A
	// later one that says as much takes its place where it cannot be delivered
	// now: see courier.supersede. Nil is a message, or somebody else's, which is never
	// dropped so.
	change  []Property
	watcher Node

	// wanted is asked before each attempt whether the parcel is still to be
	// delivered (RVP-054): it may have waited. No lock is held. Nil is always.
	wanted func() bool

	// done is told how it ended, once, and must not block. It may be nil.
	done func(outcome)

	posted   time.Time
	attempts int
}

// An outcome is how a delivery ended.
type outcome struct {
	status int   // of the answer; 0 without one
	err    error // why there is none

	retryAfter string // of another server's 503; "" if it did not say

	// unreachable counts the failures in a row to connect to this Call-Back.
	unreachable int
}

// The errors of post.
var (
	errBusy    = errors.New("rvp: too many notifications are waiting") // 503
	errStopped = errors.New("rvp: deliveries have ended")
)

// errSuperseded is the error of an outcome without a delivery, since a later one says it.
var errSuperseded = errors.New("rvp: a later notification took its place")

// errUnwanted is the error of an outcome without a delivery, since nobody wanted it any more.
var errUnwanted = errors.New("rvp: the notification is not wanted any more")
