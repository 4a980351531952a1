package rvp

import (
	"context"
	"encoding/xml"
	"errors"
	"iter"
	"time"
)

// A NodeStore keeps what a home server knows of its users beyond the directory:
// views, properties, subscriptions and ACLs (Exchange's node database). Package
// rvp/memory has one in memory, rvp/sqlite one on disk.
//
// What it loses, clients bring again: they renew leases and subscriptions, and
// subscribe anew where they are told that there is none. Several home servers may
// share one; so the clock is the store's, and change functions may be called more than
// once. All methods are called concurrently. But for Counts and Sweep, costs do not grow with how many
// nodes there are, and of Subscribe, Renew and Unsubscribe not with how many
// subscriptions a node has.
type NodeStore interface {
	// Record returns what is known of a node; the zero Record, and no error, if
	// nothing is. Its maps and slices are the caller's to read only. now is the
	// store's clock.
	Record(ctx context.Context, n Node) (r Record, now time.Time, err error)

	// Update has change alter the record of a node in one step, and keeps it
	// unless change fails, whose error it returns. change gets a copy that is
	// its own, must not call the store, and may be called again with a newer
	// record. A record that has become zero is forgotten.
	Update(ctx context.Context, n Node, change func(r *Record, now time.Time) error) error

	// Due returns up to limit nodes whose Record.Next has come, in the order in
	// which they did, and how long it takes until the next one's does if there
	// are fewer; at most a minute. They stay due until Update has changed that.
	Due(ctx context.Context, limit int) (nodes []Node, wait time.Duration, err error)

	// Subscribe adds a subscription that lives that long, and returns it with its
	// ID and when it ends. It returns ErrTooMany if the node has limit live ones of
	// that type already; 0 is no limit.
	Subscribe(ctx context.Context, s Subscription, lifetime time.Duration, limit int) (Subscription, error)

	// Renew has a live subscription of the node live that long from now on;
	// ErrNoSubscription if there is none of that ID.
	Renew(ctx context.Context, n Node, id uint64, lifetime time.Duration) (Subscription, error)

	// Subscription returns a live subscription of the node, or
	// ErrNoSubscription.
	Subscription(ctx context.Context, n Node, id uint64) (Subscription, error)

	// Unsubscribe ends a live subscription of the node and returns it, or
	// ErrNoSubscription.
	Unsubscribe(ctx context.Context, n Node, id uint64) (Subscription, error)

	// Subscriptions yields the live subscriptions of a node of one type, in the
	// order of their IDs, and the store's clock at the beginning. Changes made meanwhile may be
	// seen or not. After an error nothing comes.
	Subscriptions(ctx context.Context, n Node, t NotificationType) (time.Time, iter.Seq2[Subscription, error])

	// Counts returns how much there is, of all nodes. It takes as long as there are
	// nodes and subscriptions, but holds up nobody for long.
	Counts(ctx context.Context) (Counts, error)

	// Sweep forgets subscriptions that have ended. Without it they are not seen
	// either; it is called now and then.
	Sweep(ctx context.Context) error

	Close() error
}

// ErrNoSubscription is returned by stores for subscriptions that are not there, or
// have ended.
var ErrNoSubscription = errors.New("rvp: no such subscription")

// ErrTooMany is returned by stores that would have to keep more than they were told to.
var ErrTooMany = errors.New("rvp: too many subscriptions")

// Counts say how much a NodeStore has.
type Counts struct {
	Online   int // nodes with a Record.Live view
	Logons   int // live subscriptions of type PragmaNotify
	Watchers int // live subscriptions of type PropChange
}

// A Record is what a NodeStore keeps of a node besides its subscriptions.
type Record struct {
	Views    []View
	Values   []Value // other properties that were set
	ACL      *ACL    // nil is the default one
	LastView uint64  // the highest ID that a view was given
	Revision uint64  // grows with each change that watchers are told of

	// Next is when the home server wants to hear of this node (NodeStore.Due):
	// as soon as the first of its leases ends. Zero is never.
	Next time.Time
}

// A View is the state that one logon of a user has set (rvp-exchange2000, 5.5).
type View struct {
	ID      uint64
	Logon   string // what tells the logon, if clients do not name the view
	State   State
	Default State     // after the lease
	Until   time.Time // when the lease ends
	Set     time.Time // when a state was last chosen, not merely refreshed
}

// A Value is a property that was set, with a lease or for good.
type Value struct {
	Property
	Default string    // after the lease
	Until   time.Time // zero is for good
}

// Value returns the property of that name, and whether there is one.
func (r *Record) Value(name xml.Name) (Value, bool) {
	for _, v := range r.Values {
		if v.Name == name {
			return v, true
		}
	}
	return Value{}, false
}
