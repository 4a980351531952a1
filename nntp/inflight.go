package nntp

import (
	"sync"
	"time"
)

// flights are the articles that are on their way: offered by a CHECK that was
// answered with 238, or being stored. So an article that several peers have is
// sent by one and stored once (RFC 4644, 2.4.2; RFC 3977, 6.3.2.2).
type flights struct {
	mu     sync.Mutex
	byID   map[string]*flight
	offers []offer // those of CHECK, the oldest first
}

// A flight is one article.
type flight struct {
	from   *Conn         // who offered it; nil for what does not come from a Conn
	until  time.Time     // of an offer
	flying bool          // it is being stored
	landed chan struct{} // closed at its end; nil while nobody waits
}

type offer struct {
	id string
	f  *flight
}

// offerTime is how long a peer that was told to send an article has it for
// itself, and maxOffers how many such articles there are at most.
const (
	offerTime = 30 * time.Second
	maxOffers = 200_000
)

// A standing is what a peer is told that asks whether to send an article.
type standing uint8

const (
	wanted    standing = iota
	notWanted          // it is being stored as this very peer has sent it
	perhaps            // another peer is at it
)

// reply is that of CHECK (RFC 4644, 2.4.1).
func (s standing) reply(id string) Reply {
	switch s {
	case notWanted:
		return R(438, id)
	case perhaps:
		return R(431, id)
	}
	return R(238, id)
}

// flying says what c is told of an article that is being stored.
func (fs *flights) flying(id string, c *Conn) (standing, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f := fs.byID[id]; f != nil && f.flying {
		return f.standing(c), true
	}
	return wanted, false
}

// standing of c, while it is being stored.
func (f *flight) standing(c *Conn) standing {
	if f.from == c {
		return notWanted
	}
	return perhaps
}

// offer says whether c may send the article. If it may, others may not for a
// while.
func (fs *flights) offer(id string, c *Conn, now time.Time) standing {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.tidy(now)
	f := fs.byID[id]
	switch {
	case f == nil:
	case f.flying:
		return f.standing(c)
	case f.from == c && !f.over(now):
		return wanted // but not for longer: others must get their turn
	case f.over(now):
		f.from, f.until = c, now.Add(offerTime)
		return wanted
	default:
		return perhaps
	}
	if len(fs.offers) >= maxOffers {
		return wanted // it may come twice; only one of them is stored
	}
	f = &flight{from: c, until: now.Add(offerTime)}
	fs.put(id, f)
	fs.offers = append(fs.offers, offer{id, f})
	return wanted
}

// over reports whether an offer holds no more.
func (f *flight) over(now time.Time) bool {
	return now.After(f.until) || f.from != nil && f.from.flown.Load()
}

// tidy forgets the oldest offers, a few at a time. One that was renewed stays,
// as long as it takes to come to it again. The caller holds fs.mu.
func (fs *flights) tidy(now time.Time) {
	for range 2 {
		if len(fs.offers) == 0 {
			fs.offers = nil
			return
		}
		o := fs.offers[0]
		current := fs.byID[o.id] == o.f
		if current && !o.f.flying && !o.f.over(now) {
			return
		}
		fs.offers[0] = offer{}
		fs.offers = fs.offers[1:]
		if current && !o.f.flying {
			delete(fs.byID, o.id)
		}
	}
}

func (fs *flights) put(id string, f *flight) {
	if fs.byID == nil {
		fs.byID = make(map[string]*flight)
	}
	fs.byID[id] = f
}

// begin takes an article off, unless somebody else is storing it: then it
// returns what to wait for. An offer to somebody else does not hold up who has
// the article here and now. Asked says that c was told to send it, so that it was
// not here then.
func (fs *flights) begin(id string, c *Conn) (wait <-chan struct{}, asked bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.byID[id]
	switch {
	case f == nil:
		fs.put(id, &flight{from: c, flying: true})
	case f.flying:
		if f.landed == nil {
			f.landed = make(chan struct{})
		}
		return f.landed, false
	default:
		asked = f.from == c && c != nil
		f.from, f.flying = c, true
	}
	return nil, asked
}

// end ends what begin began.
func (fs *flights) end(id string) {
	fs.mu.Lock()
	f := fs.byID[id]
	delete(fs.byID, id)
	fs.mu.Unlock()
	if f != nil && f.landed != nil {
		close(f.landed)
	}
}

// busy reports whether the article is being stored, or was offered by another
// peer.
func (fs *flights) busy(id string, c *Conn, now time.Time) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.byID[id]
	return f != nil && (f.flying || f.from != c && !f.over(now))
}
