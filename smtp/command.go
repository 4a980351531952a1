package smtp

import (
	"context"
	"errors"
	"strings"
)

// A State is where a conversation stands. States are bits, so that a command
// can name all those that allow it.
type State uint8

// The states of a conversation.
const (
	Start   State = 1 << iota // connected, or TLS has just begun
	Greeted                   // after HELO or EHLO
	Mailed                    // after MAIL
	Ready                     // after the first accepted RCPT

	anyTime = Start | Greeted | Mailed | Ready
)

// A command is one line of the table below.
type command struct {
	verb    string
	in      State
	offered func(*Conn) bool // nil: always
	run     func(context.Context, *Conn, string) Reply
}

// commands is the protocol: each verb, when it may come, whether it is
// offered, how its arguments read, and who answers it.
var commands = []command{
	{"EHLO", anyTime, nil, do(hello, (*Conn).ehlo)},                        // RFC 5321, 4.1.1.1
	{"HELO", anyTime, nil, do(hello, (*Conn).helo)},                        // RFC 5321, 4.1.1.1
	{"MAIL", Greeted, nil, do(mailArgs, (*Conn).mail)},                     // RFC 5321, 4.1.1.2
	{"RCPT", Mailed | Ready, nil, do(rcptArgs, (*Conn).rcpt)},              // RFC 5321, 4.1.1.3
	{"DATA", Ready, nil, do(nothing, (*Conn).data)},                        // RFC 5321, 4.1.1.4
	{"RSET", anyTime, nil, do(nothing, (*Conn).rset)},                      // RFC 5321, 4.1.1.5
	{"VRFY", anyTime, nil, do(something, (*Conn).vrfy)},                    // RFC 5321, 4.1.1.6
	{"HELP", anyTime, nil, do(text, (*Conn).help)},                         // RFC 5321, 4.1.1.8
	{"NOOP", anyTime, nil, do(text, (*Conn).noop)},                         // RFC 5321, 4.1.1.9
	{"QUIT", anyTime, nil, do(nothing, (*Conn).quit)},                      // RFC 5321, 4.1.1.10
	{"STARTTLS", Greeted, (*Conn).hasTLS, do(nothing, (*Conn).startTLS)},   // RFC 3207, 4
	{"AUTH", Greeted, (*Conn).hasAuth, do(authArgs, (*Conn).authenticate)}, // RFC 4954, 4
}

// A Verb describes a command that the engine knows, for documentation and
// tests.
type Verb struct {
	Name string
	In   State // the states that it may come in
}

// Verbs returns the command table.
func Verbs() []Verb {
	verbs := make([]Verb, len(commands))
	for i, cmd := range commands {
		verbs[i] = Verb{Name: cmd.verb, In: cmd.in}
	}
	return verbs
}

// do joins a parser to the handler of what it parses.
func do[A any](parse func(string) (A, error), handle func(*Conn, context.Context, A) Reply) func(context.Context, *Conn, string) Reply {
	return func(ctx context.Context, c *Conn, s string) Reply {
		args, err := parse(s)
		if err != nil {
			if r, ok := errors.AsType[Reply](err); ok {
				return r
			}
			return badSyntax
		}
		return handle(c, ctx, args)
	}
}

// find returns the command that line begins with, nil if there is none, and
// its arguments.
func find(line string) (*command, string) {
	verb, args, _ := strings.Cut(line, " ")
	for i := range commands {
		if foldEqual(verb, commands[i].verb) {
			return &commands[i], args
		}
	}
	return nil, ""
}

// answer runs cmd, if it may come now.
func (c *Conn) answer(ctx context.Context, cmd *command, args string) Reply {
	switch {
	case cmd.offered != nil && !cmd.offered(c):
		return notOffered
	case cmd.in&c.state == 0:
		return outOfOrder(cmd, c.state)
	}
	return cmd.run(ctx, c, args)
}

// outOfOrder tells what would be in order.
func outOfOrder(cmd *command, s State) Reply {
	const code = 503
	e := Enhanced{5, 5, 1}
	switch {
	case s == Start:
		return R(code, e, "out of order, send EHLO first")
	case s == Greeted:
		return R(code, e, "out of order, send MAIL first")
	case cmd.in&Ready != 0:
		return R(code, e, "out of order, no recipient has been accepted")
	default:
		return R(code, e, "out of order, a transaction is open")
	}
}
