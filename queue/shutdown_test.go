package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
)

// What is under way gets its grace, and nothing is begun any more.
func TestShutdownGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: 10 * time.Second}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Limits: queue.Limits{Deliveries: 2}}
		for range 5 {
			add(t, q, "a@a.example", "b@b.example")
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx, time.Minute) }()
		sleep(time.Second)
		cancel()
		require.NoError(t, <-ended)
		require.Equal(t, 2, h.count())
		left := items(t, q, queue.Filter{})
		require.Len(t, left, 3)
		for _, l := range left {
			require.Equal(t, queue.Waiting, l.Item.State)
			require.Zero(t, l.Item.History.Tries)
		}
	})
}

// What is cut off goes on at once where the Store is opened next, and counts as no try.
func TestShutdownCutsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: time.Hour}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Logger: silent}
		add(t, q, "a@a.example", "b@b.example")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx, 10*time.Second) }()
		sleep(time.Second)
		cancel()
		require.NoError(t, <-ended)
		left := items(t, q, queue.Filter{})
		require.Len(t, left, 1)
		require.Equal(t, queue.Waiting, left[0].Item.State)
		require.Zero(t, left[0].Item.History.Tries)
		require.Zero(t, left[0].Item.To[0].Last)
		require.False(t, left[0].Item.Due.After(time.Now()))
	})
}

// A context that is over before Run begins nothing.
func TestRunAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(host)
		q := &queue.Queue{Store: memory.New(nil), Transport: h}
		add(t, q, "a@a.example", "b@b.example")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, q.Run(ctx, time.Minute))
		require.Zero(t, h.count())
	})
}

// slowClaim is a Store during whose Claim the end comes.
type slowClaim struct {
	queue.Store
	claimed func()
}

func (s slowClaim) Claim(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
	l, err := s.Store.Claim(ctx, q)
	s.claimed()
	return l, err
}

// What was claimed when the end came is given back.
func TestShutdownBetweenClaimAndDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(host)
		ctx, cancel := context.WithCancel(t.Context())
		q := &queue.Queue{Store: slowClaim{memory.New(nil), cancel}, Transport: h}
		add(t, q, "a@a.example", "b@b.example")
		require.NoError(t, q.Run(ctx, time.Minute))
		require.Zero(t, h.count())
		left := items(t, q, queue.Filter{})
		require.Equal(t, queue.Waiting, left[0].Item.State)
		require.Zero(t, left[0].Item.History.Tries)
	})
}

// Run does not wait for ever for a Transport that heeds nothing; what it tells in the end is settled all the same.
func TestTransportThatIgnoresTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		q := &queue.Queue{
			Store: memory.New(nil),
			Transport: queue.TransportFunc(func(context.Context, *queue.Delivery) ([]queue.Result, error) {
				<-let
				return []queue.Result{ok}, nil
			}),
		}
		add(t, q, "a@a.example", "b@b.example")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx, time.Second) }()
		sleep(time.Second)
		cancel()
		require.ErrorContains(t, <-ended, "1 deliveries do not end")
		close(let)
		synctest.Wait()
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}

// A delivery that hangs beyond its time loses its lease in the end, so that others can take over.
func TestTransportThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		first := true
		q := &queue.Queue{
			Store:  memory.New(nil),
			Logger: silent,
			Limits: queue.Limits{Timeout: time.Minute, Lease: time.Minute},
			Transport: queue.TransportFunc(func(context.Context, *queue.Delivery) ([]queue.Result, error) {
				if first {
					first = false
					<-let
				}
				return []queue.Result{ok}, nil
			}),
		}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(time.Minute)
		require.Len(t, items(t, q, queue.Filter{}), 1)
		sleep(3 * time.Minute)
		require.Empty(t, items(t, q, queue.Filter{}))
		close(let)
	})
}

// A long delivery keeps its lease.
func TestLongDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: 50 * time.Minute}
		q := &queue.Queue{Store: memory.New(nil), Transport: h}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(2 * time.Hour)
		require.Equal(t, 1, h.count())
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}

// stolen is a Store that says that leases are lost.
type stolen struct{ queue.Store }

func (stolen) Extend(context.Context, *queue.Lease, time.Duration) error { return queue.ErrLeaseLost }

// Who has lost the lease ends the delivery, and says nothing of what came of it.
func TestLostLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, events := &host{takes: 4 * time.Minute}, new(recorder)
		q := &queue.Queue{Store: stolen{memory.New(nil)}, Transport: h, Tracker: events, Logger: silent, Limits: queue.Limits{Lease: time.Minute}}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(50 * time.Second)
		require.Equal(t, []queue.EventKind{queue.Received}, events.kinds())
		require.Zero(t, h.now)
	})
}
