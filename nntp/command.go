package nntp

import (
	"context"
	"errors"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A State is where a conversation stands. States are bits, so that a command
// can name all those that allow it.
type State uint8

// The states of a conversation. RFC 3977 has none; these are what the
// extensions make of it.
const (
	Fresh      State = 1 << iota // nobody has logged in
	LoggedIn                     // somebody has (RFC 4643, 2.2)
	Compressed                   // COMPRESS is active, with or without a login (RFC 8054, 2.2.2)

	anyTime = Fresh | LoggedIn | Compressed
)

// A command is one line of the table below.
type command struct {
	verb, keyword string
	in            State
	needs         func(*Conn) bool // what access must permit; nil: nothing
	run           func(context.Context, *Conn, string) Reply
}

// commands is the protocol: each verb with its keyword, when it may come, what
// the client must be permitted, how the arguments read, and who answers it. A
// line without a keyword is for what no other line of the verb is for.
var commands = []command{
	{"TAKETHIS", "", anyTime, nil, do(text, (*Conn).takeThis)},                         // RFC 4644, 2.5
	{"CHECK", "", anyTime, (*Conn).mayStream, do(messageID, (*Conn).check)},            // RFC 4644, 2.4
	{"IHAVE", "", anyTime, (*Conn).mayFeed, do(messageID, (*Conn).ihave)},              // RFC 3977, 6.3.2
	{"MODE", "STREAM", anyTime, (*Conn).mayStream, do(nothing, (*Conn).modeStream)},    // RFC 4644, 2.3
	{"MODE", "READER", anyTime, nil, do(nothing, (*Conn).modeReader)},                  // RFC 3977, 5.3
	{"CAPABILITIES", "", anyTime, nil, do(maybeKeyword, (*Conn).capabilities)},         // RFC 3977, 5.2
	{"GROUP", "", anyTime, (*Conn).mayRead, do(groupName, (*Conn).selectGroup)},        // RFC 3977, 6.1.1
	{"LISTGROUP", "", anyTime, (*Conn).mayRead, do(listGroupArgs, (*Conn).listGroup)},  // RFC 3977, 6.1.2
	{"LAST", "", anyTime, (*Conn).mayRead, do(nothing, (*Conn).last)},                  // RFC 3977, 6.1.3
	{"NEXT", "", anyTime, (*Conn).mayRead, do(nothing, (*Conn).next)},                  // RFC 3977, 6.1.4
	{"ARTICLE", "", anyTime, (*Conn).mayRead, do(articleArg, (*Conn).article)},         // RFC 3977, 6.2.1
	{"HEAD", "", anyTime, (*Conn).mayRead, do(articleArg, (*Conn).head)},               // RFC 3977, 6.2.2
	{"BODY", "", anyTime, (*Conn).mayRead, do(articleArg, (*Conn).body)},               // RFC 3977, 6.2.3
	{"STAT", "", anyTime, (*Conn).mayRead, do(articleArg, (*Conn).stat)},               // RFC 3977, 6.2.4
	{"OVER", "", anyTime, (*Conn).mayRead, do(rangeArg, (*Conn).over)},                 // RFC 3977, 8.3
	{"XOVER", "", anyTime, (*Conn).mayRead, do(rangeArg, (*Conn).xover)},               // RFC 2980, 2.8
	{"HDR", "", anyTime, (*Conn).mayRead, do(headerArgs, (*Conn).hdr)},                 // RFC 3977, 8.5
	{"XHDR", "", anyTime, (*Conn).mayRead, do(headerArgs, (*Conn).xhdr)},               // RFC 2980, 2.6
	{"XPAT", "", anyTime, (*Conn).mayRead, do(patArgs, (*Conn).xpat)},                  // RFC 2980, 2.9
	{"XROVER", "", anyTime, (*Conn).mayRead, do(rangeArg, (*Conn).xrover)},             // RFC 2980, 2.11
	{"XGTITLE", "", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).xgtitle)},       // RFC 2980, 2.4
	{"LIST", "ACTIVE", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).listActive)}, // RFC 3977, 7.6.3
	{"LIST", "ACTIVE.TIMES", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).listTimes)},
	{"LIST", "COUNTS", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).listCounts)}, // RFC 6048, 2.2
	{"LIST", "DISTRIB.PATS", anyTime, (*Conn).mayRead, do(nothing, (*Conn).listDistribPats)},
	{"LIST", "DISTRIBUTIONS", anyTime, (*Conn).mayRead, do(nothing, (*Conn).listDistributions)},
	{"LIST", "HEADERS", anyTime, (*Conn).mayRead, do(headersArg, (*Conn).listHeaders)}, // RFC 3977, 8.6
	{"LIST", "MODERATORS", anyTime, (*Conn).mayRead, do(nothing, (*Conn).listModerators)},
	{"LIST", "MOTD", anyTime, (*Conn).mayRead, do(nothing, (*Conn).listMOTD)},
	{"LIST", "NEWSGROUPS", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).listNewsgroups)},
	{"LIST", "OVERVIEW.FMT", anyTime, (*Conn).mayRead, do(nothing, (*Conn).listOverviewFmt)},
	{"LIST", "SUBSCRIPTIONS", anyTime, (*Conn).mayRead, do(maybeWildmat, (*Conn).listSubscriptions)},
	{"LIST", "", anyTime, (*Conn).mayRead, do(noKeyword, (*Conn).listActive)},
	{"NEWGROUPS", "", anyTime, (*Conn).mayRead, do(sinceArgs, (*Conn).newGroups)},  // RFC 3977, 7.3
	{"NEWNEWS", "", anyTime, (*Conn).mayNewNews, do(newNewsArgs, (*Conn).newNews)}, // RFC 3977, 7.4
	{"POST", "", anyTime, nil, do(nothing, (*Conn).post)},                          // RFC 3977, 6.3.1
	{"DATE", "", anyTime, nil, do(nothing, (*Conn).date)},                          // RFC 3977, 7.1
	{"HELP", "", anyTime, nil, do(nothing, (*Conn).help)},                          // RFC 3977, 7.2
	{"AUTHINFO", "USER", Fresh, nil, do(name, (*Conn).user)},                       // RFC 4643, 2.3
	{"AUTHINFO", "PASS", Fresh, nil, do(password, (*Conn).pass)},                   // RFC 4643, 2.3
	{"AUTHINFO", "SASL", Fresh, nil, do(saslArgs, (*Conn).sasl)},                   // RFC 4643, 2.4
	{"STARTTLS", "", Fresh, nil, do(nothing, (*Conn).startTLS)},                    // RFC 4642, 2.2
	{"COMPRESS", "", Fresh | LoggedIn, nil, do(word, (*Conn).compress)},            // RFC 8054, 2.2
	{"QUIT", "", anyTime, nil, do(nothing, (*Conn).quit)},                          // RFC 3977, 5.4
}

