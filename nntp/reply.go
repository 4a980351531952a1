package nntp

import (
	"io"
	"strconv"
)

// A Reply is a server's answer to one command (RFC 3977, 3.2). It is a plain,
// comparable value, and an error too: what the embedding program brings refuses
// by returning one, and a Client returns the one it was refused with.
// errors.AsType finds it however it is wrapped. The zero Reply stands for none.
type Reply struct {
	Code  int    // three digits
	Text  string // arguments and comment, one line
	Close bool   // the server hangs up after it

	// body is the rest of a multi-line answer, which send streams: pointers,
	// so that replies compare.
	body io.WriterTo
}

// R makes a Reply.
func R(code int, text string) Reply { return Reply{Code: code, Text: text} }

// maxReplyLine is the longest first line of a reply, without CRLF (RFC 3977,
// 3.1).
const maxReplyLine = 510

// Error returns the reply's first line as it is sent, without its CRLF.
func (r Reply) Error() string {
	b := r.AppendTo(nil)
	return string(b[:len(b)-len("\r\n")])
}

// Temporary reports whether the command may be sent again later: 400, 403, 431,
// 436 and others of the kind.
func (r Reply) Temporary() bool {
	switch r.Code {
	case 400, 403, 431, 436:
		return true
	}
	return false
}

// AppendTo appends the wire form of r's first line to b. Whatever the text
// holds, it stays one line, in UTF-8 without control characters, and is cut
// where the line would be longer than clients must take.
func (r Reply) AppendTo(b []byte) []byte {
	start := len(b)
	if r.Code < 100 || r.Code > 999 {
		r.Code = 403
	}
	b = strconv.AppendInt(b, int64(r.Code), 10)
	if r.Text != "" {
		b = append(b, ' ')
		b = appendText(b, r.Text)
	}
	b = cutText(b, start+maxReplyLine)
	return append(b, "\r\n"...)
}

// isNone reports whether there is nothing to send.
func (r Reply) isNone() bool { return r.Code == 0 }

// refuses reports whether r is a refusal.
func (r Reply) refuses() bool { return r.Code >= 400 }
