package pop3test

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/pop3"
)

// A session is the client's side of a case: one connection, driven with raw
// octets. Its methods end the case if the server does what no server may.
type session struct {
	*conform.Run
	target *Target
	peer   *conform.Peer
	ctx    context.Context // of the one case that the session is for

	// What CAPA advertised last, tag in upper case to its arguments; nil if
	// the server has no CAPA.
	capabilities map[string]string

	greeting string // of the connection that was opened last
}

// A reply is the first line of an answer. It is zero if the server hung up.
type reply struct {
	status string // "+OK", "-ERR", or "+" for a challenge
	text   string // behind it
}

func (r reply) ok() bool      { return r.status == "+OK" }
func (r reply) refused() bool { return r.status == "-ERR" }
func (r reply) hungUp() bool  { return r.status == "" }

func (r reply) String() string {
	if r.hungUp() {
		return "(hung up)"
	}
	return strings.TrimSpace(r.status + " " + r.text)
}

// code is the response code, without brackets, or "".
func (r reply) code() string {
	rest, ok := strings.CutPrefix(r.text, "[")
	if !ok {
		return ""
	}
	code, _, _ := strings.Cut(rest, "]")
	return strings.ToUpper(code)
}

// connect opens the connection and reads the greeting.
func (s *session) connect() {
	s.open()
	r := s.reply()
	if !r.ok() {
		s.Failf("greeting is %v, want +OK", r)
	}
	s.greeting = r.text
}

// open opens the connection.
func (s *session) open() {
	s.peer = s.Dial(s.ctx, s.target.dial)
	if s.target.ImplicitTLS {
		s.peer.StartTLS(s.ctx, s.target.clientTLS())
	}
}

// reply reads the first line of an answer and checks its form (RFC 1939, 3).
func (s *session) reply() reply {
	line, err := s.peer.Line()
	if err == io.EOF {
		return reply{}
	}
	status, text, _ := strings.Cut(line, " ")
	switch {
	case status != "+OK" && status != "-ERR" && status != "+":
		s.Failf("not an answer: %q", line)
	case len(line) > 510 && status != "+":
		s.Failf("an answer of %d octets: %q", len(line)+2, line)
	}
	return reply{status, text}
}

// body reads the rest of a multi-line answer, and returns its lines unstuffed.
func (s *session) body() []string { return s.peer.Block() }

// do sends a command and reads the first line of its answer.
func (s *session) do(line string) reply {
	s.peer.Send(line + "\r\n")
	return s.reply()
}

// want sends a command that must succeed.
func (s *session) want(line string) reply {
	r := s.do(line)
	if !r.ok() {
		s.Failf("%s is answered by %v, want +OK", verbOf(line), r)
	}
	return r
}

// refuse sends a command that must be refused.
func (s *session) refuse(line string) reply {
	r := s.do(line)
	if !r.refused() {
		s.Failf("%s is answered by %v, want -ERR", verbOf(line), r)
	}
	return r
}

// lines sends a command that must succeed, and reads all of its answer.
func (s *session) lines(line string) []string {
	s.want(line)
	return s.body()
}

// capa asks what the server can do.
func (s *session) capa() {
	s.capabilities = nil
	if r := s.do("CAPA"); !r.ok() {
		return
	}
	s.capabilities = make(map[string]string)
	for _, line := range s.body() {
		tag, args, _ := strings.Cut(line, " ")
		s.capabilities[strings.ToUpper(tag)] = args
	}
}

// offers reports whether CAPA advertised something.
func (s *session) offers(tag string) bool {
	_, ok := s.capabilities[tag]
	return ok
}

// needs ends the case as not applicable unless something is advertised.
func (s *session) needs(tag string) {
	if !s.offers(tag) {
		s.NotApplicable("the server does not offer " + tag)
	}
}

// anonymous connects so that a login is possible, over TLS if the server wants
// that.
func (s *session) anonymous() {
	s.connect()
	s.capa()
	if s.capabilities != nil && !s.offers("USER") && !s.offersAuth("PLAIN") && s.offers("STLS") {
		s.startTLS()
	}
}

// startTLS changes to TLS and asks again what is offered.
func (s *session) startTLS() {
	s.want("STLS")
	s.peer.StartTLS(s.ctx, s.target.clientTLS())
	s.capa()
}

// named brings a new conversation to where PASS is due.
func (s *session) named() {
	s.needsLogin()
	s.anonymous()
	if s.capabilities != nil {
		s.needs("USER")
	}
	if r := s.do("USER " + s.target.User); !r.ok() {
		s.NotApplicable("the server does not take USER: " + r.String())
	}
}

func (s *session) needsLogin() {
	if s.target.User == "" {
		s.NotApplicable("no login is known")
	}
}

// login brings a new conversation to where it has the maildrop open. The
// session of the case before may have it still: a server notices that its
// client has gone only by and by.
func (s *session) login() {
	s.needsLogin()
	s.retry(func() reply {
		s.anonymous()
		return s.logIn()
	})
}

// logIn logs in, and returns what the server says to it.
func (s *session) logIn() reply {
	if s.capabilities == nil || s.offers("USER") {
		s.want("USER " + s.target.User)
		return s.do("PASS " + s.target.Password)
	}
	if !s.offersAuth("PLAIN") {
		s.NotApplicable("the server offers no login that these cases know")
	}
	return s.do("AUTH PLAIN " + plain(s.target.User, s.target.Password))
}

// retry logs in until the maildrop is not in use, nor too little time has passed
// since the case before.
func (s *session) retry(login func() reply) {
	const pause = 20 * time.Millisecond
	end := time.Now().Add(s.target.timeout())
	for {
		r := login()
		if r.ok() {
			return
		}
		if r.code() != "IN-USE" && r.code() != "LOGIN-DELAY" || time.Now().After(end) {
			s.Failf("the login is refused: %v", r)
		}
		s.peer.HangUp()
		time.Sleep(pause)
	}
}

// to brings a new conversation to a state.
func (s *session) to(state pop3.State) {
	switch state {
	case pop3.Authorization:
		s.anonymous()
	case pop3.Named:
		s.named()
	default:
		s.login()
	}
}

// alive checks that the server still serves this conversation, in the same
// state.
func (s *session) alive(state pop3.State, after string) {
	r := s.do("STAT")
	if state == pop3.Transaction && !r.ok() || state != pop3.Transaction && !r.refused() {
		s.Failf("after %s, STAT is answered by %v", after, r)
	}
}

// afresh checks that the server still serves new conversations.
func (s *session) afresh(after string) {
	s.peer.HangUp()
	s.open()
	if r := s.reply(); !r.ok() {
		s.Failf("after %s, a new conversation is greeted by %v", after, r)
	}
}

// rest sends QUIT and returns the answers up to the end of the conversation.
// None of them may have more than one line.
func (s *session) rest() []reply {
	s.peer.Send("QUIT\r\n")
	var replies []reply
	for {
		r := s.reply()
		if r.hungUp() {
			return replies
		}
		if replies = append(replies, r); len(replies) > 1000 {
			s.Failf("more answers than commands")
		}
	}
}

func (s *session) offersAuth(mechanism string) bool {
	return slices.Contains(strings.Fields(strings.ToUpper(s.capabilities["SASL"])), mechanism)
}

func verbOf(line string) string {
	verb, _, _ := strings.Cut(line, " ")
	return verb
}
