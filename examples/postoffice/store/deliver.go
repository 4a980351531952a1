package store

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// Limits of one call.
const (
	MaxRecipients = 1000   // folders of one delivery
	MaxAppend     = 10_000 // messages of one Append
	MaxSender     = 1024   // octets
)

// A Delivery says where a message goes.
type Delivery struct {
	To       []FolderID // one named twice gets one copy
	Sender   string     // envelope sender; empty for the null path
	Received time.Time  // zero: now, by the store's clock
	Flags    Flags
	// Key, if not empty, names this delivery among all: derive it from the queue's id for the
	// message and the recipients, and use it again when the outcome is not known. At most MaxName
	// octets; keys that ascend with time cost least. How long they are known is Retention.Keys.
	Key string
}

// Check returns an ErrInvalid that says what is wrong with d, or nil.
func (d Delivery) Check() error {
	switch {
	case len(d.To) == 0 || len(d.To) > MaxRecipients:
		return fmt.Errorf("%w: %d folders to deliver to: want 1 to %d", ErrInvalid, len(d.To), MaxRecipients)
	case len(d.Key) > MaxName:
		return fmt.Errorf("%w: a key of %d octets: at most %d are allowed", ErrInvalid, len(d.Key), MaxName)
	case len(d.Sender) > MaxSender || strings.ContainsAny(d.Sender, "\x00\r\n"):
		return fmt.Errorf("%w: sender %q: want at most %d octets without NUL, CR and LF", ErrInvalid, clip(d.Sender), MaxSender)
	}
	return d.Flags.Check()
}

// A Receipt says where a delivered message is.
type Receipt struct {
	Blob     BlobID
	Size     int64
	Placed   []Placed // in the order of Delivery.To
	Repeated bool     // an earlier delivery had the same key: this is what it did
}

// Placed is one place of a delivered message.
type Placed struct {
	Folder      FolderID
	UIDValidity uint32
	UID         UID
	ModSeq      ModSeq
}

// Incoming is one message to append.
type Incoming struct {
	Flags    Flags
	Received time.Time // zero: now, by the store's clock
	Body     io.Reader
}

// Each yields messages that are at hand, for Append.
func Each(msgs ...Incoming) iter.Seq2[Incoming, error] {
	return func(yield func(Incoming, error) bool) {
		for _, m := range msgs {
			if !yield(m, nil) {
				return
			}
		}
	}
}
