package pop3

import (
	"io"
	"strings"
)

// A Reply is a server's answer to one command (RFC 1939, 3). It is a plain,
// comparable value, and an error too: a Backend refuses by returning one, and a
// Client returns the one it was refused with. errors.AsType finds it however it
// is wrapped. The zero Reply stands for none.
type Reply struct {
	OK    bool   // "+OK", else "-ERR"
	Code  Code   // for programs to read; may be empty
	Text  string // for people to read, one line
	Close bool   // the server hangs up after it

	// body is the rest of a multi-line answer, which send streams: a *listing
	// or a *stream, pointers, so that replies compare.
	body io.WriterTo
}

// A Code is a response code, without its brackets (RFC 2449, 8). It may have
// levels, parted by "/".
type Code string

// The response codes.
const (
	InUse      Code = "IN-USE"      // the maildrop is locked by another session (RFC 2449, 8.1.2)
	LoginDelay Code = "LOGIN-DELAY" // too soon after the last login (RFC 2449, 8.1.1)
	BadAuth    Code = "AUTH"        // the credentials are to blame (RFC 3206, 5)
	SysTemp    Code = "SYS/TEMP"    // a fault of the server that may pass (RFC 3206, 4)
	NeedsUTF8  Code = "UTF8"        // the message is for clients that have sent UTF8 (RFC 6856, 5)
	SysPerm    Code = "SYS/PERM"    // a fault of the server that somebody has to mend (RFC 3206, 4)
)

// OK makes a Reply of success.
func OK(text string) Reply { return Reply{OK: true, Text: text} }

// Err makes a Reply that refuses and after which the conversation goes on. An
// empty code is none.
func Err(code Code, text string) Reply { return Reply{Code: code, Text: text} }

// ErrInUse is for a Backend whose maildrop another session has locked.
var ErrInUse = Err(InUse, "the maildrop is in use by another session")

// ErrTooSoon is for a Backend that wants more time between two logins.
var ErrTooSoon = Err(LoginDelay, "too soon after the last login")

// maxReplyLine is the longest first line of a reply, without CRLF (RFC 2449, 4).
const maxReplyLine = 510

// Error returns the reply's first line as it is sent, without its CRLF.
func (r Reply) Error() string { return strings.TrimSuffix(string(r.AppendTo(nil)), "\r\n") }

// AppendTo appends the wire form of r's first line to b. Whatever the text
// holds, it stays one line of printable ASCII, cannot pass for a response code,
// and is cut where the line would be longer than clients must take.
func (r Reply) AppendTo(b []byte) []byte { return r.appendTo(b, false) }

// appendTo is AppendTo with text in UTF-8, for clients that have sent LANG.
func (r Reply) appendTo(b []byte, utf8 bool) []byte {
	start := len(b)
	if r.OK {
		b = append(b, "+OK"...)
	} else {
		b = append(b, "-ERR"...)
	}
	if r.Code != "" {
		b = append(b, " ["...)
		b = appendCode(b, string(r.Code))
		b = append(b, ']')
	}
	if r.Text != "" {
		b = append(b, ' ')
		at := len(b)
		b = appendText(b, r.Text, utf8)
		if r.Code == "" && b[at] == '[' {
			b[at] = '(' // RFC 2449, 6.4
		}
	}
	b = cutText(b, start+maxReplyLine)
	return append(b, "\r\n"...)
}

// isNone reports whether there is nothing to send.
func (r Reply) isNone() bool { return !r.OK && r.Code == "" && r.Text == "" }

// maxCode bounds a response code, far beyond those that exist.
const maxCode = 64

// appendCode appends s with only what a response code may hold (RFC 2449, 3).
func appendCode(b []byte, s string) []byte {
	for i := range min(len(s), maxCode) {
		c := s[i]
		if c <= ' ' || c == ']' || c >= 0x7f {
			c = '-'
		}
		b = append(b, c)
	}
	return b
}

// The replies that do not depend on the conversation.
var (
	okReply        = OK("")
	byeReply       = Reply{OK: true, Text: "bye", Close: true}
	utf8Reply      = OK("UTF-8 from here on")
	languagesReply = OK("languages follow")
	authReply      = OK("mechanisms follow")
	userReply      = OK("send PASS")
	capaReply      = OK("capabilities follow")
	startTLSReply  = OK("begin TLS")
	shuttingDown   = Reply{Code: SysTemp, Text: "shutting down, come back later", Close: true}
	sessionEnded   = Reply{Code: BadAuth, Text: "this login has ended, log in again", Close: true} // RFC 3206, 5
	internalError  = Reply{Code: SysTemp, Text: "internal error", Close: true}
	tooManyErrors  = Reply{Text: "too many errors", Close: true}
	tooManyLogins  = Reply{Code: BadAuth, Text: "too many failed logins", Close: true}
	tooManyConns   = Reply{Code: SysTemp, Text: "too many connections, try again later", Close: true}
	accessDenied   = Reply{Code: SysPerm, Text: "no service for your address", Close: true}
	bareLF         = Reply{Text: "a line must end in CRLF, this one ended in LF", Close: true}
	notPOP3        = Reply{Text: "this is a POP3 server", Close: true}
	pipelinedTLS   = Reply{Text: "nothing may follow STLS", Close: true}
	notRemoved     = Reply{Code: SysTemp, Text: "some deleted messages not removed", Close: true}
	localError     = Err(SysTemp, "local error, try again later")
	badMaildrop    = Err(SysPerm, "the maildrop cannot be served")
	unknownCommand = Err("", "command not known")
	lineTooLong    = Err("", "line too long")
	badOctets      = Err("", "line holds a NUL or a CR")
	noLanguage     = Err("", "that language is not spoken here")
	needsUTF8      = Err(NeedsUTF8, "this message is for clients that send UTF8 before they log in")
	afterUTF8      = Err("", "STLS comes before UTF8")
	badSyntax      = Err("", "syntax error in arguments")
	notOffered     = Err("", "command not offered here")
	noSuchMessage  = Err("", "no such message")
	isDeleted      = Err("", "message is deleted")
	tlsActive      = Err("", "TLS is active already")
	tlsRequired    = Err("", "send STLS first")
	authNeedsTLS   = Err("", "this login needs TLS, send STLS first")
	authTemporary  = Err(SysTemp, "cannot check logins now, try again later")
	authCancelled  = Err("", "login cancelled")
	authMalformed  = Err("", "cannot read that answer")
	badMechanism   = Err("", "login mechanism not offered")
	badCredentials = Err(BadAuth, "name or password wrong")
)

// isFault tells the replies to commands that should not have been sent at all
// from those that refuse a proper one.
func isFault(r Reply) bool {
	switch r {
	case unknownCommand, lineTooLong, badOctets, badSyntax, notOffered, badMechanism, afterUTF8,
		outOfOrder(Authorization), outOfOrder(Named), outOfOrder(Transaction):
		return true
	}
	return false
}
