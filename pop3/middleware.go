package pop3

import "context"

// A Command is a command of a client that a Middleware sees.
type Command struct {
	Verb string // in upper case, never empty; one that Verbs does not have may be any word
	Args string // as they came. Those of PASS, APOP and AUTH are secret.
}

// A CommandFunc answers a command.
type CommandFunc func(ctx context.Context, c *Conn, cmd Command) Reply

// A Middleware wraps the answer to every command: it may answer by itself, or call
// next and look at, time, or change the Reply. That goes for commands that the
// engine does not know too, which next refuses, so that a Middleware can add one of
// its own. AUTH and STLS read on within next. The lines of a long answer are in the
// Reply that next returns, and are sent only with that one. The zero Reply has
// nothing to be sent, and must be passed on as it is.
type Middleware func(next CommandFunc) CommandFunc

// wrapped answers through the Middleware, which is put together once.
func (s *Server) wrapped() CommandFunc {
	s.chaining.Do(func() { s.answer = s.chain() })
	return s.answer
}

// chain wraps the answer in the Server's Middleware, the first outermost.
func (s *Server) chain() CommandFunc {
	answer := func(ctx context.Context, c *Conn, cmd Command) Reply {
		row, _ := find(cmd.Verb)
		if row == nil {
			return unknownCommand
		}
		return c.answer(ctx, row, cmd.Args)
	}
	for i := len(s.Middleware) - 1; i >= 0; i-- {
		answer = s.Middleware[i](answer)
	}
	return answer
}
