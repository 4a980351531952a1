package manage

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// Tracking looks into the message tracking log.
type Tracking interface {
	// Search returns the newest messages that the query finds, at most n of
	// them, each by its first event.
	Search(ctx context.Context, q TrackQuery, n int) ([]queue.Event, error)

	// Path returns all events of a message, and of the reports about it, in order.
	// The message is its ID in the queue, or the Message-ID of its header, which
	// several may have.
	Path(ctx context.Context, message string) ([]queue.Event, error)

	Close() error
}

// A TrackQuery finds messages; what is zero does not matter.
type TrackQuery struct {
	From, To          time.Time
	Sender, Recipient string // addresses, or parts of them
	Message           string // ID in the queue, or Message-ID
}
