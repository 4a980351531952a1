package queue

import (
	"context"
	"iter"
	"sync/atomic"
	"time"
)

// counters count since the Queue was made, in this process.
type counters struct {
	messages, octets                                             atomic.Int64
	delivered, transferred, deferred, failed, ambiguous, reports atomic.Int64
}

func (c *counters) accepted(messages, octets int64) {
	c.messages.Add(messages)
	c.octets.Add(octets)
}

// count notes what came of a recipient.
func (q *Queue) count(k EventKind, r Result) {
	switch k {
	case Delivered:
		q.counters.delivered.Add(1)
	case Transferred:
		q.counters.transferred.Add(1)
	case Deferred:
		q.counters.deferred.Add(1)
	case Failed:
		q.counters.failed.Add(1)
	}
	if r.Ambiguous {
		q.counters.ambiguous.Add(1)
	}
}

// A Snapshot is how a Queue stands.
type Snapshot struct {
	Time time.Time // of the Store

	// Since the Queue was made, in this process.
	Messages, Octets                         int64 // accepted by Add
	Delivered, Transferred, Deferred, Failed int64 // recipients
	Ambiguous                                int64 // recipients who may get a message twice
	Reports                                  int64 // messages to senders

	Routes []RouteState // by name
}

// A RouteState is how a route stands: what waits for it, and how its destination does.
type RouteState struct {
	RouteStats
	Active int       // deliveries under way in this process
	Window int       // how many there may be
	Down   string    // what the destination last failed with, if it is down
	Probe  time.Time // when it is tried next, if it is down
}

// Snapshot tells how the queue stands. Its cost grows with the number of routes.
func (q *Queue) Snapshot(ctx context.Context) (*Snapshot, error) {
	q.init()
	now, err := q.Store.Now(ctx)
	if err != nil {
		return nil, err
	}
	c := &q.counters
	s := &Snapshot{
		Time:        now,
		Messages:    c.messages.Load(),
		Octets:      c.octets.Load(),
		Delivered:   c.delivered.Load(),
		Transferred: c.transferred.Load(),
		Deferred:    c.deferred.Load(),
		Failed:      c.failed.Load(),
		Ambiguous:   c.ambiguous.Load(),
		Reports:     c.reports.Load(),
	}
	for cursor := Cursor(""); ; {
		var page []RouteStats
		if page, cursor, err = q.Store.Routes(ctx, cursor, routesPerPage); err != nil {
			return nil, err
		}
		for _, r := range page {
			s.Routes = append(s.Routes, q.shaper.state(r))
		}
		if cursor == "" {
			return s, nil
		}
	}
}

const routesPerPage = 1000

// Watch yields a Snapshot now and after each interval, a second if that is not above 0, until ctx is over or the caller has
// enough.
func (q *Queue) Watch(ctx context.Context, every time.Duration) iter.Seq2[*Snapshot, error] {
	return func(yield func(*Snapshot, error) bool) {
		t := time.NewTicker(positive(every, time.Second))
		defer t.Stop()
		for {
			s, err := q.Snapshot(ctx)
			if ctx.Err() != nil || !yield(s, err) {
				return
			}
			select {
			case <-t.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// state joins what waits with what is known of the destination.
func (s *shaper) state(r RouteStats) RouteState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := RouteState{RouteStats: r, Window: s.limits.initial()}
	if t, ok := s.routes[r.Route]; ok {
		state.Active, state.Window = t.running, t.size()
		if t.failed > 0 {
			state.Down, state.Probe = t.last.Error(), t.probe
		}
	}
	return state
}
