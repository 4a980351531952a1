package tracklog

import (
	"time"

	"github.com/wirepost/wirepost/queue"
)

// An Event is one step of one message, for one recipient. A queue.Event for
// many recipients becomes as many Events.
type Event struct {
	Time      time.Time       // in UTC, to the microsecond
	Kind      queue.EventKind // what happened
	Message   string          // the ID that the queue gave the message
	MessageID string          // that of its header, without angle brackets
	About     string          // for a report: the ID of the message that it is about
	Index     int             // the recipient's place in the message; -1 if the event is about none
	Sender    string          // empty for reports
	Recipient string
	Route     string        // for queue.Redirected the new one
	Remote    string        // the host that has spoken
	Size      int64         // octets
	Latency   time.Duration // since the message was accepted, to the millisecond
	Reply     string        // what the host said, its lines parted by "\n"; empty if nothing
	Item      string        // the ID of the queue's item: the message's recipients of one route
	Source    string        // where the message came from, as queue.Submission told
	Ambiguous bool          // the recipient may get the message twice
}

// noRecipient is the Index of an event without recipients.
const noRecipient = -1

// events are those that a queue.Event stands for, one at least.
func events(e *queue.Event, yield func(*Event)) {
	one := Event{
		Time: e.Time, Kind: e.Kind, Message: e.Message, MessageID: e.MessageID, About: e.About, Index: noRecipient,
		Sender: e.Sender.String(), Route: e.Route, Remote: e.Remote, Size: e.Size, Latency: e.Latency,
		Item: e.Item, Source: e.Source, Ambiguous: e.Ambiguous,
	}
	if e.Reply.Code != 0 {
		one.Reply = e.Reply.Error()
	}
	for i := range e.To {
		one.Index, one.Recipient = e.To[i].Index, e.To[i].Path.String()
		yield(&one)
	}
	if len(e.To) == 0 {
		yield(&one)
	}
}
