package feed

import (
	"context"
	"iter"
	"time"
)

// A Backlog keeps the identifiers of articles that are to be sent to one peer, so
// that they are not forgotten when the program ends, however it does. Its methods
// are called from several goroutines. File is one.
type Backlog interface {
	// Load yields what is kept, in the order in which it was added. It is
	// called once, before the other methods.
	Load(ctx context.Context) iter.Seq2[Item, error]

	// Add keeps an identifier: it is durable when Add returns without an
	// error.
	Add(ctx context.Context, item Item) error

	// Remove forgets one. That need not be durable: what comes back is offered
	// once more.
	Remove(ctx context.Context, id string) error
}

// An Item is an article that is to be sent.
type Item struct {
	MessageID string
	Added     time.Time // to the second
}
