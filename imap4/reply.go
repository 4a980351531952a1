package imap4

import (
	"strings"
)

// A Reply is the status of a command (RFC 9051, 7.1), as its tagged response
// tells it. It is a plain, comparable value, and an error too: an Account refuses
// by returning one, and a Client returns the one it was refused with.
// errors.AsType finds it however it is wrapped. The zero Reply stands for none.
type Reply struct {
	Status Status
	Code   string // response code without its brackets, with its arguments, such as "APPENDUID 1 2"; may be empty
	Text   string // for people to read, one line
	Close  bool   // the server hangs up after it; it is sent as an untagged BYE
}

// A Status is the first word of a status response.
type Status uint8

// What a Status can be. BYE is told by Reply.Close.
const (
	StatusOK  Status = iota + 1 // done
	StatusNO                    // refused
	StatusBAD                   // not understood, or not to be sent now
)

// String is the word that is sent.
func (s Status) String() string { return [...]string{"", "OK", "NO", "BAD"}[s&3] }

// OK makes a Reply of success.
func OK(code, text string) Reply { return Reply{Status: StatusOK, Code: code, Text: text} }

// No makes a Reply that refuses. An empty code is none; see RFC 5530 for them.
func No(code, text string) Reply { return Reply{Status: StatusNO, Code: code, Text: text} }

func bad(text string) Reply { return Reply{Status: StatusBAD, Text: text} }

func bye(code, text string) Reply {
	return Reply{Status: StatusNO, Code: code, Text: text, Close: true}
}

// Error returns the reply as it is sent, without tag and CRLF.
func (r Reply) Error() string { return strings.TrimSuffix(string(r.AppendTo(nil)), "\r\n") }

// maxReplyText bounds the text of a reply.
const maxReplyText = 400

// AppendTo appends the wire form of r, what is behind the tag, to b. Whatever the
// text holds, it stays one line of printable ASCII and cannot pass for a response
// code.
func (r Reply) AppendTo(b []byte) []byte { return r.appendTo(b, appendPrintable) }

// appendTo is AppendTo with a function for the text.
func (r Reply) appendTo(b []byte, appendText func([]byte, string) []byte) []byte {
	if r.Close {
		b = append(b, "BYE"...)
	} else {
		b = append(b, r.Status.String()...)
	}
	if r.Code != "" {
		b = append(b, " ["...)
		b = appendCode(b, r.Code)
		b = append(b, ']')
	}
	b = append(b, ' ')
	at := len(b)
	b = appendText(b, r.Text)
	switch {
	case len(b) == at: // RFC 9051, 9: text is not empty
		b = append(b, "done"...)
	case r.Code == "" && b[at] == '[':
		b[at] = '('
	}
	return append(b, "\r\n"...)
}

// appendCode appends s without what would end the code or the line. A list of
// UIDs may be long and is not cut, for it would be wrong then.
func appendCode(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == ']' || c == 0x7f {
			c = '-'
		}
		b = append(b, c)
	}
	return b
}

func appendPrintable(b []byte, s string) []byte {
	for i := range min(len(s), maxReplyText) {
		c := s[i]
		switch {
		case c < ' ' || c == 0x7f:
			c = ' '
		case c > 0x7f:
			c = '?'
		}
		b = append(b, c)
	}
	return b
}

// isNone reports whether there is nothing to send.
func (r Reply) isNone() bool { return r == Reply{} }

// The replies that do not depend on the conversation.
var (
	shuttingDown     = bye("UNAVAILABLE", "shutting down, come back later")
	sessionEnded     = bye("", "this login has ended, log in again")
	internalError    = bye("SERVERBUG", "internal error")
	tooManyErrors    = bye("", "too many errors")
	tooManyLogins    = bye("", "too many failed logins")
	tooManyConns     = bye("UNAVAILABLE", "too many connections, try again later")
	accessDenied     = bye("", "no service for your address")
	bareLF           = bye("", "a line must end in CRLF, this one ended in LF")
	brokenLine       = bye("", "a line holds a NUL or a CR")
	lineTooLong      = bye("TOOBIG", "line too long")
	literalTooLong   = bye("TOOBIG", "a literal is too long to be passed over")
	notIMAP          = bye("", "this is an IMAP server")
	pipelinedTLS     = bye("", "nothing may follow STARTTLS")
	pipelinedDeflate = bye("", "nothing may follow COMPRESS")
	idleTooLong      = bye("", "idle for too long")
	loginTooLate     = bye("", "no login for too long")
	badOctets        = bad("a line holds a NUL or a CR")
	badTag           = bad("a command begins with a tag and a space")
	unknownCommand   = bad("command not known")
	notOffered       = bad("command not offered here")
	badSyntax        = bad("syntax error in arguments")
	tooManyArgs      = No("TOOBIG", "too many or too long arguments")
	literalRefused   = No("TOOBIG", "literal too long here")
	messageTooBig    = No("TOOBIG", "message too big")
	emptyMessage     = No("", "a message of no octets takes all of them back") // RFC 3502, 6.3.11
	localError       = No("SERVERBUG", "local error, try again later")
	unavailable      = No("UNAVAILABLE", "not available now, try again later")
	tryCreate        = No("TRYCREATE", "no such mailbox, create it first")
	notSelectable    = No("CANNOT", "the mailbox holds no messages, only other mailboxes")
	readOnlyBox      = No("READ-ONLY", "the mailbox is open for reading only")
	noPermission     = No("NOPERM", "not allowed")
	someGone         = No("EXPUNGEISSUED", "some messages are gone")
	tlsActive        = bad("TLS is active already")
	uidRequired      = Reply{Status: StatusBAD, Code: "UIDREQUIRED", Text: "sequence numbers are not used here, send the UID form"}
	tlsRequired      = No("PRIVACYREQUIRED", "send STARTTLS first")
	authNeedsTLS     = No("PRIVACYREQUIRED", "this login needs TLS, send STARTTLS first")
	authTemporary    = No("UNAVAILABLE", "cannot check logins now, try again later")
	authCancelled    = bad("login cancelled")
	authMalformed    = bad("cannot read that answer")
	badMechanism     = No("CANNOT", "login mechanism not offered")
	badCredentials   = No("AUTHENTICATIONFAILED", "name or password wrong")
	notAuthorized    = No("AUTHORIZATIONFAILED", "not allowed to act as that account")
)
