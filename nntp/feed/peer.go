package feed

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/nntp"
)

// A Peer is a server that Push feeds. Name, Groups and Dial must be set; the
// other fields' zero values are their defaults. They must not be changed once the
// Push is in use.
type Peer struct {
	// Name is the peer's path identity (RFC 5536, 3.1.5): what has been there
	// already, by its Path, is not sent. No two peers have the same.
	Name    string
	Exclude []string // further path identities of which the same holds

	// Groups are the newsgroups of which one must be among an article's. One
	// that it poisons keeps the article from the peer.
	Groups nntp.Wildmat

	// Distributions are those of which one must be among an article's, if it
	// names any (RFC 5536, 3.2.4); empty is all. They are matched in lower case.
	Distributions nntp.Wildmat

	MaxSize      int64 // octets of an article; 0 is no limit
	MaxCrosspost int   // newsgroups of an article; 0 is no limit
	MaxHops      int   // servers in its Path, of which this one may be one; 0 is no limit

	// Dial connects and logs in. The Client should be made with Options.Feed.
	Dial func(context.Context) (*nntp.Client, error)

	NoStreaming bool // offer by IHAVE also if the peer can stream

	Conns  int           // connections at once; 2. One carries a small feed
	Window int           // answers that may be to come on a connection; 50, at most 100
	Idle   time.Duration // without news before a connection is ended; 1 minute, and no end if it is negative

	// Backlog keeps what is to be sent. If it is nil that is forgotten when the
	// program ends.
	Backlog    Backlog
	MaxBacklog int           // articles in it, beyond which the oldest are dropped; 100,000
	MaxAge     time.Duration // how long an article is offered; 3 days

	Retry Pauses // after a connection that failed; 5 seconds to 10 minutes
	Defer Pauses // of an article that the peer wants to be offered later; 15 seconds to 30 minutes
}

// Pauses are how long to wait before the next attempt: Min after the first, twice
// as long each time, at most Max.
type Pauses struct{ Min, Max time.Duration }

// after is the pause after n attempts, of which there was one at least.
func (p Pauses) after(n int) time.Duration {
	d := p.Min
	for range min(n-1, 60) {
		if d *= 2; d >= p.Max {
			return p.Max
		}
	}
	return min(d, p.Max)
}

func (p Pauses) orDefaults(lo, hi time.Duration) Pauses {
	p.Min = max(cmp.Or(p.Min, lo), time.Millisecond)
	p.Max = max(cmp.Or(p.Max, hi), p.Min)
	return p
}

func (p *Peer) orDefaults() Peer {
	d := *p
	d.Conns = cmp.Or(max(0, d.Conns), 2)
	d.Window = cmp.Or(max(0, d.Window), 50)
	d.Idle = cmp.Or(d.Idle, time.Minute)
	d.MaxBacklog = cmp.Or(max(0, d.MaxBacklog), 100_000)
	d.MaxAge = cmp.Or(d.MaxAge, 72*time.Hour)
	d.Retry = d.Retry.orDefaults(5*time.Second, 10*time.Minute)
	d.Defer = d.Defer.orDefaults(15*time.Second, 30*time.Minute)
	return d
}

// Wants reports whether an article is for the peer.
func (p *Peer) Wants(a *nntp.Candidate) bool {
	if p.MaxSize > 0 && a.Size > p.MaxSize || p.MaxCrosspost > 0 && len(a.Newsgroups) > p.MaxCrosspost {
		return false
	}
	return p.wantsGroups(a.Newsgroups) && p.wantsDistribution(a.Header.List("Distribution")) && p.wantsPath(a)
}

func (p *Peer) wantsGroups(groups []string) bool {
	if slices.ContainsFunc(groups, p.Groups.Poisons) {
		return false
	}
	return slices.ContainsFunc(groups, p.Groups.Match)
}

func (p *Peer) wantsDistribution(names []string) bool {
	match := func(name string) bool { return p.Distributions.Match(ascii.Lower(name)) }
	return p.Distributions.IsEmpty() || len(names) == 0 || slices.ContainsFunc(names, match)
}

// wantsPath keeps an article from going where it has been.
func (p *Peer) wantsPath(a *nntp.Candidate) bool {
	if a.Source != nil && a.Source.Access.Peer != "" && p.is(a.Source.Access.Peer) {
		return false
	}
	hops := 0
	for identity := range identities(a.Path) {
		if hops++; p.is(identity) {
			return false
		}
	}
	return p.MaxHops <= 0 || hops <= p.MaxHops
}

// is reports whether a path identity is the peer's.
func (p *Peer) is(identity string) bool {
	return ascii.EqualFold(identity, p.Name) || slices.ContainsFunc(p.Exclude, func(s string) bool { return ascii.EqualFold(s, identity) })
}

// identities yields the path identities of a Path: neither its last entry, which
// is no server (RFC 5536, 3.1.5), nor diagnostics such as ".POSTED".
func identities(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			entry, rest, more := strings.Cut(path, "!")
			if !more {
				return
			}
			entry, path = strings.Trim(entry, " \t\r\n"), rest
			if entry != "" && entry[0] != '.' && !yield(entry) {
				return
			}
		}
	}
}
