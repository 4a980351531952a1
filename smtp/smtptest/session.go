package smtptest

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/smtp"
)

// A session is the client's side of a case: one connection, driven with raw
// octets. Its methods end the case if the server does what no server may.
type session struct {
	*conform.Run
	target *Target
	peer   *conform.Peer
	ctx    context.Context // of the one case that the session is for

	// What EHLO advertised, keyword in upper case to its arguments.
	extensions map[string]string
}

// A reply is what came back for a command. Code is 0 if the server hung up.
type reply struct {
	code  int
	lines []string // without codes
	raw   []string
}

func (r reply) class() int { return r.code / 100 }

func (r reply) String() string {
	if r.code == 0 {
		return "(hung up)"
	}
	s := strings.Join(r.raw, " / ")
	if len(s) > maxShownReply {
		s = s[:maxShownReply] + "..."
	}
	return s
}

// maxShownReply is how many octets of a reply a verdict shows.
const maxShownReply = 160

// connect opens the connection and reads the greeting.
func (s *session) connect() {
	s.open()
	if r := s.reply(); r.code != 220 {
		s.Failf("greeting is %v, want 220", r)
	}
}

// open opens the connection.
func (s *session) open() {
	s.peer = s.Dial(s.ctx, s.target.dial)
	if s.target.ImplicitTLS {
		s.peer.StartTLS(s.ctx, s.target.clientTLS())
	}
}

// reply reads one reply and checks its form (RFC 5321, 4.2).
func (s *session) reply() reply {
	var r reply
	for {
		line, err := s.peer.Line()
		if err == io.EOF && len(r.raw) == 0 {
			return reply{}
		}
		code, ok := replyCode(line)
		if err != nil || !ok || r.code != 0 && code != r.code {
			s.Failf("not a reply: %q", line)
		}
		r.code = code
		r.raw = append(r.raw, line)
		r.lines = append(r.lines, line[min(len(line), len("250 ")):])
		if len(line) == len("250") || line[len("250")] == ' ' {
			return r
		}
	}
}

// replyCode reads the code of a reply line.
func replyCode(line string) (int, bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false
	}
	code, err := strconv.Atoi(line[:3])
	return code, err == nil && 200 <= code && code <= 599
}

// do sends a command and reads its reply.
func (s *session) do(line string) reply {
	s.peer.Send(line + "\r\n")
	return s.reply()
}

// want sends a command whose reply must be of a class: 2, 3, 4 or 5.
func (s *session) want(class int, line string) reply {
	r := s.do(line)
	if r.class() != class {
		s.Failf("%s is answered by %v, want %dxx", verbOf(line), r, class)
	}
	return r
}

// ehlo greets and takes note of the extensions.
func (s *session) ehlo() {
	r := s.want(2, s.hello())
	s.extensions = make(map[string]string)
	for _, line := range r.lines[1:] {
		keyword, args, _ := strings.Cut(line, " ")
		s.extensions[strings.ToUpper(keyword)] = args
	}
}

// hello is the command that greets and asks for the extensions.
func (s *session) hello() string {
	if s.target.LMTP {
		return "LHLO client.example" // RFC 2033, 4.1
	}
	return "EHLO client.example"
}

// offers reports whether EHLO advertised an extension.
func (s *session) offers(keyword string) bool {
	_, ok := s.extensions[keyword]
	return ok
}

// needs ends the case as not applicable unless an extension is offered.
func (s *session) needs(keyword string) {
	if !s.offers(keyword) {
		s.NotApplicable("the server does not offer " + keyword)
	}
}

// ready brings the conversation to where mail can be sent: greeted, over TLS
// if the server wants that, and logged in if there is a login.
func (s *session) ready() {
	s.connect()
	s.ehlo()
	if !s.login() && s.offers("STARTTLS") {
		s.startTLS()
		s.login()
	}
}

// startTLS changes to TLS and greets again.
func (s *session) startTLS() {
	s.want(2, "STARTTLS")
	s.peer.StartTLS(s.ctx, s.target.clientTLS())
	s.ehlo()
}

