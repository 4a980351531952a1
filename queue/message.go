package queue

import (
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A Message is what was accepted to be sent on: everything but its recipients, which are in Items, and its octets, which
// are in a body of the Store.
type Message struct {
	ID      string // unique for ever, at most 64 octets of letters, digits, ".", "-" and "_"; "Received: ... id" shows it
	Body    string // what Store.PutBody called the octets
	Size    int64  // of the body, in octets
	From    smtp.MailParams
	Arrived time.Time

	// MessageID is that of the header, for tracking: as people know the message, without angle brackets, and printable. It is
	// empty if there is none, or one of more than 500 octets. Senders choose it: it need not be unique.
	MessageID string

	// TLSOptional tells that the sender wants the message to arrive whatever the TLS of the hosts on its way is like: its
	// header has "TLS-Required: No", and its envelope not REQUIRETLS (RFC 8689, 4.1).
	TLSOptional bool

	// Source is whose mail this is, for fairness: the login or the address that it came from. Mail of one source that is
	// plenty does not delay that of others.
	Source string

	// Tags are for the program; the queue keeps them and filters by them. 16 at most, of 256 octets each, names included.
	Tags map[string]string
}

// A Priority is how much a message hurries, in the three grades of X.400 and of RFC 6710, appendix A: schedules and expiry
// times are kept for each.
type Priority uint8

// The priorities, the first one claimed first.
const (
	Urgent Priority = iota
	Normal
	NonUrgent
)

// String names the priority as the header field Priority does (RFC 2156, 5.3.6).
func (p Priority) String() string {
	switch p {
	case Urgent:
		return "urgent"
	case Normal:
		return "normal"
	case NonUrgent:
		return "non-urgent"
	}
	return "unknown"
}

// PriorityOf is the grade of a MAIL command's MT-PRIORITY: above 0 is urgent, below is not (RFC 6710, appendix A). Whether
// the client may say so is for the server to decide.
func PriorityOf(mt int8) Priority {
	switch {
	case mt > 0:
		return Urgent
	case mt < 0:
		return NonUrgent
	}
	return Normal
}
