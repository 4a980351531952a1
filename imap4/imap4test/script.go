package imap4test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A script is a written conversation. Its lines are, with the number of a session
// in front where it is not the first:
//
//	# a comment
//	C: NOOP          send a command, and wait for its answer
//	S: NO|BAD [CODE] the answer is one of these; without such a line it must be OK
//	S: * 1 FETCH ()  one response before the answer, each a different one; see matcher
//	S! * _ EXPUNGE   no response before the answer was one of these
//	C< IDLE          send a command, and do not wait
//	C! DONE          send a line as it is
//	C. x             send octets as they are
//	W: * 4 EXISTS    wait for a response, whatever else comes
//	E: OK            wait for the answer to the first command that has none; S lines look at it
//	X:               the server hangs up, with anything more to say
//	L:               log in, in a case that begins before the login
//	V: name text     a variable
//
// In what is sent, <<x>> is x as a literal, <<+x>> a non-synchronizing and <<~x>>
// a binary one. ${name} is a variable: what a pattern has named, and those of
// player.vars.
type step struct {
	session int
	op      string
	text    string
	line    string
}

// parseScript reads a script.
func parseScript(text string) ([]step, error) {
	var steps []step
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		s := step{session: 1, line: line}
		head, rest, _ := strings.Cut(line, " ")
		if len(head) == 3 && head[0] >= '1' && head[0] <= '9' {
			s.session, head = int(head[0]-'0'), head[1:]
		}
		s.op, s.text = head, rest
		if !slices.Contains([]string{"C:", "C<", "C!", "C.", "S:", "S!", "W:", "E:", "X:", "L:", "V:"}, head) {
			return nil, fmt.Errorf("not a line of a script: %q", line)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// A player plays a script.
type player struct {
	*session
	sessions map[int]*session
	answers  map[int]*answer // the last of each session
	taken    map[*response]bool
	matcher  matcher
}

// play plays a script; s is its first session.
func (s *session) play(steps []step, vars map[string]string) {
	p := &player{
		session: s, sessions: map[int]*session{1: s}, answers: make(map[int]*answer), taken: make(map[*response]bool),
		matcher: matcher{vars},
	}
	for i, st := range steps {
		p.step(st, steps[i+1:])
	}
}

// on returns a session, and logs it in if it is new.
func (p *player) on(n int) *session {
	s, ok := p.sessions[n]
	if !ok {
		s = newSession(p.Run, p.target, p.ctx)
		s.number = n
		s.login()
		p.sessions[n] = s
	}
	return s
}

func (p *player) step(st step, rest []step) {
	s := p.on(st.session)
	text := p.expand(st.text)
	switch st.op {
	case "C:":
		for len(s.pending) > 0 {
			s.finish()
		}
		s.passed = nil
		s.send(text)
		p.finished(s, st, rest)
	case "C<":
		s.send(text)
	case "C!":
		s.peer.Send(text + "\r\n")
	case "C.":
		s.peer.Send(text)
	case "E:":
		p.finished(s, st, rest)
		p.expect(s, step{session: st.session, text: st.text, line: st.line})
	case "S:":
		p.expect(s, st)
	case "S!":
		p.absent(s, st)
	case "W:":
		p.await(s, st)
	case "X:":
		s.rest()
	case "L:":
		s.relogin()
	case "V:":
		name, value, _ := strings.Cut(text, " ")
		p.matcher.vars[name] = value
	}
}

// relogin logs in on a connection that is there.
func (s *session) relogin() {
	s.want("LOGIN " + quote(s.target.User) + " " + quote(s.target.Password))
}

// finished waits for an answer, which must be OK if the script does not say
// otherwise.
func (p *player) finished(s *session, st step, rest []step) {
	a := s.finish()
	p.answers[st.session] = &a
	if st.op == "E:" {
		return
	}
	for _, next := range rest {
		if next.session != st.session || next.op == "V:" {
			continue
		}
		if next.op != "S:" && next.op != "S!" {
			break
		}
		if next.op == "S:" && isAnswer(next.text) {
			return
		}
	}
	if a.name != "OK" {
		s.Failf("%q is answered by %v, want OK", st.line, a)
	}
}

// isAnswer tells a pattern for an answer from one for other responses.
func isAnswer(pattern string) bool {
	name, _, _ := strings.Cut(pattern, " ")
	return slices.ContainsFunc(strings.Split(name, "|"), isStatus)
}

func (p *player) expect(s *session, st step) {
	a := p.answers[st.session]
	if a == nil {
		s.Failf("the script expects an answer to nothing: %q", st.line)
	}
	pattern := p.expand(st.text)
	if isAnswer(pattern) {
		if a.hungUp() {
			s.Failf("the server hung up, want %q", st.line)
		}
		if p.matcher.match(a.tag+" "+pattern, a.response) != nil {
			s.Failf("answered by %v, want %q", a, st.line)
		}
		return
	}
	for _, r := range a.untagged {
		if !p.taken[r] && p.matcher.match(pattern, r) == nil {
			p.taken[r] = true
			return
		}
	}
	s.Failf("no response is %q (%s)", pattern, responses(a.untagged))
}

func responses(list []*response) string {
	if len(list) == 0 {
		return "there was none"
	}
	var texts []string
	for _, r := range list {
		texts = append(texts, r.String())
	}
	return "there were " + strings.Join(texts, ", ")
}

func (p *player) absent(s *session, st step) {
	a := p.answers[st.session]
	if a == nil {
		s.Failf("the script expects an answer to nothing: %q", st.line)
	}
	for _, r := range a.untagged {
		if p.matcher.match(p.expand(st.text), r) == nil {
			s.Failf("%v came, and may not: %q", r, st.line)
		}
	}
}

// await waits for a response, or finds it among those that an earlier wait passed
// over: a server may answer commands that came together in another order. It may
// go on to say other things for as long as one wait may take.
func (p *player) await(s *session, st step) {
	for i, r := range s.passed {
		if p.matcher.match(p.expand(st.text), r) == nil {
			s.passed = slices.Delete(s.passed, i, i+1)
			return
		}
	}
	end := time.Now().Add(p.Timeout)
	for {
		r := s.read()
		if r.hungUp() {
			s.Failf("the server hung up, want %q", st.line)
		}
		if p.matcher.match(p.expand(st.text), r) == nil {
			return
		}
		if len(s.pending) > 0 && r.tag == s.pending[0].tag {
			s.Failf("answered by %v, want %q before", r, st.line)
		}
		s.passed = append(s.passed, r)
		if time.Now().After(end) {
			s.Failf("waited in vain for %q", st.line)
		}
	}
}

// expand puts variables in.
func (p *player) expand(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if p.target.User == "" && slices.Contains([]string{"user", "password", "plain"}, name) {
			p.NotApplicable("no login is known")
		}
		value, ok := p.matcher.vars[name]
		if times, octet, is := strings.Cut(name, "*"); is { // ${100*x}: x a hundred times
			n, err := strconv.Atoi(times)
			if err == nil {
				value, ok = strings.Repeat(octet, n), true
			}
		}
		if !ok {
			p.Failf("the script has no variable %q", name)
		}
		b.WriteString(value)
		text = after
	}
}
