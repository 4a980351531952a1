package smtp

import (
	"context"
	"errors"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A State is where a conversation stands. States are bits, so that a command
// can name all those that allow it.
type State uint8

// The states of a conversation.
const (
	Start    State = 1 << iota // connected, or TLS has just begun
	Greeted                    // after HELO or EHLO
	Mailed                     // after MAIL
	Ready                      // after the first accepted RCPT
	Chunking                   // between two chunks of a message
	Failed                     // after a chunk that was refused, until the last one

	anyTime = Start | Greeted | Mailed | Ready | Chunking | Failed
	idle    = Start | Greeted | Mailed | Ready | Failed // the Session is in no call
)

// A command is one line of the table below.
type command struct {
	verb    string
	in      State
	offered func(*Conn) bool // nil: always
	run     func(context.Context, *Conn, string) Reply

	// skip consumes what follows a command that may not come now; nil: nothing
	// does.
	skip func(context.Context, *Conn, string) Reply
}

// commands is the protocol: each verb, when it may come, whether it is
// offered, how its arguments read, and who answers it.
var commands = []command{
	{verb: "EHLO", in: anyTime, offered: (*Conn).isSMTP, run: do(hello, (*Conn).ehlo)},                                    // RFC 5321, 4.1.1.1
	{verb: "HELO", in: anyTime, offered: (*Conn).isSMTP, run: do(hello, (*Conn).helo)},                                    // RFC 5321, 4.1.1.1
	{verb: "LHLO", in: anyTime, offered: (*Conn).isLMTP, run: do(hello, (*Conn).ehlo)},                                    // RFC 2033, 4.1
	{verb: "MAIL", in: Greeted, run: do(mailArgs, (*Conn).mail)},                                                          // RFC 5321, 4.1.1.2
	{verb: "RCPT", in: Mailed | Ready, run: do(rcptArgs, (*Conn).rcpt)},                                                   // RFC 5321, 4.1.1.3
	{verb: "DATA", in: Ready, run: do(nothing, (*Conn).data)},                                                             // RFC 5321, 4.1.1.4
	{verb: "BDAT", in: Ready | Chunking | Failed, run: do(bdatArgs, (*Conn).bdat), skip: do(bdatArgs, (*Conn).skipChunk)}, // RFC 3030, 2
	{verb: "BURL", in: Ready | Chunking | Failed, offered: (*Conn).hasBURL, run: do(burlArgs, (*Conn).burl)},              // RFC 4468, 3
	{verb: "RSET", in: anyTime, run: do(nothing, (*Conn).rset)},                                                           // RFC 5321, 4.1.1.5
	{verb: "VRFY", in: idle, run: do(something, (*Conn).vrfy)},                                                            // RFC 5321, 4.1.1.6
	{verb: "EXPN", in: idle, run: do(something, (*Conn).expn)},                                                            // RFC 5321, 4.1.1.7
	{verb: "HELP", in: anyTime, run: do(text, (*Conn).help)},                                                              // RFC 5321, 4.1.1.8
	{verb: "NOOP", in: anyTime, run: do(text, (*Conn).noop)},                                                              // RFC 5321, 4.1.1.9
	{verb: "QUIT", in: anyTime, run: do(nothing, (*Conn).quit)},                                                           // RFC 5321, 4.1.1.10
	{verb: "STARTTLS", in: Greeted, offered: (*Conn).hasTLS, run: do(nothing, (*Conn).startTLS)},                          // RFC 3207, 4
	{verb: "AUTH", in: Greeted, offered: (*Conn).hasAuth, run: do(authArgs, (*Conn).authenticate)},                        // RFC 4954, 4
	{verb: "ETRN", in: Greeted, offered: (*Conn).hasETRN, run: do(etrnArgs, (*Conn).etrn)},                                // RFC 1985, 5
	{verb: "ATRN", in: Greeted, offered: (*Conn).hasATRN, run: do(atrnArgs, (*Conn).atrn)},                                // RFC 2645, 5
	{verb: "TURN", in: anyTime, offered: (*Conn).hasTURN, run: do(text, (*Conn).turn)},                                    // RFC 5321, F.1
	{verb: "XCLIENT", in: Start | Greeted, offered: (*Conn).hasXCLIENT, run: do(attributeArgs, (*Conn).xclient)},          // Postfix XCLIENT_README
	{verb: "XFORWARD", in: Greeted, offered: (*Conn).hasXFORWARD, run: do(attributeArgs, (*Conn).xforward)},               // Postfix XFORWARD_README
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
			return parseReply(err)
		}
		return handle(c, ctx, args)
	}
}

// parseReply is the answer to arguments that do not parse.
func parseReply(err error) Reply {
	if r, ok := errors.AsType[Reply](err); ok {
		return r
	}
	return badSyntax
}

// find returns the command that line begins with, nil if there is none, and
// its arguments.
func find(table []command, line string) (*command, string) {
	verb, args, _ := strings.Cut(line, " ")
	for i := range table {
		if ascii.EqualFold(verb, table[i].verb) {
			return &table[i], args
		}
	}
	return nil, ""
}

// answer runs a command, if it may come now.
func (c *Conn) answer(ctx context.Context, cmd *command, args string) Reply {
	if cmd.verb == "MAIL" {
		c.mails++ // whatever becomes of it (RFC 9422, 4.1)
	}
	switch {
	case cmd.offered != nil && !cmd.offered(c):
		return notOffered
	case cmd.in&c.state != 0:
		return cmd.run(ctx, c, args)
	case cmd.skip != nil:
		return cmd.skip(ctx, c, args)
	}
	return outOfOrder(cmd, c.state)
}

// outOfOrder tells what would be in order.
func outOfOrder(cmd *command, s State) Reply {
	const code = 503
	e := Enhanced{5, 5, 1}
	switch {
	case s == Chunking:
		return R(code, e, "out of order, a message is coming; send BDAT or RSET")
	case s == Failed:
		return R(code, e, "out of order, a chunk was refused; send RSET")
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
