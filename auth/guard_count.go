package auth

import (
	"cmp"
	"errors"
	"time"
)

// underWay is how many logins of a name or an address may be between Begin and
// their outcome before more have to wait. So many devices of one person, or people
// of one office, begin at once when a server comes back.
const underWay = 32

// forgotten is how many failures over Free, and logins over underWay, are counted
// at most: so long does the longest memory last.
const forgotten = 10

// A pass is what a login is counted by from Begin to its outcome, even if it
// becomes a good pair's meanwhile.
type pass struct {
	guardKeys
	pair bool
}

// enter counts the login as under way, and takes a place among those that wait
// if it must.
func (g *Guard) enter(k guardKeys) (p pass, wait time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	p = pass{k, g.pairs.find(k.name, k.addr) != nil}
	found := g.counts(p)
	for _, c := range found {
		wait = max(wait, g.delay(c, now))
	}
	for _, c := range found {
		if g.delay(c, now) > 0 && c.waiting >= cmp.Or(g.Waiting, 4) {
			return p, 0, ErrBusy
		}
	}
	if !p.pair {
		g.names.at(k.name, now)
		if !k.shared {
			g.addrs.at(k.addr, now)
		}
	}
	for _, c := range g.counts(p) {
		if c == nil {
			continue
		}
		c.open = g.more(c.open, now, underWay)
		if wait > 0 {
			c.waiting++
		}
	}
	return p, wait, nil
}

// leave gives the place up. What was remembered may have been evicted since.
func (g *Guard) leave(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.counts(p) {
		if c != nil && c.waiting > 0 {
			c.waiting--
		}
	}
}

// end counts the outcome.
func (g *Guard) end(p pass, outcome error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for _, c := range g.counts(p) {
		if c != nil {
			c.open -= g.forgive()
		}
	}
	if outcome != nil && !errors.Is(outcome, ErrCredentials) {
		return
	}
	pair := g.pairs.find(p.name, p.addr)
	switch {
	case outcome == nil:
		if p.name != 0 {
			g.pairs.succeed(p.name, p.addr, now)
		}
	case pair != nil:
		g.fail(&pair.penalty, now)
	default:
		if p.name != 0 {
			g.fail(g.names.at(p.name, now), now)
		}
		if p.addr != 0 && !p.shared {
			g.fail(g.addrs.at(p.addr, now), now)
		}
	}
}

// counts returns what counts for a login: the pair's penalty if it is a good one,
// else those of the name and the address; nil is none.
func (g *Guard) counts(p pass) (found [2]*penalty) {
	if p.pair {
		if pair := g.pairs.find(p.name, p.addr); pair != nil {
			found[0] = &pair.penalty
		}
		return found
	}
	found[0] = g.names.find(p.name)
	if !p.shared {
		found[1] = g.addrs.find(p.addr)
	}
	return found
}

// delay is what a penalty costs. Part of a failure counts as a whole.
func (g *Guard) delay(p *penalty, now time.Duration) time.Duration {
	if p == nil {
		return 0
	}
	failed, open := g.count(p.until, now)-g.free(), g.count(p.open, now)-underWay
	if failed < 0 && open < 0 || p.until <= now && open < 0 {
		return 0
	}
	most := cmp.Or(g.MaxDelay, 30*time.Second)
	d := min(cmp.Or(g.Delay, time.Second), most)
	for over := max(failed, 0) + max(open, 0); over > 0 && d < most; over-- {
		d = min(2*d, most)
	}
	return d
}

// count is how many are not forgiven yet.
func (g *Guard) count(until, now time.Duration) int {
	return int(max(0, until-now+g.forgive()-1) / g.forgive())
}

func (g *Guard) fail(p *penalty, now time.Duration) { p.until = g.more(p.until, now, g.free()) }

// more is a count that has grown by one.
func (g *Guard) more(until, now time.Duration, free int) time.Duration {
	return min(max(until, now)+g.forgive(), now+time.Duration(free+forgotten)*g.forgive())
}

func (g *Guard) free() int { return max(0, cmp.Or(g.Free, 5)) }

func (g *Guard) forgive() time.Duration { return cmp.Or(g.Forgive, 5*time.Minute) }

func (g *Guard) now() time.Duration { return time.Since(g.start) }
