package queue

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Queue sends on what it has accepted, until each recipient has been served, refused or given up, and tells the sender.
// Its fields are set before the first call and not changed afterwards. Several Queues may share a Store, in one process
// or in many.
type Queue struct {
	Store     Store
	Transport Transport

	// Router finds the ways; nil sends everything where the DNS says.
	Router Router

	// Schedules say when to try again, to tell of a delay and to give up.
	Schedules Schedules

	// Reporter writes to senders about the fate of their mail; nil is nobody, and for tests only.
	Reporter Reporter

	// Tracker is told what becomes of every message; nil is nobody.
	Tracker Tracker

	Limits Limits

	// Name is the owner of leases, for the operator's eyes: the host's name and what tells its processes apart.
	Name string

	// Sole tells that no other Queue uses the Store while Run does: what is leased when it begins was a dead process's,
	// and is tried again at once, not when the lease has run out.
	Sole bool

	// Logger gets what nobody else is told: stores and transports that fail. Nil is slog.Default.
	Logger *slog.Logger

	once     sync.Once
	shaper   *shaper
	counters counters
	mode     atomic.Uint32
	wake     chan struct{} // has something in it if this Queue knows of something to do
}

// Limits bound what a Queue does at once. A field that is zero, or below, means its default.
type Limits struct {
	Deliveries int // at once, to all destinations: 100
	PerRoute   int // at once to one, at most: 20
	Initial    int // at once to one that has not shown yet how much it takes: 5

	// Recipients is how many of a message go in one delivery; 100. The Transport may need several transactions for them.
	Recipients int

	// Hops is how many Received fields a message may have before it is taken for one that goes in circles; 100 (RFC 5321,
	// 6.3).
	Hops int

	Timeout time.Duration // of one delivery: 1 hour
	Lease   time.Duration // how long a delivery may be silent before others take over: 5 minutes

	// Probe is how long a destination that does not answer is left alone; 1 minute at first and doubled each time, up to
	// ProbeMax, 30 minutes. What is due for it meanwhile is put off as if it had been tried, which does not count: see
	// History.
	Probe, ProbeMax time.Duration

	// Idle is how long the queue sleeps at most before it looks what is due; 30 seconds. It wakes by itself for what it
	// adds.
	Idle time.Duration
}

func (l Limits) deliveries() int         { return positive(l.Deliveries, 100) }
func (l Limits) perRoute() int           { return positive(l.PerRoute, 20) }
func (l Limits) initial() int            { return min(positive(l.Initial, 5), l.perRoute()) }
func (l Limits) recipients() int         { return positive(l.Recipients, 100) }
func (l Limits) hops() int               { return positive(l.Hops, 100) }
func (l Limits) timeout() time.Duration  { return positive(l.Timeout, time.Hour) }
func (l Limits) lease() time.Duration    { return positive(l.Lease, 5*time.Minute) }
func (l Limits) probe() time.Duration    { return positive(l.Probe, time.Minute) }
func (l Limits) probeMax() time.Duration { return max(positive(l.ProbeMax, 30*time.Minute), l.probe()) }
func (l Limits) idle() time.Duration     { return positive(l.Idle, 30*time.Second) }

// positive is n, or otherwise if n is not above zero.
func positive[T int | time.Duration](n, otherwise T) T {
	if n > 0 {
		return n
	}
	return otherwise
}

// init makes what a Queue needs besides its fields.
func (q *Queue) init() {
	q.once.Do(func() {
		q.shaper = newShaper(q.Limits)
		q.wake = make(chan struct{}, 1)
	})
}

// wakeUp has Run look for what is due.
func (q *Queue) wakeUp() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// guarded calls what the program has given to the Queue, and makes an error of a panic: one bad message must not end the
// process that all others are in.
func guarded(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("queue: panic in the %s: %v\n%s", what, p, debug.Stack())
		}
	}()
	return f()
}

func (q *Queue) router() Router {
	if q.Router == nil {
		return new(Connectors)
	}
	return q.Router
}

func (q *Queue) logger() *slog.Logger {
	if q.Logger == nil {
		return slog.Default()
	}
	return q.Logger
}

// schedule is the one for an item on its route.
func (q *Queue) schedule(r Route, p Priority) Schedule {
	if r.Options.Schedules != nil {
		return r.Options.Schedules.For(p)
	}
	return q.Schedules.For(p)
}

// Run sends until ctx is over. Then it begins no delivery, gives those under way until the end of grace, ends the context
// of the rest, and returns once they are over: nil, or what made the Store unusable. It does not wait for ever for a
// Transport that does not heed its context: after half a minute more it returns an error. What was not finished goes on
// wherever the Store is opened next.
func (q *Queue) Run(ctx context.Context, grace time.Duration) error {
	q.init()
	r := &runner{Queue: q, stop: ctx, slots: make(chan struct{}, q.Limits.deliveries()), freed: make(chan struct{}, 1)}
	return r.run(grace)
}