// to brings a new conversation to a state. It ends the case as not applicable
// if the server does not accept the target's mailboxes.
func (s *session) to(state smtp.State) {
	if state == smtp.Start {
		s.connect()
		return
	}
	s.ready()
	s.advance(state)
}

// toWith is to where an extension is offered, perhaps only to those who have
// logged in.
func (s *session) toWith(extension string, state smtp.State) {
	s.ready()
	if !s.offers(extension) {
		s.ehlo()
	}
	s.needs(extension)
	s.advance(state)
}

// advance brings a conversation that is ready to a state.
func (s *session) advance(state smtp.State) {
	if state == smtp.Greeted {
		return
	}
	s.mail()
	if state == smtp.Mailed {
		return
	}
	s.rcpt()
	switch state {
	case smtp.Chunking:
		s.needs("CHUNKING")
		s.chunk(2, "text\r\n", "")
	case smtp.Failed:
		s.needs("CHUNKING")
		s.peer.Send("BDAT 6\r\nte\x00t\r\n")
		if r := s.reply(); r.class() == 2 {
			s.NotApplicable("the server takes a NUL, or judges it later")
		} else if r.class() != 5 && r.class() != 4 {
			s.Failf("a chunk with a NUL is answered by %v", r)
		}
	}
}

// chunk sends octets by BDAT, whose reply must be of a class.
func (s *session) chunk(class int, octets, last string) reply {
	s.peer.Send(chunkOf(octets, last))
	r := s.reply()
	if r.class() != class {
		s.Failf("BDAT is answered by %v, want %dxx", r, class)
	}
	return r
}

// chunkOf is a BDAT command with its octets; last is "" or " LAST".
func chunkOf(octets, last string) string {
	return "BDAT " + strconv.Itoa(len(octets)) + last + "\r\n" + octets
}

func (s *session) mail() {
	if r := s.do("MAIL FROM:<" + s.target.from() + ">"); r.class() != 2 {
		s.NotApplicable("the server does not accept the sender: " + r.String())
	}
}

// another begins a transaction from somebody who is not the target's sender.
// Where one has logged in that may be forbidden, whoever it is (RFC 6409, 6.1).
func (s *session) another(path, params string) {
	r := s.do("MAIL FROM:" + path + params)
	if s.target.User != "" && r.class() == 5 && len(r.lines) > 0 && strings.HasPrefix(r.lines[0], "5.7.1 ") {
		s.NotApplicable("who has logged in may not send as others: " + r.String())
	}
	if r.class() != 2 {
		s.Failf("MAIL from %s is answered by %v, want 2xx", path, r)
	}
}

func (s *session) rcpt() {
	if r := s.do("RCPT TO:<" + s.target.to() + ">"); r.class() != 2 {
		s.NotApplicable("the server does not accept the recipient: " + r.String())
	}
}

// data brings a new conversation to where a message is to be sent.
func (s *session) data() {
	s.to(smtp.Ready)
	if r := s.do("DATA"); r.code != 354 {
		s.Failf("DATA is answered by %v, want 354", r)
	}
}

// alive checks that the server still serves this conversation.
func (s *session) alive(after string) {
	if r := s.do("NOOP"); r.class() != 2 {
		s.Failf("after %s, NOOP is answered by %v", after, r)
	}
}

// afresh checks that the server still serves new conversations.
func (s *session) afresh(after string) {
	s.peer.HangUp()
	s.open()
	if r := s.reply(); r.code != 220 {
		s.Failf("after %s, a new conversation is greeted by %v", after, r)
	}
}

// rest sends QUIT and returns the replies up to the end of the conversation.
func (s *session) rest() []reply {
	s.peer.Send("QUIT\r\n")
	return s.untilEnd()
}

// untilEnd reads all replies until the server hangs up.
func (s *session) untilEnd() []reply {
	var replies []reply
	for {
		r := s.reply()
		if r.code == 0 {
			return replies
		}
		if replies = append(replies, r); len(replies) > 1000 {
			s.Failf("more replies than commands")
		}
	}
}

func verbOf(line string) string {
	verb, _, _ := strings.Cut(line, " ")
	return verb
}
