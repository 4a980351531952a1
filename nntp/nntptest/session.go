package nntptest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
)

// A session is the client's side of a case: one connection, driven with raw
// octets. Its methods end the case if the server does what no server may.
type session struct {
	*conform.Run
	target *Target
	peer   *conform.Peer
	ctx    context.Context // of the one case that the session is for

	greeting     reply
	deflate      *deflateState       // see compressed
	capabilities map[string][]string // the last ones: labels in upper case to their arguments
}

// A reply is the first line of an answer. It is zero if the server hung up.
type reply struct {
	code int
	text string // behind it
}

func (r reply) hungUp() bool  { return r.code == 0 }
func (r reply) refused() bool { return r.code >= 400 }

func (r reply) String() string {
	if r.hungUp() {
		return "(hung up)"
	}
	return strings.TrimSpace(strconv.Itoa(r.code) + " " + r.text)
}

// connect opens the connection and reads the greeting.
func (s *session) connect() {
	s.peer = s.Dial(s.ctx, s.target.dial)
	if s.target.ImplicitTLS {
		s.peer.StartTLS(s.ctx, s.target.clientTLS())
	}
	s.greeting = s.reply()
	if s.greeting.code != 200 && s.greeting.code != 201 {
		s.Failf("the greeting is %v, want 200 or 201", s.greeting)
	}
}

// reply reads the first line of an answer and checks its form (RFC 3977, 3.1).
func (s *session) reply() reply {
	line, err := s.peer.Line()
	if err == io.EOF {
		return reply{}
	}
	digits, text, _ := strings.Cut(line, " ")
	code, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 3 || code < 100 || code > 599 {
		s.Failf("not an answer: %q", line)
	}
	if len(line) > 510 && code != 283 && code != 383 {
		s.Failf("an answer of %d octets", len(line)+2)
	}
	return reply{code, text}
}

// block reads the rest of a multi-line answer, and returns its lines unstuffed.
func (s *session) block() []string { return s.peer.Block() }

// do sends a command and reads the first line of its answer.
func (s *session) do(line string) reply {
	s.peer.Send(line + "\r\n")
	return s.reply()
}

// want sends a command that must be answered by one of some codes.
func (s *session) want(line string, codes ...int) reply {
	r := s.do(line)
	s.oneOf(line, r, codes...)
	return r
}

func (s *session) oneOf(line string, r reply, codes ...int) {
	if !slices.Contains(codes, r.code) {
		s.Failf("%s is answered by %v, want %s", line, r, strings.Trim(fmt.Sprint(codes), "[]"))
	}
}

// list sends a command that must succeed, and reads all of its answer.
func (s *session) list(line string, code int) []string {
	s.want(line, code)
	return s.block()
}

// capable asks what the server can do.
func (s *session) capable() {
	s.capabilities = make(map[string][]string)
	if s.peer.Send("CAPABILITIES\r\n"); s.reply().code != 101 {
		s.Failf("CAPABILITIES is refused")
	}
	for _, line := range s.block() {
		words := strings.Fields(line)
		if len(words) == 0 {
			s.Failf("an empty line in CAPABILITIES")
		}
		s.capabilities[strings.ToUpper(words[0])] = words[1:]
	}
}

func (s *session) offers(label string) bool {
	_, ok := s.capabilities[label]
	return ok
}

// offersArg reports whether a capability has an argument.
func (s *session) offersArg(label, arg string) bool {
	return slices.ContainsFunc(s.capabilities[label], func(a string) bool { return strings.EqualFold(a, arg) })
}

// needs ends the case as not applicable unless something is advertised.
func (s *session) needs(label string) {
	if !s.offers(label) {
		s.NotApplicable("the server does not offer " + label)
	}
}

// ready begins a new conversation, logged in if there is a login, and as a
// reader if that is to be asked for.
func (s *session) ready() {
	s.connect()
	s.capable()
	if s.offers("MODE-READER") {
		s.want("MODE READER", 200, 201)
		s.capable()
	}
	if s.target.User == "" || !s.offers("AUTHINFO") && !s.offers("STARTTLS") {
		return
	}
	s.secure()
	if r := s.logIn(s.target.User, s.target.Password); r.code != 281 && r.code != 283 {
		s.Failf("the login is refused: %v", r)
	}
	s.capable()
}

// secure changes to TLS if no login is possible without.
func (s *session) secure() {
	if s.offersArg("AUTHINFO", "USER") || s.offersArg("SASL", "PLAIN") || !s.offers("STARTTLS") {
		return
	}
	s.startTLS()
}

