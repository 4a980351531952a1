package smtp

import (
	"strconv"
	"strings"
)

// A Reply is a server's answer to one command (RFC 5321, 4.2). It is a plain,
// comparable value, and an error too: a Session refuses by returning one, and
// a Client returns the one it was refused with. errors.AsType finds it however
// it is wrapped.
type Reply struct {
	Code     int
	Enhanced Enhanced // the zero value is not sent
	Text     string   // lines, parted by "\n"
	Close    bool     // the server hangs up after it, as it does after a 421
}

// Enhanced is an enhanced status code such as 5.1.1 (RFC 3463).
type Enhanced [3]uint16

// String returns the code as it is sent, "5.1.1".
func (e Enhanced) String() string { return string(e.appendTo(nil)) }

func (e Enhanced) appendTo(b []byte) []byte {
	b = strconv.AppendUint(b, uint64(e[0]), 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, uint64(e[1]), 10)
	b = append(b, '.')
	return strconv.AppendUint(b, uint64(e[2]), 10)
}

// R makes a Reply after which the conversation goes on.
func R(code int, e Enhanced, text string) Reply {
	return Reply{Code: code, Enhanced: e, Text: text}
}

// maxReplyLine is the longest reply line, without CRLF (RFC 5321, 4.5.3.1.5).
const maxReplyLine = 510

// Error returns the reply as it is sent, its lines parted by "\n".
func (r Reply) Error() string {
	return strings.ReplaceAll(strings.TrimSuffix(string(r.AppendTo(nil)), "\r\n"), "\r\n", "\n")
}

// Accepted reports whether the command succeeded (2xx) or may go on (3xx).
func (r Reply) Accepted() bool { return r.Code/100 == 2 || r.Code/100 == 3 }

// Temporary reports whether the same command may succeed later (4xx).
func (r Reply) Temporary() bool { return r.Code/100 == 4 }

// Permanent reports whether the same command will fail again (5xx).
func (r Reply) Permanent() bool { return r.Code/100 == 5 }

// hangsUp reports whether the conversation is over with r. A 421 says so by
// itself (RFC 5321, 3.8).
func (r Reply) hangsUp() bool { return r.Close || r.Code == 421 }

// AppendTo appends the wire form of r to b. Control characters become spaces
// and octets outside ASCII question marks, so that no text, wherever it comes
// from, can put a reply of its own inside ours. Long lines are folded into
// several.
func (r Reply) AppendTo(b []byte) []byte {
	text := r.Text
	for {
		line, rest, more := strings.Cut(text, "\n")
		if room := maxReplyLine - r.prefix(); len(line) > room {
			line, rest, more = text[:room], text[room:], true
		}
		sep := byte(' ')
		if more {
			sep = '-'
		}
		b = strconv.AppendInt(b, int64(r.Code), 10)
		b = append(b, sep)
		if r.Enhanced != (Enhanced{}) {
			b = append(r.Enhanced.appendTo(b), ' ')
		}
		b = appendPrintable(b, line)
		b = append(b, "\r\n"...)
		if !more {
			return b
		}
		text = rest
	}
}

// prefix is the room that the codes take at most.
func (r Reply) prefix() int {
	if r.Enhanced == (Enhanced{}) {
		return len("250 ")
	}
	return len("250 ") + len("65535.65535.65535 ")
}

// appendPrintable appends s with only printable ASCII in it.
func appendPrintable(b []byte, s string) []byte {
	start := len(b)
	b = append(b, s...)
	for i, c := range b[start:] {
		switch {
		case c < ' ' || c == 0x7f:
			b[start+i] = ' '
		case c > 0x7f:
			b[start+i] = '?'
		}
	}
	return b
}

