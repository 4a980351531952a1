package smtp

// An Envelope is a transaction's sender and recipients. Server, client and
// queue share it.
type Envelope struct {
	From MailParams
	To   []RcptParams // in the order of RCPT; results name recipients by index
}

// MailParams is what a MAIL command says (RFC 5321, 4.1.1.2).
type MailParams struct {
	Path Path     // null for reports
	Body BodyType // RFC 6152
	Size int64    // octets as the client declares them, 0 if it does not (RFC 1870)
	UTF8 bool     // the message needs SMTPUTF8 (RFC 6531)

	// Auth is the mailbox that first submitted the message, "<>" if that is
	// not known, and empty if the client says nothing (RFC 4954, 5). Only a
	// client that may be trusted is to be believed.
	Auth string
}

// RcptParams is what a RCPT command says (RFC 5321, 4.1.1.3).
type RcptParams struct {
	Path Path // Domain is empty for <postmaster>
}

// BodyType is the kind of octets in a message (RFC 6152, 3).
type BodyType uint8

// The kinds of body.
const (
	Body7Bit BodyType = iota // also if nothing was said
	Body8Bit
)

// String returns the value of the BODY parameter.
func (b BodyType) String() string {
	if b == Body8Bit {
		return "8BITMIME"
	}
	return "7BIT"
}
