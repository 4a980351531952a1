package pop3

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// Limits bounds what one client, or all of them, can use. A zero field means
// its default, a negative one no limit, except where that would let a client
// use memory without bound.
type Limits struct {
	Line     int // octets of a command with CRLF; 255 (RFC 2449, 4), at most 65536
	AuthLine int // the same for AUTH and what answers its challenges; 12288 (RFC 4954, 4, for lack of a number in RFC 5034), at most 65536

	Errors   int // commands in error before the server hangs up; 20
	Refusals int // other refusals before the server hangs up; 200
	Logins   int // failed logins before the server hangs up; 5

	Conns        int // conversations at once; 10000
	ConnsPerAddr int // the same from one IPv4 address or IPv6 /64 network; 100

	Command   time.Duration // to send a command; 10 minutes, and RFC 1939, 3 allows no less
	Write     time.Duration // to take 64 KiB of replies; 5 minutes
	Handshake time.Duration // for TLS; 1 minute
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Line:         min(orDefault(l.Line, 255), wire.MaxLine),
		AuthLine:     min(orDefault(l.AuthLine, 12288), wire.MaxLine),
		Errors:       cmp.Or(l.Errors, 20),
		Refusals:     cmp.Or(l.Refusals, 200),
		Logins:       cmp.Or(l.Logins, 5),
		Conns:        cmp.Or(l.Conns, 10000),
		ConnsPerAddr: cmp.Or(l.ConnsPerAddr, 100),
		Command:      cmp.Or(l.Command, 10*time.Minute),
		Write:        cmp.Or(l.Write, 5*time.Minute),
		Handshake:    cmp.Or(l.Handshake, time.Minute),
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
	return wire.Timeouts{Line: l.Command, Write: l.Write}
}

// over reports whether n is beyond a limit that may be none.
func over(n, limit int) bool { return limit >= 0 && n > limit }
