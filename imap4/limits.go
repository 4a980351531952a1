package imap4

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// Limits bounds what one client, or all of them, can use. A zero field means
// its default, a negative one no limit, except where that would let a client
// use memory without bound.
type Limits struct {
	LineBefore    int // octets of a command's line with CRLF before a login; 8192, at most 65536
	Line          int // the same after it; 65536, at most that
	LiteralBefore int // octets of a literal that is an argument, before a login; 4096
	Literal       int // the same after it; 65536
	Literals      int // literals in one command; 1000
	CommandBytes  int // octets of a command, its literals included; 262144, and before a login no more than a line and two literals
	Refused       int // octets of a refused literal that are read and dropped instead of hanging up; 1048576

	Nesting     int // parentheses and NOTs within each other; 64
	SearchKeys  int // keys of a search; 1000
	SetRanges   int // ranges in a sequence set; 40000
	FetchItems  int // data items of FETCH; 100
	HeaderNames int // names in HEADER.FIELDS; 200
	Patterns    int // patterns of LIST; 100

	AppendSize int64 // octets of a message; 100 MiB
	Appends    int   // messages in one APPEND; 1000
	Messages   int   // messages that one command works on (RFC 9738); 0 is no limit

	BadBefore int // commands in error before a login; 3
	Bad       int // the same after it, one after the other; 50
	Logins    int // failed logins before the server hangs up; 3

	Conns        int // conversations at once; 10000
	ConnsPerAddr int // the same from one IPv4 address or IPv6 /64 network; 100
	ConnsPerUser int // the same of one user, logged in; 100

	Summaries int64 // octets of what is remembered about messages, for all clients; 64 MiB

	LoginTime time.Duration // from the greeting to the login; 3 minutes
	Idle      time.Duration // to send a command, or DONE; 30 minutes, and RFC 9051, 5.4 allows no less
	Write     time.Duration // to take 64 KiB of responses; 5 minutes
	Command   time.Duration // for the store to carry out a command; 10 minutes
	Handshake time.Duration // for TLS; 1 minute
	Poll      time.Duration // between two looks at the mailbox of a client in IDLE that the store did not ask for; 1 minute
	Progress  time.Duration // between two words that a command goes on (RFC 9585); 10 seconds
}

func (l Limits) orDefaults() Limits {
	return Limits{
		LineBefore:    min(orDefault(l.LineBefore, 8<<10), wire.MaxLine),
		Line:          min(orDefault(l.Line, wire.MaxLine), wire.MaxLine),
		LiteralBefore: orDefault(l.LiteralBefore, 4<<10),
		Literal:       orDefault(l.Literal, 64<<10),
		Literals:      orDefault(l.Literals, 1000),
		CommandBytes:  orDefault(l.CommandBytes, 256<<10),
		Refused:       cmp.Or(l.Refused, 1<<20),
		Nesting:       min(orDefault(l.Nesting, 64), 1000),
		SearchKeys:    orDefault(l.SearchKeys, 1000),
		SetRanges:     orDefault(l.SetRanges, 40_000),
		FetchItems:    orDefault(l.FetchItems, 100),
		HeaderNames:   orDefault(l.HeaderNames, 200),
		Patterns:      orDefault(l.Patterns, 100),
		AppendSize:    cmp.Or(l.AppendSize, 100<<20),
		Appends:       orDefault(l.Appends, 1000),
		Messages:      max(l.Messages, 0),
		BadBefore:     cmp.Or(l.BadBefore, 3),
		Bad:           cmp.Or(l.Bad, 50),
		Logins:        cmp.Or(l.Logins, 3),
		Conns:         cmp.Or(l.Conns, 10000),
		ConnsPerAddr:  cmp.Or(l.ConnsPerAddr, 100),
		ConnsPerUser:  cmp.Or(l.ConnsPerUser, 100),
		Summaries:     cmp.Or(l.Summaries, 64<<20),
		LoginTime:     cmp.Or(l.LoginTime, 3*time.Minute),
		Idle:          cmp.Or(l.Idle, 30*time.Minute),
		Write:         cmp.Or(l.Write, 5*time.Minute),
		Command:       cmp.Or(l.Command, 10*time.Minute),
		Handshake:     cmp.Or(l.Handshake, time.Minute),
		Poll:          max(cmp.Or(l.Poll, time.Minute), time.Second),
		Progress:      cmp.Or(l.Progress, 10*time.Second),
	}
}

// orDefault is for a limit that guards memory: there is no way to have none.
func orDefault(n, or int) int {
	if n <= 0 {
		return or
	}
	return n
}

// The pace of a message that comes in: it may be slow, but not stand still.
const (
	bodyRate  = 100 // octets a second
	bodyGrace = 5 * time.Minute
)

func (l *Limits) timeouts() wire.Timeouts {
	return wire.Timeouts{
		Line:  l.Idle,
		Write: l.Write,
		Body:  wire.Progress{Rate: bodyRate, Grace: bodyGrace, Stall: l.Write},
	}
}

// over reports whether n is beyond a limit that may be none.
func over[N int | int64](n, limit N) bool { return limit >= 0 && n > limit }
