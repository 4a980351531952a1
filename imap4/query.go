package imap4

import "time"

// A Query is a SEARCH program (RFC 9051, 6.4.4): one key with what it needs, and
// queries inside of it. What a client wrote in sequence numbers, "*" or "$" is
// UIDs here.
type Query struct {
	Key   QueryKey
	Sub   []*Query  // of And, Or, Not, Fuzzy
	Flag  string    // of HasFlag: `\Seen`, or a keyword
	Field string    // of HeaderText: the field's name, in the client's case
	Text  string    // of HeaderText, BodyText, AnyText, Extension: UTF-8
	Date  time.Time // of the dates: midnight UTC of the day; of SavedBefore and its like too
	Size  int64     // of Larger, Smaller: octets; of Older, Younger: seconds
	Mod   ModSeq    // of ModSince
	UIDs  UIDSet    // of InSet
	ID    string    // of EmailIDIs, ThreadIDIs, Extension
}

// A QueryKey says what a Query asks.
type QueryKey uint8

// The keys. A date is compared without regard to time and zone.
const (
	And            QueryKey = iota // all of Sub; without Sub, every message
	Or                             // one of Sub
	Not                            // not Sub[0]
	HasFlag                        // Flag is set
	InSet                          // the message's UID is in UIDs
	HeaderText                     // Field holds Text; an empty Text is found in any such field
	BodyText                       // the body, decoded, holds Text
	AnyText                        // the header or the body does
	Larger                         // than Size
	Smaller                        // than Size
	ReceivedBefore                 // INTERNALDATE is before Date
	ReceivedOn
	ReceivedSince
	SentBefore // the field Date is before Date
	SentOn
	SentSince
	SavedBefore // SAVEDATE (RFC 8514)
	SavedOn
	SavedSince
	SaveDateSupported // the mailbox keeps SAVEDATE
	Older             // than Size seconds (RFC 5032)
	Younger
	ModSince   // changed at Mod or later (RFC 7162, 3.1.5)
	EmailIDIs  // RFC 8474, 5.1
	ThreadIDIs // RFC 8474, 5.2
	Recent     // \Recent in this session
	Fuzzy      // Sub[0], fuzzily (RFC 6203)
	Extension  // of a Client: the key that ID names, such as "X-GM-RAW", with Text behind it unless that is empty
)