// The replies that do not depend on the conversation.
var (
	okReply         = R(250, Enhanced{2, 0, 0}, "ok")
	byeReply        = Reply{221, Enhanced{2, 0, 0}, "bye", true}
	senderOK        = R(250, Enhanced{2, 1, 0}, "sender ok")
	priorityLowered = R(250, Enhanced{2, 3, 6}, "0 is the priority of who has not logged in")
	recipientOK     = R(250, Enhanced{2, 1, 5}, "recipient ok")
	goAhead         = R(354, Enhanced{}, "go ahead, end with <CRLF>.<CRLF>")
	accepted        = R(250, Enhanced{2, 0, 0}, "message accepted")
	loggedIn        = R(235, Enhanced{2, 7, 0}, "logged in")
	startTLSReply   = R(220, Enhanced{2, 0, 0}, "begin TLS")
	cannotVerify    = R(252, Enhanced{2, 5, 0}, "cannot verify, but will take mail for a user of ours")
	shuttingDown    = Reply{421, Enhanced{4, 3, 2}, "shutting down, come back later", true}
	sessionEnded    = Reply{421, Enhanced{4, 7, 0}, "this login has ended, log in again", true}
	idleTooLong     = Reply{421, Enhanced{4, 4, 2}, "waited too long for a command", true}
	bodyTooSlow     = Reply{421, Enhanced{4, 4, 2}, "message came too slowly", true}
	internalError   = Reply{421, Enhanced{4, 3, 0}, "internal error", true}
	tooManyErrors   = Reply{421, Enhanced{4, 7, 0}, "too many errors", true}
	tooManyLogins   = Reply{421, Enhanced{4, 7, 0}, "too many failed logins", true}
	tooManyConns    = Reply{421, Enhanced{4, 7, 0}, "too many connections, try again later", true}
	accessDenied    = Reply{554, Enhanced{5, 7, 1}, "no service for your address", true}
	localError      = R(451, Enhanced{4, 3, 0}, "local error, try again later")
	tooManyRcpts    = R(452, Enhanced{4, 5, 3}, "too many recipients, send the rest in another transaction")
	authTemporary   = R(454, Enhanced{4, 7, 0}, "cannot check logins now, try again later")
	unknownCommand  = R(500, Enhanced{5, 5, 2}, "command not known")
	lineTooLong     = R(500, Enhanced{5, 5, 2}, "line too long")
	hugeLine        = Reply{500, Enhanced{5, 5, 2}, "line too long, and nobody knows what follows it", true}
	badOctets       = R(500, Enhanced{5, 5, 2}, "line holds a NUL or a CR")
	bareLF          = Reply{500, Enhanced{5, 5, 2}, "a line must end in CRLF, this one ended in LF", true}
	notSMTP         = Reply{500, Enhanced{5, 5, 2}, "this is an SMTP server", true}
	badSyntax       = R(501, Enhanced{5, 5, 4}, "syntax error in arguments")
	authCancelled   = R(501, Enhanced{5, 7, 0}, "login cancelled")
	authMalformed   = R(501, Enhanced{5, 5, 2}, "cannot read that answer")
	notOffered      = R(502, Enhanced{5, 5, 1}, "command not offered here")
	badMechanism    = R(504, Enhanced{5, 5, 4}, "login mechanism not offered")
	tlsRequired     = R(530, Enhanced{5, 7, 0}, "send STARTTLS first")
	authRequired    = R(530, Enhanced{5, 7, 0}, "log in first")
	badCredentials  = R(535, Enhanced{5, 7, 8}, "name or password wrong")
	authNeedsTLS    = R(538, Enhanced{5, 7, 11}, "this login needs TLS, send STARTTLS first")
	declaredTooBig  = R(552, Enhanced{5, 3, 4}, "message too large")
	tooLarge        = R(552, Enhanced{5, 3, 4}, "message too large")
	bareInBody      = R(554, Enhanced{5, 5, 2}, "message has a CR or LF that is not part of a CRLF")
	nulInBody       = R(554, Enhanced{5, 6, 0}, "message has a NUL octet")
	longInBody      = R(554, Enhanced{5, 6, 0}, "message has a line that is too long")
	perRecipient    = R(353, Enhanced{}, "verdicts for each recipient follow")
	badChunk        = Reply{501, Enhanced{5, 5, 4}, "cannot read that chunk size, so not what follows either", true}
	hugeChunk       = Reply{552, Enhanced{5, 3, 4}, "message too large", true}
	tooManyMails    = R(452, Enhanced{4, 5, 3}, "too many transactions, send the rest in another conversation")
	heldTooLong     = R(501, Enhanced{5, 5, 4}, "that is longer than a message can be held here")
	byTooShort      = R(555, Enhanced{5, 4, 7}, "cannot deliver that soon")
	tooBigForUser   = R(552, Enhanced{5, 2, 3}, "message too large for this recipient")
	binaryNeedsBDAT = R(503, Enhanced{5, 5, 1}, "send a binary message by BDAT")
	needsUTF8       = R(553, Enhanced{5, 6, 7}, "this address needs SMTPUTF8")
	relayDenied     = R(550, Enhanced{5, 7, 1}, "relaying denied: not a domain of ours, and you have not logged in")
	badParameter    = R(555, Enhanced{5, 5, 4}, "parameter not known")
)