// A Verb is what the command table says of a command, for programs that check
// or describe servers.
type Verb struct {
	Name string // with its keyword: "LIST ACTIVE"
	In   State  // the states that it may come in
}

// Verbs returns the command table.
func Verbs() []Verb {
	verbs := make([]Verb, len(commands))
	for i := range commands {
		verbs[i] = Verb{Name: commands[i].name(), In: commands[i].in}
	}
	return verbs
}

func (cmd *command) name() string {
	if cmd.keyword == "" {
		return cmd.verb
	}
	return cmd.verb + " " + cmd.keyword
}

// streams reports whether cmd may come while articles before it are being
// stored.
func (cmd *command) streams() bool { return cmd.verb == "TAKETHIS" || cmd.verb == "CHECK" }

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

// find returns the command that line begins with, nil if there is none, and its
// arguments. Known says that there is the verb at least.
func find(line string) (cmd *command, args string, known bool) {
	verb, args := cutWord(line)
	keyword := ""
	for i := range commands {
		cmd := &commands[i]
		if !ascii.EqualFold(verb, cmd.verb) {
			continue
		}
		if cmd.keyword == "" {
			return cmd, args, true
		}
		rest := args
		if keyword, rest = cutWord(args); ascii.EqualFold(keyword, cmd.keyword) {
			return cmd, rest, true
		}
		known = true
	}
	return nil, "", known
}

// cutWord cuts s behind its first word. Words are parted by spaces and TABs (RFC
// 3977, 3.1).
func cutWord(s string) (word, rest string) {
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimLeft(s[i:], " \t")
	}
	return s, ""
}

// answer runs cmd, if it may come now.
func (c *Conn) answer(ctx context.Context, cmd *command, args string) Reply {
	switch {
	case cmd.in&c.state == 0:
		return c.outOfState()
	case cmd.needs != nil && !cmd.needs(c):
		return c.forbidden()
	}
	return cmd.run(ctx, c, args)
}

// outOfState tells why a command may not come any more.
func (c *Conn) outOfState() Reply {
	if c.state == Compressed {
		return notCompressed
	}
	return alreadyLoggedIn
}
