package smtptest

import (
	"context"
	"slices"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// An Answer is how a Server is told to behave at a command.
type Answer struct {
	// Reply is the answer; the zero Reply is what the server would say by
	// itself. One with a Code is given instead of obeying the command.
	Reply smtp.Reply

	Delay  time.Duration // before it
	Times  int           // how often, before the next Answer is due; 0: from then on
	HangUp bool          // after the Reply; without a Code, instead of one
}

// EndOfMessage is the verb, for On, of the end of a message: the dot of DATA,
// or the last chunk of BDAT.
const EndOfMessage = "."

// On says how to answer a verb of smtp.Verbs, in capitals, or EndOfMessage. The
// Answers of several calls for one verb are used up in turn; then the server
// behaves as it would by itself. It may be called at any time.
//
// A message is kept unless its Answer refuses it. If there is a HangUp and no
// Reply it is kept: the client cannot know, and will send it again.
//
// What follows a BDAT must be read, so it cannot be answered here: use
// EndOfMessage.
func (s *Server) On(verb string, a Answer) {
	s.tb.Helper()
	known := slices.ContainsFunc(smtp.Verbs(), func(v smtp.Verb) bool { return v.Name == verb })
	if verb != EndOfMessage && !known || verb == "BDAT" {
		s.tb.Fatalf("smtptest: On: %q is no verb that can be answered", verb)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers == nil {
		s.answers = make(map[string][]Answer)
	}
	s.answers[verb] = append(s.answers[verb], a)
}

// next uses up an Answer. The zero Answer is to do nothing special.
func (s *Server) next(verb string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.answers[verb]
	if len(list) == 0 {
		return Answer{}
	}
	a := list[0]
	if list[0].Times == 1 {
		s.answers[verb] = list[1:]
	} else if list[0].Times > 1 {
		list[0].Times--
	}
	return a
}

// scripted is the Middleware that gives the Answers, and takes records.
func (s *Server) scripted(next smtp.CommandFunc) smtp.CommandFunc {
	return func(ctx context.Context, c *smtp.Conn, cmd smtp.Command) smtp.Reply {
		a := s.next(cmd.Verb)
		r := a.reply()
		if !pause(ctx, a.Delay) {
			r = smtp.Reply{Close: true}
		} else if r == (smtp.Reply{}) {
			r = next(ctx, c, cmd)
		}
		s.record(c, cmd, r)
		return r
	}
}

// reply returns the Reply, completed; the zero one if the server is to do as
// it would.
func (a Answer) reply() smtp.Reply {
	r := a.Reply
	r.Close = r.Close || a.HangUp
	return r
}

// pause waits and reports whether the conversation is still on.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// A Record is a command that a Server was sent.
type Record struct {
	Verb  string
	Args  string     // as they came; empty for AUTH, whose arguments are secret
	Reply smtp.Reply // the last one to it; without a Code if there was none to send
	Hello string     // the client's name for itself
	At    time.Time  // of the Reply
}

// Records returns the commands that the server was sent so far, in the order
// of its replies. Those that are no verbs of smtp.Verbs, and chunks behind the
// first of a message, are not among them.
func (s *Server) Records() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

func (s *Server) record(c *smtp.Conn, cmd smtp.Command, r smtp.Reply) {
	rec := Record{Verb: cmd.Verb, Args: cmd.Args, Reply: r, Hello: c.Hello(), At: time.Now()}
	if cmd.Verb == "AUTH" {
		rec.Args = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, rec)
}
