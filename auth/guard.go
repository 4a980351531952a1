package auth

import (
	"cmp"
	"context"
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
// Logins whose outcome is not known yet count too, as soon as there are 32 of a
// name or an address: who guesses many times at once gains nothing by it. The
// several names of one account, such as tim and tim@example.org, are counted each
// by itself, because only the accounts know that they are the same, and only after
// the fact; there are few of them, and the addresses are counted besides.
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
	// Each takes some 80 octets in all. 0 is 65,536.
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

// Begin is called before a login is checked, or at least before it is answered.
// It waits as long as the login must. done is to be called once, with the
// outcome: ErrCredentials of any kind is a failure, nil a success, and anything
// else neither. One of which done is never told, because the client gave up before
// anything was checked, counts as under way until Forgive is over.
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
	p, wait, err := g.enter(k)
	if g.Trace != nil && (wait > 0 || err != nil) {
		g.Trace(GuardEvent{Conn: c, Name: name, Wait: wait, Refused: err != nil})
	}
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		err := sleep(ctx, wait)
		g.leave(p)
		if err != nil {
			g.end(p, err)
			return nil, fmt.Errorf("auth: waiting to log in: %w", err)
		}
	}
	return func(outcome error) { g.end(p, outcome) }, nil
}

func (g *Guard) init() {
	g.start = time.Now()
	g.seed = newSeeds()
	n := cmp.Or(g.Entries, 65536)
	g.names, g.addrs, g.pairs = newPenalties(n), newPenalties(n), newGoodPairs(n/4)
}

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
