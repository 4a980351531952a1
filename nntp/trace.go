package nntp

import "time"

// An EventKind says what an Event is about.
type EventKind uint8

// The kinds of Event.
const (
	ConnOpened  EventKind = iota // the first of a conversation
	CommandDone                  // a command was answered
	ConnClosed                   // the last of a conversation
)

// An Event is one thing that happened in a conversation. Metrics, protocol
// logs and tracking are made from events.
type Event struct {
	Kind     EventKind
	Verb     string // of a command, with its keyword: "LIST ACTIVE"; empty if it is not known
	Reply    Reply  // to a command; the zero Reply if none was sent
	Err      error  // why the line could not be read, the answer not be sent whole, or the conversation ended; nil after QUIT
	Duration time.Duration
	Read     int64 // octets received since the conversation began, without those of TLS itself; those that compression saved count
	Written  int64 // octets sent
}

func (c *Conn) trace(e Event) {
	if c.srv.Trace == nil {
		return
	}
	e.Reply.body = nil // it is spent
	e.Read, e.Written = c.wire.BytesRead(), c.wire.BytesWritten()
	c.srv.Trace(c, e)
}
