package manage

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// Mail manages what waits to be sent. It is the same whether the server runs in
// this process, in another, or not at all.
type Mail interface {
	// List returns what the filter lets through, at most n items.
	List(ctx context.Context, f queue.Filter, n int) ([]QueuedMail, error)

	// Do has something done to what the filter lets through, and returns to how
	// many items. The reason, which may be empty, is for those that are told of
	// Return, and for the message tracking log in which Drop stands.
	Do(ctx context.Context, a Action, f queue.Filter, reason string) (int, error)

	// Routes tells how the ways out stand.
	Routes(ctx context.Context) ([]queue.RouteState, error)

	// Mode tells what comes and leaves now, and SetMode changes it, until the server is started again. They
	// need one that runs.
	Mode(ctx context.Context) (Mode, error)
	SetMode(ctx context.Context, m Mode) error

	Close() error
}

// An Action is what can be done to mail that waits.
type Action string

// The actions.
const (
	Hold    Action = "hold"    // until it is released
	Release Action = "release" // what is held or waits for its host to ask
	Retry   Action = "retry"   // at once
	Drop    Action = "drop"    // without a word to anybody
	Return  Action = "return"  // to the sender, with a report
)

// A QueuedMail is a message, for some recipients, as it is listed.
type QueuedMail struct {
	ID      string    `json:"id"`
	Message string    `json:"message"`
	Route   string    `json:"route"`
	State   string    `json:"state"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Octets  int64     `json:"octets"`
	Arrived time.Time `json:"arrived"`
	Due     time.Time `json:"due"`
	Tries   int       `json:"tries"`
	Last    string    `json:"last"` // what was said to the last try
}
