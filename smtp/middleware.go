package smtp

import "context"

// A Command is a command of a client that a Middleware sees.
type Command struct {
	Verb string // in upper case, never empty; one that Verbs does not have may be any word
	Args string // as they came, without the space before them. Those of AUTH are secret.

	row *command
}

// A CommandFunc answers a command.
type CommandFunc func(ctx context.Context, c *Conn, cmd Command) Reply

// A Middleware wraps the answer to every command: it may answer by itself, or call
// next and look at, time, or change the Reply. That goes for commands that the
// engine does not know too, which next refuses, so that a Middleware can add one of
// its own; not for one between the chunks of a message, which is refused. DATA,
// BDAT, AUTH and STARTTLS read on within next: it is called once for all chunks
// of a message, and for a command between them that abandons the message it is
// called within that call; not for one that cannot be read, which changes
// nothing. A Reply whose Code is 0 has nothing to be sent, or nobody to send it
// to, and must be passed on as it is; one with Close hangs up without a word.
type Middleware func(next CommandFunc) CommandFunc

// chain wraps answer in the Server's Middleware, the first outermost.
func (s *Server) chain() CommandFunc {
	answer := func(ctx context.Context, c *Conn, cmd Command) Reply {
		if cmd.row == nil || cmd.row.verb != cmd.Verb { // made or changed by a Middleware
			if cmd.row, _ = find(*c.table, cmd.Verb); cmd.row == nil {
				return unknownCommand
			}
		}
		return c.answer(ctx, cmd.row, cmd.Args)
	}
	for i := len(s.Middleware) - 1; i >= 0; i-- {
		answer = s.Middleware[i](answer)
	}
	return answer
}
