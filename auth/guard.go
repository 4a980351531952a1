package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// ErrBusy refuses a login, right or wrong, because too many of its kind wait
// already: see Guard. It is a temporary failure.
var ErrBusy error = &sentinel{text: "auth: too many logins wait for their turn"}

// Guard slows down who guesses passwords. It counts the logins that fail, for
// each name and for each address they come from (of IPv6 the /64, which is what
// one customer has), and makes further ones wait before they are answered: 1, 2,
// 4 seconds and so on to MaxDelay. Failures are forgiven one by one with time.
//
// Nobody is locked out by what others do: where a name has logged in before, the
// failures of other addresses and of other names there do not count, only the
// pair's own, which a success ends. Elsewhere a success takes nothing back, lest
// an account of one's own be good for guessing at others.
//
// A name that does not exist is treated like one that does. Memory is bounded by
// Entries, whatever is tried: of what shares a place, the counts that would be
// forgiven first are given up first, and the places are not to be foreseen. No
// names are kept, only hashes of them.
//
// The zero value is ready, and a nil *Guard lets all pass. One Guard should
// serve a whole program. The fields must not change once it is in use, and it
// must not be copied then. Its methods may be called at once from many
// goroutines.
type Guard struct {
	Free     int           // failures that cost nothing; 0 is 5, below 0 none
	Delay    time.Duration // for the first failure more, doubled with each; 0 is a second
	MaxDelay time.Duration // 0 is 30 seconds, which is half of what clients wait
	Forgive  time.Duration // after which one failure is forgotten; 0 is 5 minutes

	// Waiting is how many logins may wait at once for each name and for each
	// address; more get ErrBusy. 0 is 4.
	Waiting int

	// Entries is how many names, and how many addresses, are remembered.
	// Each takes some 60 octets in all. 0 is 65,536.
	Entries int

	// Shared are addresses that many people come from, such as a webmail
	// server's: of them only the names are counted.
	Shared []netip.Prefix

	// Trace, if set, is told of each login that has to wait or is refused,
	// when that begins. It may be called at once from many goroutines.
	Trace func(GuardEvent)

	once         sync.Once
	start        time.Time
	seed         seeds
	mu           sync.Mutex // guards what follows
	names, addrs penalties
	pairs        goodPairs
}

// A GuardEvent is a login that a Guard holds back.
type GuardEvent struct {
	Conn    *Conn // nil if Begin was given none
	Name    string
	Wait    time.Duration // 0 if it is refused
	Refused bool          // by ErrBusy
}

// forgotten is how many failures over Free are counted at most: so long does
// the longest memory last.
const forgotten = 10

// Begin is called before a login is checked, or at least before it is answered.
// It waits as long as the login must. done is to be called once, with the
// outcome: ErrCredentials of any kind is a failure, nil a success, and anything
// else neither. A login that came to no outcome, because the client gave up
// before anything was checked, needs no done.
//
// name is what the client says it is, in any case of letters, "" if it does not
// say; c may be nil. The error is ErrBusy, or wraps the context's if that ends
// first.
func (g *Guard) Begin(ctx context.Context, c *Conn, name string) (done func(outcome error), err error) {
	if g == nil {
		return func(error) {}, nil
	}
	g.once.Do(g.init)
	k := g.keys(c, name)
	wait, err := g.enter(k)
	if g.Trace != nil && (wait > 0 || err != nil) {
		g.Trace(GuardEvent{Conn: c, Name: name, Wait: wait, Refused: err != nil})
	}
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		err := sleep(ctx, wait)
		g.leave(k)
		if err != nil {
			return nil, fmt.Errorf("auth: waiting to log in: %w", err)
		}
	}
	return func(outcome error) { g.end(k, outcome) }, nil
}

func (g *Guard) init() {
	g.start = time.Now()
	g.seed = newSeeds()
	n := cmp.Or(g.Entries, 65536)
	g.names, g.addrs, g.pairs = newPenalties(n), newPenalties(n), newGoodPairs(n/4)
}

// enter takes a place among those that wait, if the login must.
func (g *Guard) enter(k guardKeys) (wait time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	found := g.find(k)
	for _, p := range found {
		wait = max(wait, g.delay(p, now))
	}
	if wait == 0 {
		return 0, nil
	}
	for _, p := range found {
		if g.delay(p, now) > 0 && p.waiting >= cmp.Or(g.Waiting, 4) {
			return 0, ErrBusy
		}
	}
	for _, p := range found {
		if p != nil {
			p.waiting++
		}
	}
	return wait, nil
}

// leave gives the place up. What was remembered may have been evicted since.
func (g *Guard) leave(k guardKeys) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.find(k) {
		if p != nil && p.waiting > 0 {
			p.waiting--
		}
	}
}

// end counts the outcome.
func (g *Guard) end(k guardKeys, outcome error) {
	if outcome != nil && !errors.Is(outcome, ErrCredentials) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	pair := g.pairs.find(k.name, k.addr)
	switch {
	case outcome == nil:
		if k.name != 0 {
			g.pairs.succeed(k.name, k.addr, now)
		}
	case pair != nil:
		g.fail(&pair.penalty, now)
	default:
		if k.name != 0 {
			g.fail(g.names.at(k.name, now), now)
		}
		if k.addr != 0 && !k.shared {
			g.fail(g.addrs.at(k.addr, now), now)
		}
	}
}

// find returns what counts for a login: the pair's penalty if it is a good one,
// else those of the name and the address; nil is none.
func (g *Guard) find(k guardKeys) (found [2]*penalty) {
	if pair := g.pairs.find(k.name, k.addr); pair != nil {
		found[0] = &pair.penalty
		return found
	}
	found[0] = g.names.find(k.name)
	if !k.shared {
		found[1] = g.addrs.find(k.addr)
	}
	return found
}

// delay is what a penalty costs. Part of a failure counts as a whole.
func (g *Guard) delay(p *penalty, now time.Duration) time.Duration {
	if p == nil || p.until <= now {
		return 0
	}
	over := int((p.until-now+g.forgive()-1)/g.forgive()) - g.free()
	if over < 0 {
		return 0
	}
	most := cmp.Or(g.MaxDelay, 30*time.Second)
	d := min(cmp.Or(g.Delay, time.Second), most)
	for ; over > 0 && d < most; over-- {
		d = min(2*d, most)
	}
	return d
}

func (g *Guard) fail(p *penalty, now time.Duration) {
	most := now + time.Duration(g.free()+forgotten)*g.forgive()
	p.until = min(max(p.until, now)+g.forgive(), most)
}

func (g *Guard) free() int { return max(0, cmp.Or(g.Free, 5)) }

func (g *Guard) forgive() time.Duration { return cmp.Or(g.Forgive, 5*time.Minute) }

func (g *Guard) now() time.Duration { return time.Since(g.start) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
