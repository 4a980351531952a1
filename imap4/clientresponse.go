package imap4

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// step reads one response and gives it to whom it concerns.
func (conn *clientConn) step() error {
	if conn.broken != nil {
		return conn.broken
	}
	if conn.open != nil { // of a loop that goes on elsewhere, in a Pipeline
		if err := conn.open.finish(); err != nil {
			return err
		}
	}
	if err := conn.wire.await(max(0, cmp.Or(conn.limit, conn.opts.Timeouts.Command))); err != nil {
		return conn.failed(err)
	}
	if err := conn.response(); err != nil {
		return conn.failed(err)
	}
	return nil
}

// failed ends the conversation for an error of reading. errClientInterrupted
// leaves it as it is.
func (conn *clientConn) failed(err error) error {
	if errors.Is(err, errClientInterrupted) {
		return err
	}
	conn.open, conn.opener = nil, nil
	switch {
	case conn.broken != nil:
		return conn.broken
	case conn.bye.Status != 0 && !errors.Is(err, ErrProtocol):
		return conn.lose(conn.bye)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("imap4: no response in time: %w", err)
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("imap4: server has hung up: %w", io.ErrUnexpectedEOF)
	case !errors.Is(err, ErrProtocol) && !errors.Is(err, net.ErrClosed):
		err = fmt.Errorf("imap4: %w", err)
	}
	return conn.lose(err)
}

// response reads one: continuation, untagged or tagged.
func (conn *clientConn) response() error {
	p := &conn.p
	p.begin()
	switch {
	case p.take('+'):
		p.take(' ')
		return conn.prompted(string(p.rest()))
	case p.take('*'):
		p.space()
		conn.untagged()
		return p.err
	}
	tag := string(p.word())
	p.space()
	word := ascii.Upper(string(p.word()))
	r := conn.status(word)
	if p.err != nil {
		return p.err
	}
	if word == "PREAUTH" || r.Status == 0 || r.Close || tag == "" {
		return clientMalformed("a response that is neither tagged nor untagged")
	}
	return conn.complete(tag, r)
}

// prompted takes the continuation request.
func (conn *clientConn) prompted(text string) error {
	if conn.p.err != nil {
		return conn.p.err
	}
	call := conn.waiting
	if call == nil || call.goAhead {
		return clientMalformed("a continuation request that nothing waits for")
	}
	call.goAhead, call.prompt = true, text
	call.owner.ready = true
	return nil
}

// status reads what is behind OK, NO, BAD, BYE or PREAUTH (RFC 9051, 7.1). Its
// Status is 0 if the word is none of these; what it says of the server is
// noted.
func (conn *clientConn) status(word string) Reply {
	p := &conn.p
	var r Reply
	switch word {
	case "OK", "PREAUTH":
		r.Status = StatusOK
	case "NO":
		r.Status = StatusNO
	case "BAD":
		r.Status = StatusBAD
	case "BYE":
		r.Status, r.Close = StatusNO, true
	default:
		return r
	}
	p.take(' ') // what has no text lacks the space too, from some servers
	rest := string(p.rest())
	r.Code, r.Text = clientCutCode(rest)
	conn.heed(r)
	return r
}

// heed notes what a response code says of the server, whatever it is part of.
func (conn *clientConn) heed(r Reply) {
	name, args, _ := strings.Cut(r.Code, " ")
	switch ascii.Upper(name) {
	case "CAPABILITY":
		conn.setCapabilities(strings.Fields(args))
	case "ALERT":
		conn.tell(Update{Kind: UpdateAlert, Reply: r})
	}
	if r.Close {
		conn.bye = r
	}
}

// clientCutCode cuts the response code off a text. A "]" in a quoted string does
// not end it. Where there is none, "[" is part of the text, as in what servers
// print of IPv6 addresses.
func clientCutCode(s string) (code, text string) {
	if !strings.HasPrefix(s, "[") {
		return "", s
	}
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return s[1:i], strings.TrimPrefix(s[i+1:], " ")
		}
	}
	return "", s
}

// tell hands an Update to whoever asked for them. What comes before the TLS that
// has to be may be anybody's, and nobody is told.
func (conn *clientConn) tell(u Update) {
	if conn.opts.Updates != nil && (conn.state != nil || conn.opts.TLS >= TLSOpportunistic) {
		conn.opts.Updates(u)
	}
}

// offer gives what was read to the first command in flight that takes it, and
// else to Options.Updates.
func (conn *clientConn) offer(v any, u Update) {
	if conn.p.err != nil {
		return
	}
	if call := conn.taker(v); call == nil && u.Kind != 0 {
		conn.tell(u)
	}
}

func (conn *clientConn) taker(v any) *clientCall {
	for _, call := range conn.calls {
		if call.take == nil || !call.take(v) {
			continue
		}
		if call.owner != nil { // nil for the greeting
			call.owner.ready = true
		}
		if call.kept += conn.p.size; call.kept > conn.opts.Limits.Backlog {
			conn.p.stop(clientMalformed("more than %d octets in answer to one command", conn.opts.Limits.Backlog))
		}
		return call
	}
	return nil
}
