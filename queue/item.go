package queue

import (
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A State is where an Item stands.
type State uint8

// The states.
const (
	Waiting State = iota // until Due
	Leased               // somebody delivers it
	Held                 // an operator holds it, until it is released; it does not expire before
	Parked               // the destination fetches its mail by ETRN or ATRN (RFC 1985, RFC 2645); it expires
)

// String names the state in lower case.
func (s State) String() string {
	switch s {
	case Waiting:
		return "waiting"
	case Leased:
		return "leased"
	case Held:
		return "held"
	case Parked:
		return "parked"
	}
	return "unknown"
}

// An Item is a Message for those of its recipients that take one Route. It is the unit of work: it is claimed, tried and
// settled as a whole, though each recipient has an end of its own.
type Item struct {
	ID       string // unique in the Store: the Message's and a number
	Message  string // its ID
	Route    string // what Router called the way; the unit of concurrency, of holds and of ETRN
	Priority Priority
	To       []Recipient // at least one, those still to be served or reported
	State    State
	Due      time.Time // not to be tried before
	Expires  time.Time // not to be tried after; what is left then has failed
	History  History

	// Verdict is what an operator has said of all its recipients: they get it at the next claim, and are not tried. It has no
	// code if nobody has.
	Verdict smtp.Reply
}

// A Recipient is one address of an Item. Index is its place in the message as it was accepted, which names it in reports
// and tracking.
type Recipient struct {
	Index int
	smtp.RcptParams

	// Notices are the reports that the sender was given about this recipient, or is still owed.
	Notices Notices

	// Last is the reply to the last try, zero before the first.
	Last smtp.Reply
}

// Notices are the reports that were made of a recipient, and those that could not be made yet, as bits.
type Notices uint8

// Delayed: the sender was told that it takes long (RFC 3464, 2.3.3).
const Delayed Notices = 1

// A recipient who is through, but whose sender could not be told, stays with the Item until that is done, with one of
// these; Last is the verdict.
const (
	owesFailed Notices = 2 << iota
	owesDelivered
	owesRelayed
	owesExpanded
)

// owed is what the sender is still to be told, 0 if the recipient is still to be served.
func (n Notices) owed() Action {
	switch {
	case n&owesFailed != 0:
		return ActionFailed
	case n&owesDelivered != 0:
		return ActionDelivered
	case n&owesRelayed != 0:
		return ActionRelayed
	case n&owesExpanded != 0:
		return ActionExpanded
	}
	return 0
}

// owing is the bit for what owed returns.
func owing(a Action) Notices {
	switch a {
	case ActionDelivered:
		return owesDelivered
	case ActionRelayed:
		return owesRelayed
	case ActionExpanded:
		return owesExpanded
	}
	return owesFailed
}

// A History is what the past tells a Schedule.
//
// A try counts if the Transport was asked and the item has to wait after that, whoever wanted it: the Schedule or an
// operator. What was tried by several ways at once, each of which was down, has had one try. A turn at which nobody was
// asked is none: the destination was known to be down, or had enough to do, or an operator has held the item.
type History struct {
	First time.Time // when the message could first be tried
	Last  time.Time // when the last try that counts began; zero before the first
	Tries int       // those that count
	Ways  int       // ways that were tried since then, and found to be down
}

// A Lease is an Item that was claimed. Its holder alone may settle it, until the time that the Store has given.
type Lease struct {
	Item    Item
	Message Message
	Token   uint64 // grows with each lease of an Item: who comes with an older one has lost it
	Until   time.Time
}

// An Entry is a Message with its Items, as they are added.
type Entry struct {
	Message Message
	Items   []Item
}
