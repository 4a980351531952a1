package smtp

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
	Verb     string // of a command; empty if it is not known
	Reply    Reply  // to a command; Code is 0 if none was sent
	Err      error  // why the line could not be read, or why the conversation ended; nil after QUIT
	Duration time.Duration
	Read     int64 // octets received since the conversation began, without those of TLS itself
	Written  int64 // octets sent
}

// now is the time if there is a trace, which is all that it is asked for.
func (c *Conn) now() (t time.Time) {
	if c.srv.Trace != nil {
		t = time.Now()
	}
	return t
}

// traceCommand tells of a command. err is why its line could not be read.
func (c *Conn) traceCommand(cmd *command, r Reply, err error, began time.Time) {
	if c.srv.Trace == nil {
		return
	}
	e := Event{Kind: CommandDone, Reply: r, Err: err, Duration: time.Since(began)}
	if cmd != nil {
		e.Verb = cmd.verb
	}
	if c.lost != nil {
		e.Err = c.lost
	}
	c.trace(e)
}

func (c *Conn) trace(e Event) {
	if c.srv.Trace == nil {
		return
	}
	e.Read, e.Written = c.wire.BytesRead(), c.wire.BytesWritten()
	c.srv.Trace(c, e)
}
