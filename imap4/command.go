package imap4

import (
	"context"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A ConnState is where a conversation stands. States are bits, so that a command
// can name all those that allow it.
type ConnState uint8

// The states of a conversation (RFC 9051, 3).
const (
	NotAuthenticated ConnState = 1 << iota // connected, or TLS has just begun
	Authenticated                          // logged in
	Selected                               // a mailbox is open
	Logout                                 // no command comes any more

	loggedIn = Authenticated | Selected
	anyTime  = NotAuthenticated | loggedIn
)

// What is to be known of a command besides where it may come.
type traits uint8

const (
	// quiet commands have sequence numbers in them or in their answer: no
	// EXPUNGE is told with it (RFC 9051, 7.5.1), and UIDONLY refuses them
	// (RFC 9586, 3).
	quiet traits = 1 << iota
	// barriers change how what follows is to be read, or who answers it, and
	// talk with the client: they have no limit of time of their own. (The next
	// command is not looked at before any one is done.)
	barrier
	// fresh commands look for news however busy the client is.
	fresh
	// slow commands take as long as the client does, and have no limit.
	slow
	// blind commands leave the mailbox's news for the next one.
	blind
	// asks is for commands that are there for the news alone.
	asks
)

// A command is one line of the table below.
type command struct {
	verb    string
	in      ConnState
	traits  traits
	offered func(*Conn) bool // nil: always
	run     func(context.Context, *Conn, *parser) Reply

	// streams reports, of a text that ends in the announcement of a literal,
	// whether that is a message, which the command reads from the connection
	// itself, and else what is wrong with it. Nil: none is.
	streams func(*parser) (bool, Reply)
}

// A Verb is what the command table says of a command, for programs that check
// or describe servers.
type Verb struct {
	Name string
	In   ConnState // the states that it may come in
}

// Verbs returns the command table. Those that begin with UID are two words.
func Verbs() []Verb {
	all := commands
	verbs := make([]Verb, len(all))
	for i, cmd := range all {
		verbs[i] = Verb{Name: cmd.verb, In: cmd.in}
	}
	return verbs
}

// do joins a parser to the handler of what it parses.
func do[A any](parse func(*parser) A, handle func(*Conn, context.Context, A) Reply) func(context.Context, *Conn, *parser) Reply {
	return func(ctx context.Context, c *Conn, p *parser) Reply {
		args := parse(p)
		if p.err != nil {
			r := p.refusal()
			if p.saves && r.Status == StatusNO {
				c.saved = nil // RFC 5182, 2.1
			}
			return r
		}
		return handle(c, ctx, args)
	}
}

// find returns the command that text begins with, nil if there is none, and its
// arguments with the space before them.
func find(text string) (*command, string) {
	verb, rest := cutWord(text)
	uid := ascii.EqualFold(verb, "UID") && strings.HasPrefix(rest, " ")
	if uid {
		verb, rest = cutWord(rest[1:])
	}
	for i := range commands {
		name, with := strings.CutPrefix(commands[i].verb, "UID ")
		if uid == with && ascii.EqualFold(verb, name) {
			return &commands[i], rest
		}
	}
	return nil, ""
}

// cutWord parts s before its first space.
func cutWord(s string) (word, rest string) {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// outOfOrder tells what would be in order.
func outOfOrder(s ConnState) Reply {
	switch s {
	case NotAuthenticated:
		return bad("out of order, log in first")
	case Authenticated:
		return bad("out of order, you have logged in and no mailbox is selected")
	default:
		return bad("out of order, you have logged in already")
	}
}