func (s *session) startTLS() {
	s.want("STARTTLS", 382)
	s.peer.StartTLS(s.ctx, s.target.clientTLS())
	s.capable()
}

// logIn logs in, and returns what the server says to it.
func (s *session) logIn(user, password string) reply {
	switch {
	case s.offersArg("AUTHINFO", "USER"):
		if r := s.want("AUTHINFO USER "+user, 381, 281, 481); r.code != 381 {
			return r
		}
		return s.do("AUTHINFO PASS " + password)
	case s.offersArg("SASL", "PLAIN"):
		return s.do("AUTHINFO SASL PLAIN " + plain(user, password))
	}
	s.NotApplicable("the server offers no login that these cases know")
	return reply{}
}

// plain returns the initial response of PLAIN (RFC 4616).
func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}

// reader is ready, for a server that news can be read on.
func (s *session) reader() {
	s.ready()
	s.needs("READER")
}

func (s *session) needsGroup() {
	if s.target.Group == "" {
		s.NotApplicable("no newsgroup is known")
	}
}

// A groupState is what GROUP tells.
type groupState struct{ count, low, high int }

// group selects the target's group.
func (s *session) group() groupState {
	s.needsGroup()
	return s.parseGroup(s.want("GROUP "+s.target.Group, 211))
}

func (s *session) parseGroup(r reply) (g groupState) {
	words := strings.Fields(r.text)
	if len(words) < 4 || words[3] != s.target.Group {
		s.Failf("the answer %v does not have a count, two numbers and the group", r)
	}
	for i, to := range []*int{&g.count, &g.low, &g.high} {
		n, err := strconv.Atoi(words[i])
		if err != nil || n < 0 {
			s.Failf("%q in %v is no number", words[i], r)
		}
		*to = n
	}
	return g
}

// articles is a reader with the target's group, which has at least one article:
// it is posted if need be.
func (s *session) articles() groupState {
	s.reader()
	g := s.group()
	if g.count > 0 && g.low <= g.high {
		return g
	}
	if !s.target.MayPost {
		s.NotApplicable("the newsgroup is empty")
	}
	s.post(newID())
	return s.group()
}

// newID makes a message identifier.
func newID() string {
	return "<" + strings.ToLower(rand.Text()) + "@conformance.example>"
}

// draft is an article to be posted, up to and with the empty line; extra are
// fields to add.
func (s *session) draft(id, extra string) string {
	return "From: Conformance <test@conformance.example>\r\nNewsgroups: " + s.target.Group +
		"\r\nSubject: conformance test\r\nMessage-ID: " + id + "\r\n" + extra + "\r\n"
}

// relayed is draft as another server sends it.
func (s *session) relayed(id, extra string) string {
	return "Path: conformance.example!not-for-mail\r\nDate: " + time.Now().UTC().Format(time.RFC1123Z) + "\r\n" + s.draft(id, extra)
}

// post posts an article, which must be taken.
func (s *session) post(id string) {
	s.mayPost()
	s.want("POST", 340)
	s.peer.Send(s.draft(id, "") + "A test.\r\n..dots\r\n.\r\n")
	if r := s.reply(); r.code != 240 {
		s.Failf("a post is answered by %v, want 240", r)
	}
}

func (s *session) mayPost() {
	s.needsGroup()
	if !s.target.MayPost {
		s.NotApplicable("posting is not allowed for this run")
	}
}

// feeder begins a conversation of a server that sends articles.
func (s *session) feeder(label string) {
	s.needsGroup()
	if !s.target.MayFeed {
		s.NotApplicable("feeding is not allowed for this run")
	}
	s.connect()
	s.capable()
	if !s.offers(label) && s.target.User != "" && (s.offers("AUTHINFO") || s.offers("STARTTLS")) {
		s.secure()
		s.logIn(s.target.User, s.target.Password)
		s.capable()
	}
	s.needs(label)
}

// alive checks that the server still serves this conversation.
func (s *session) alive(after string) {
	if r := s.do("DATE"); r.code != 111 {
		s.Failf("after %s, DATE is answered by %v", after, r)
	}
}

// stays is alive for what may also end the conversation.
func (s *session) stays(r reply, after string) {
	if r.hungUp() || r.code == 400 {
		return
	}
	s.peer.Send("DATE\r\n")
	if d := s.reply(); d.code != 111 && !d.hungUp() {
		s.Failf("after %s, DATE is answered by %v", after, d)
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
