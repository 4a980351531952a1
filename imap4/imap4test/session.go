package imap4test

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/internal/conform"
)

// A session is the client's side of one connection, driven with raw octets. Its
// methods end the case if the server does what no server may; see watch.
type session struct {
	*conform.Run
	target *Target
	ctx    context.Context // of the one case that the session is for
	peer   *conform.Peer
	number int // among the sessions of a case

	tags    int
	pending []command   // sent, and not answered yet
	passed  []*response // that a script has waited past
	watch   watch
	caps    map[string]bool // what CAPABILITY advertised last, in upper case
	overTLS bool
	wire    *compressible
}

// A command is one that has been sent.
type command struct {
	tag, text string
	untagged  []*response // what came while it was the first that had no answer
}

// An answer is how a command was answered.
type answer struct {
	*response
	untagged []*response
}

func newSession(r *conform.Run, t *Target, ctx context.Context) *session {
	return &session{Run: r, target: t, ctx: ctx, number: 1}
}

// connect opens the connection and reads the greeting.
func (s *session) connect() *response {
	s.peer = s.Dial(s.ctx, s.dial)
	if s.target.ImplicitTLS {
		s.peer.StartTLS(s.ctx, s.target.clientTLS())
		s.overTLS = true
	}
	r := s.read()
	if r.tag != "*" || r.name != "OK" && r.name != "PREAUTH" {
		s.Failf("the greeting is %v", r)
	}
	return r
}

// maxLiteral is the most that a server may send at once.
const maxLiteral = 16 << 20

// read reads a response and checks it: its syntax, and whether it may come now.
func (s *session) read() *response {
	var b strings.Builder
	for {
		line, err := s.peer.Line()
		if err == io.EOF {
			return &response{}
		}
		b.WriteString(line)
		if b.Len() == len(line) && !hasItems(line) {
			break
		}
		size, ok := announced(line)
		if !ok {
			break
		}
		if size > maxLiteral {
			s.Failf("the server announces a literal of %d octets", size)
		}
		b.WriteString("\r\n")
		b.WriteString(s.peer.Octets(size))
	}
	r, err := parseResponse(b.String(), s.watch.utf8)
	if err != nil {
		s.Failf("the response %.300q is not as the formal syntax wants it: %v", b.String(), err)
	}
	if err := s.watch.see(r, s.pending); err != nil {
		s.Failf("%v: %v", r, err)
	}
	if len(s.pending) > 0 && r.tag == "*" {
		s.pending[0].untagged = append(s.pending[0].untagged, r)
	}
	return r
}

// hasItems tells a line that may have literals from a text.
func hasItems(line string) bool {
	tag, rest, _ := strings.Cut(line, " ")
	name, _, _ := strings.Cut(rest, " ")
	return tag == "*" && !isStatus(ascii.Upper(name))
}

// announced tells the size of the literal that follows a line, if one does.
func announced(line string) (int, bool) {
	open := strings.LastIndexByte(line, '{')
	if open < 0 || !strings.HasSuffix(line, "}") || !isNumber(line[open+1:len(line)-1]) {
		return 0, false
	}
	n, err := strconv.Atoi(line[open+1 : len(line)-1])
	if err != nil {
		n = maxLiteral + 1
	}
	return n, true
}

// send sends a command, with a tag of its own, and does not wait. Literals in it
// are between << and >>: a synchronizing one is sent when the server asks for it.
func (s *session) send(text string) {
	s.tags++
	tag := "A" + strconv.Itoa(s.tags)
	s.pending = append(s.pending, command{tag: tag, text: text})
	line := tag + " "
	for {
		before, rest, ok := strings.Cut(text, "<<")
		line += before
		if !ok {
			s.peer.Send(line + "\r\n")
			return
		}
		octets, after, _ := strings.Cut(rest, ">>")
		text = after
		if octets, ok := strings.CutPrefix(octets, "+"); ok {
			line += "{" + strconv.Itoa(len(octets)) + "+}\r\n" + octets
			continue
		}
		mark := ""
		if octets, ok = strings.CutPrefix(octets, "~"); ok {
			mark = "~"
		}
		s.peer.Send(line + mark + "{" + strconv.Itoa(len(octets)) + "}\r\n")
		if !s.goAhead() {
			return
		}
		line = octets
	}
}

// goAhead waits for a request to go on. If the command is answered instead, that
// is its end.
func (s *session) goAhead() bool {
	for {
		r := s.read()
		switch {
		case r.tag == "+":
			return true
		case r.hungUp():
			s.Failf("the server hung up where it had to ask for a literal, or refuse it")
		case r.tag != "*":
			s.early(r)
			return false
		}
	}
}

// early keeps an answer that came before the end of a command.
func (s *session) early(r *response) {
	for i := range s.pending {
		if c := &s.pending[i]; c.tag == r.tag {
			c.untagged = append(c.untagged, r)
		}
	}
}

// finish waits for the answer to the first command that has none.
func (s *session) finish() answer {
	if len(s.pending) == 0 {
		s.Failf("the script waits for an answer to nothing")
	}
	for {
		first := &s.pending[0]
		if n := len(first.untagged); n > 0 && first.untagged[n-1].tag == first.tag {
			a := answer{first.untagged[n-1], first.untagged[:n-1]}
			s.pending = s.pending[1:]
			return a
		}
		r := s.read()
		switch {
		case r.hungUp():
			return answer{r, first.untagged}
		case r.tag == first.tag:
			first.untagged = append(first.untagged, r)
		case r.tag == "+":
			s.Failf("the server asks to go on: %v", r)
		}
	}
}

// do sends a command and waits for its answer.
func (s *session) do(text string) answer {
	s.send(text)
	for len(s.pending) > 1 {
		s.finish()
	}
	return s.finish()
}

// want sends a command that must succeed.
func (s *session) want(text string) answer {
	a := s.do(text)
	if a.name != "OK" {
		s.Failf("%s is answered by %v, want OK", verbOf(text), a)
	}
	return a
}

// rest reads up to the end of the conversation.
func (s *session) rest() (all []*response) {
	for {
		r := s.read()
		if r.hungUp() {
			return all
		}
		if all = append(all, r); len(all) > 10_000 {
			s.Failf("more responses than there can be")
		}
	}
}

// alive checks that the server still serves this conversation.
func (s *session) alive(after string) {
	if a := s.do("NOOP"); a.name != "OK" {
		s.Failf("after %s, NOOP is answered by %v", after, a)
	}
}

// afresh checks that the server still serves new conversations.
func (s *session) afresh(after string) {
	other := newSession(s.Run, s.target, s.ctx)
	other.connect()
	other.alive(after)
}

// quote makes a quoted string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func verbOf(text string) string {
	verb, rest, _ := strings.Cut(text, " ")
	if ascii.Upper(verb) == "UID" {
		more, _, _ := strings.Cut(rest, " ")
		return verb + " " + more
	}
	return verb
}
