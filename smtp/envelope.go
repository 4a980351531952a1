package smtp

import "time"

// An Envelope is a transaction's sender and recipients. Server, client and
// queue share it.
type Envelope struct {
	From MailParams
	To   []RcptParams // in the order of RCPT; results name recipients by index
}

// MailParams is what a MAIL command says (RFC 5321, 4.1.1.2). The zero value
// of each field but Path is what holds when the client says nothing.
type MailParams struct {
	Path Path     // null for reports
	Body BodyType // RFC 6152, RFC 3030
	Size int64    // octets as the client declares them (RFC 1870)
	UTF8 bool     // the message needs SMTPUTF8 (RFC 6531)

	// Auth is the mailbox that first submitted the message, "<>" if that is
	// not known, and empty if the client says nothing (RFC 4954, 5). Only a
	// client that may be trusted is to be believed.
	Auth string

	Return     ReturnType // what a report holds of the message (RFC 3461, 4.3)
	EnvelopeID string     // printable ASCII, 100 octets at most, for reports (RFC 3461, 4.4)
	RequireTLS bool       // go on over verified TLS only, or not at all (RFC 8689)
	DeliverBy  DeliverBy  // RFC 2852
	Priority   int8       // -9 to 9, 0 is normal (RFC 6710)
	HoldUntil  time.Time  // not to be delivered before; zero: at once (RFC 4865)

	// PerRecipient asks for a reply to each recipient after the message, which
	// the client may do by PRDR (draft-hall-prdr).
	PerRecipient bool
}

// RcptParams is what a RCPT command says (RFC 5321, 4.1.1.3).
type RcptParams struct {
	Path     Path            // Domain is empty for <postmaster>
	Notify   Notify          // when to report (RFC 3461, 4.1); 0: on failure, perhaps on delay
	Original OriginalAddress // who the sender wrote to (RFC 3461, 4.2)
}

// BodyType is the kind of octets in a message (RFC 6152, 3; RFC 3030, 3).
type BodyType uint8

// The kinds of body.
const (
	Body7Bit   BodyType = iota // also if nothing was said
	Body8Bit                   // lines of any octets but NUL
	BodyBinary                 // any octets; only BDAT can carry it
)

// String returns the value of the BODY parameter.
func (b BodyType) String() string {
	switch b {
	case Body8Bit:
		return "8BITMIME"
	case BodyBinary:
		return "BINARYMIME"
	}
	return "7BIT"
}
