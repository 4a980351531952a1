package pop3

import (
	"context"
	"errors"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A State is where a conversation stands. States are bits, so that a command
// can name all those that allow it.
type State uint8

// The states of a conversation (RFC 1939, 3). Named is the part of
// AUTHORIZATION in which PASS may come.
const (
	Authorization State = 1 << iota // connected, or TLS has just begun
	Named                           // the last command was a successful USER
	Transaction                     // logged in, the maildrop is open
	Update                          // after QUIT in Transaction; no command comes any more

	anonymous = Authorization | Named
	anyTime   = Authorization | Named | Transaction
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
	{"CAPA", anyTime, nil, do(nothing, (*Conn).capa)},                        // RFC 2449, 5
	{"STLS", anonymous, (*Conn).hasTLS, do(nothing, (*Conn).startTLS)},       // RFC 2595, 4
	{"USER", anonymous, (*Conn).hasAuth, do(name, (*Conn).user)},             // RFC 1939, 7
	{"PASS", Named, (*Conn).hasAuth, do(password, (*Conn).pass)},             // RFC 1939, 7
	{"APOP", anonymous, (*Conn).hasAPOP, do(apopArgs, (*Conn).apop)},         // RFC 1939, 7
	{"AUTH", anonymous, (*Conn).hasAuth, do(authArgs, (*Conn).authenticate)}, // RFC 5034, 4
	{"STAT", Transaction, nil, do(nothing, (*Conn).stat)},                    // RFC 1939, 5
	{"LIST", Transaction, nil, do(maybeNumber, (*Conn).list)},                // RFC 1939, 5
	{"UIDL", Transaction, nil, do(maybeNumber, (*Conn).uidl)},                // RFC 1939, 7
	{"RETR", Transaction, nil, do(number, (*Conn).retr)},                     // RFC 1939, 5
	{"TOP", Transaction, nil, do(topArgs, (*Conn).top)},                      // RFC 1939, 7
	{"DELE", Transaction, nil, do(number, (*Conn).dele)},                     // RFC 1939, 5
	{"RSET", Transaction, nil, do(nothing, (*Conn).rset)},                    // RFC 1939, 5
	{"NOOP", Transaction, nil, do(nothing, (*Conn).noop)},                    // RFC 1939, 5
	{"UTF8", anonymous, nil, do(nothing, (*Conn).enterUTF8)},                 // RFC 6856, 2.1
	{"LANG", anyTime, nil, do(languageRange, (*Conn).language)},              // RFC 6856, 3.2
	{"QUIT", anyTime, nil, do(nothing, (*Conn).quit)},                        // RFC 1939, 4 and 6
}

// A Verb is what the command table says of a command, for programs that check
// or describe servers.
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
		if ascii.EqualFold(verb, commands[i].verb) {
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
		return outOfOrder(c.state)
	}
	if c.state == Named {
		c.state = Authorization // PASS comes next or not at all (RFC 1939, 7)
	}
	return cmd.run(ctx, c, args)
}

// outOfOrder tells what would be in order.
func outOfOrder(s State) Reply {
	switch s {
	case Transaction:
		return Err("", "out of order, you have logged in already")
	case Named:
		return Err("", "out of order, send PASS")
	default:
		return Err("", "out of order, log in first; PASS comes right after USER")
	}
}
