package smtp

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// Limits bounds what one client, or all of them, can use. A zero field means
// its default, a negative one no limit, except where that would let a client
// use memory without bound.
type Limits struct {
	Message    int64 // octets of a message, advertised as SIZE; 50 MiB
	TextLine   int   // octets of a line of a message; 65536
	Recipients int   // of one transaction; 1000 (RFC 5321, 4.5.3.1.8 asks for 100)
	Line       int   // octets of a command with CRLF; 2048 (RFC 5321, 4.5.3.1.4 asks for 512), at most 65536
	AuthLine   int   // the same for AUTH; 12288 (RFC 4954, 4), at most 65536

	Errors   int // commands in error before the server hangs up; 20
	Refusals int // other permanent refusals before the server hangs up; 200
	Logins   int // failed logins before the server hangs up; 5
	Junk     int // commands such as NOOP between two messages, beyond which they count as errors; 100
	Mails    int // MAIL commands of one conversation, good or bad, advertised as MAILMAX (RFC 9422, 4.1); none

	TarpitAfter int           // errors and refusals before the server answers more of them slowly; 10
	Tarpit      time.Duration // how slowly; 1 second

	Conns        int // conversations at once; 10000
	ConnsPerAddr int // the same from one IPv4 address or IPv6 /64 network; 100

	Command   time.Duration // to send a command; 5 minutes (RFC 5321, 4.5.3.2.7)
	Write     time.Duration // to take 64 KiB of replies; 5 minutes
	Handshake time.Duration // for TLS; 1 minute

	BodyRate  int           // octets a second of a message, on average after BodyGrace; 500
	BodyGrace time.Duration // 3 minutes
	BodyStall time.Duration // the longest silence in a message; 3 minutes (RFC 5321, 4.5.3.2.5)
	BodyTime  time.Duration // for a whole message; 2 hours
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Message:      cmp.Or(l.Message, 50<<20),
		TextLine:     cmp.Or(l.TextLine, 65536),
		Recipients:   orDefault(l.Recipients, 1000),
		Line:         min(orDefault(l.Line, 2048), wire.MaxLine),
		AuthLine:     min(orDefault(l.AuthLine, 12288), wire.MaxLine),
		Errors:       cmp.Or(l.Errors, 20),
		Refusals:     cmp.Or(l.Refusals, 200),
		Logins:       cmp.Or(l.Logins, 5),
		Junk:         cmp.Or(l.Junk, 100),
		Mails:        l.Mails,
		TarpitAfter:  cmp.Or(l.TarpitAfter, 10),
		Tarpit:       cmp.Or(l.Tarpit, time.Second),
		Conns:        cmp.Or(l.Conns, 10000),
		ConnsPerAddr: cmp.Or(l.ConnsPerAddr, 100),
		Command:      cmp.Or(l.Command, 5*time.Minute),
		Write:        cmp.Or(l.Write, 5*time.Minute),
		Handshake:    cmp.Or(l.Handshake, time.Minute),
		BodyRate:     cmp.Or(l.BodyRate, 500),
		BodyGrace:    cmp.Or(l.BodyGrace, 3*time.Minute),
		BodyStall:    cmp.Or(l.BodyStall, 3*time.Minute),
		BodyTime:     cmp.Or(l.BodyTime, 2*time.Hour),
	}
}

// orDefault is for a limit that guards memory: there is no way to have none.
func orDefault(n, or int) int {
	if n <= 0 {
		return or
	}
	return n
}

func (l *Limits) timeouts() wire.Timeouts {
	return wire.Timeouts{
		Line:  l.Command,
		Write: l.Write,
		Body: wire.Progress{
			Rate:  l.BodyRate,
			Grace: l.BodyGrace,
			Stall: l.BodyStall,
			Whole: l.BodyTime,
		},
	}
}

func (l *Limits) body() wire.BodyLimit {
	return wire.BodyLimit{Size: max(0, l.Message), Line: max(0, l.TextLine)}
}

// over reports whether n is beyond a limit that may be none.
func over(n, limit int) bool { return limit >= 0 && n > limit }
