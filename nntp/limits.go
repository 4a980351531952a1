package nntp

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/internal/wire"
)

// Limits bounds what one client, or all of them, can use. A zero field means
// its default, a negative one no limit, except where that would let a client
// use memory without bound.
type Limits struct {
	Line     int // octets of a command with CRLF; 512 (RFC 3977, 3.1), at most 65536
	AuthLine int // the same for AUTHINFO SASL and what answers its challenges; 12288, at most 65536

	Article      int64 // octets of an article; 1 MiB
	ArticleLine  int   // octets of a line of a posted article without CRLF; 998 (RFC 5536, 2.2)
	ArticleGroup int   // newsgroups of an article; 50
	Header       int   // octets of an article's header; 64 KiB

	InFlight     int   // articles of one feed that are being stored at once; 128
	InFlightSize int64 // their octets, but for one article; 4 MiB

	// RefusedIDs is of how many articles that were refused for good it is
	// remembered for a day who sent them, who is told so at the next offer
	// without sending them again; 100,000.
	RefusedIDs int

	// Opened is how many articles one HDR, XHDR or XPAT may open, for a field that
	// is not in the overview; 10,000.
	Opened int

	Posts     int           // articles that one poster, or one address without a login, may post in PostsTime; 100
	PostsTime time.Duration // 1 hour

	Errors   int // commands in error before the server hangs up; 20
	Refusals int // other refusals, but for what is not there, of a client that does not feed before the server hangs up; 200
	Logins   int // failed logins before the server hangs up; 5

	Conns        int // conversations at once; 10000
	ConnsPerAddr int // the same from one IPv4 address or IPv6 /64 network; 100

	Command   time.Duration // to send a command; 10 minutes, and RFC 3977, 3.1 wants 3 at least
	Write     time.Duration // to take 64 KiB of replies; 5 minutes
	Handshake time.Duration // for TLS; 1 minute
	Body      time.Duration // the longest silence within an article; 3 minutes
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Line:         min(orDefault(l.Line, 512), wire.MaxLine),
		AuthLine:     min(orDefault(l.AuthLine, 12288), wire.MaxLine),
		Article:      orDefault(l.Article, 1<<20),
		ArticleLine:  cmp.Or(l.ArticleLine, 998),
		ArticleGroup: orDefault(l.ArticleGroup, 50),
		Header:       orDefault(l.Header, 64<<10),
		InFlight:     orDefault(l.InFlight, 128),
		InFlightSize: orDefault(l.InFlightSize, 4<<20),
		RefusedIDs:   cmp.Or(l.RefusedIDs, 100_000),
		Opened:       cmp.Or(l.Opened, 10_000),
		Posts:        cmp.Or(l.Posts, 100),
		PostsTime:    cmp.Or(l.PostsTime, time.Hour),
		Errors:       cmp.Or(l.Errors, 20),
		Refusals:     cmp.Or(l.Refusals, 200),
		Logins:       cmp.Or(l.Logins, 5),
		Conns:        cmp.Or(l.Conns, 10000),
		ConnsPerAddr: cmp.Or(l.ConnsPerAddr, 100),
		Command:      cmp.Or(l.Command, 10*time.Minute),
		Write:        cmp.Or(l.Write, 5*time.Minute),
		Handshake:    cmp.Or(l.Handshake, time.Minute),
		Body:         cmp.Or(l.Body, 3*time.Minute),
	}
}

// orDefault is for a limit that guards memory: there is no way to have none.
func orDefault[N int | int64](n, or N) N {
	if n <= 0 {
		return or
	}
	return n
}

func (l *Limits) timeouts() wire.Timeouts {
	return wire.Timeouts{
		Line:  l.Command,
		Write: l.Write,
		Body:  wire.Progress{Rate: bodyRate, Grace: bodyGrace, Stall: l.Body},
	}
}

// An article must come at bodyRate octets a second, after bodyGrace.
const (
	bodyRate  = 500
	bodyGrace = 3 * time.Minute
)

// over reports whether n is beyond a limit that may be none.
func over(n, limit int) bool { return limit >= 0 && n > limit }
