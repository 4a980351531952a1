package queue

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// An EventKind is what happened to a message, in the words of Exchange's message tracking. Its values do not change.
type EventKind string

// The events.
const (
	Received    EventKind = "RECEIVE"  // it is in the queue
	Transferred EventKind = "SEND"     // another host has taken it
	Delivered   EventKind = "DELIVER"  // it is in the mailbox
	Deferred    EventKind = "DEFER"    // it is tried again
	Failed      EventKind = "FAIL"     // it will never be
	Expanded    EventKind = "EXPAND"   // a list has become its members
	Reported    EventKind = "DSN"      // its sender is told; the Message is the report, About what it is about
	Redirected  EventKind = "REDIRECT" // it goes another way
	Holding     EventKind = "HOLD"     // an operator holds it
	Released    EventKind = "RELEASE"  // it goes on
	Removed     EventKind = "DROP"     // an operator has removed it, and nobody is told; Reply has the reason
)

// An Event is one step of one message, for one recipient or for all of them.
type Event struct {
	Time      time.Time // of the process, not of the Store
	Kind      EventKind
	Message   string // its ID
	MessageID string // that of its header, as in Message
	About     string // for a report: the ID of the message that it is about
	Item      string
	Sender    smtp.Path
	Source    string
	To        []Recipient
	Size      int64
	Route     string        // for Redirected the new one
	Remote    string        // the host that has spoken
	Reply     smtp.Reply    // what it said
	Latency   time.Duration // since the message was accepted
	Ambiguous bool          // as in Result
}

// A Tracker is told what becomes of messages. Track is called after the fact, from many goroutines, and must not take
// long. It is told at least once of everything that is settled, unless the process dies first. Events of one message may
// come in another order than they happened in; Event.Time tells.
type Tracker interface {
	Track(ctx context.Context, e *Event)
}

// track completes an event and passes it on.
func (q *Queue) track(ctx context.Context, m *Message, to []Recipient, e Event) {
	if q.Tracker == nil {
		return
	}
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Message, e.MessageID, e.Sender, e.Source, e.Size, e.To = m.ID, m.MessageID, m.From.Path, m.Source, m.Size, to
	e.Latency = max(0, e.Time.Sub(m.Arrived))
	err := guarded("Tracker", func() error {
		q.Tracker.Track(ctx, &e)
		return nil
	})
	if err != nil {
		q.logger().ErrorContext(ctx, "queue: event was not tracked", "event", e.Kind, "message", e.Message, "err", err)
	}
}
