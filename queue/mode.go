package queue

import "github.com/wirepost/wirepost/smtp"

// A Mode switches parts of a Queue off, as bits; the zero Mode has all of them on. Exchange's transfer modes are 0
// (inbound and outbound), NoAccept (outbound only), NoQueue|NoDeliver (inbound only) and NoAccept|NoQueue (none: what is
// there is sent, and nothing comes).
type Mode uint8

// The switches.
const (
	NoAccept  Mode = 1 << iota // Add takes what is Submission.Own only, and refuses the rest with NotAccepting
	NoQueue                    // Add takes nothing at all, and refuses with NotQueuing; reports are still made
	NoDeliver                  // Run begins no delivery; nothing is reported, nothing expires, all is kept
)

// What Add refuses with. They are Replies, so a server that passes them on answers with them.
var (
	NotAccepting = smtp.Reply{Code: 421, Enhanced: smtp.Enhanced{4, 3, 2}, Text: "not accepting mail now, come back later", Close: true}
	NotQueuing   = smtp.R(452, smtp.Enhanced{4, 3, 2}, "not queuing mail now, try again later")
)

// SetMode switches at once, for this Queue; others with the same Store have Modes of their own. Deliveries under way go on.
func (q *Queue) SetMode(m Mode) {
	q.init()
	q.mode.Store(uint32(m))
	q.wakeUp()
}

// Mode is what SetMode has set.
func (q *Queue) Mode() Mode { return Mode(q.mode.Load()) }

func (q *Queue) off(m Mode) bool { return q.Mode()&m != 0 }
