package rvp_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
)

// A brittle store fails while broken is set.
type brittle struct {
	rvp.NodeStore
	broken atomic.Bool
}

var errBroken = errors.New("the disk is full")

func (b *brittle) err() error {
	if b.broken.Load() {
		return errBroken
	}
	return nil
}

func (b *brittle) Record(ctx context.Context, n rvp.Node) (rvp.Record, time.Time, error) {
	if err := b.err(); err != nil {
		return rvp.Record{}, time.Time{}, err
	}
	return b.NodeStore.Record(ctx, n)
}

func (b *brittle) Update(ctx context.Context, n rvp.Node, change func(*rvp.Record, time.Time) error) error {
	if err := b.err(); err != nil {
		return err
	}
	return b.NodeStore.Update(ctx, n, change)
}

func (b *brittle) Due(ctx context.Context, limit int) ([]rvp.Node, time.Duration, error) {
	if err := b.err(); err != nil {
		return nil, 0, err
	}
	return b.NodeStore.Due(ctx, limit)
}

func (b *brittle) Subscribe(ctx context.Context, s rvp.Subscription, lifetime time.Duration, limit int) (rvp.Subscription, error) {
	if err := b.err(); err != nil {
		return rvp.Subscription{}, err
	}
	return b.NodeStore.Subscribe(ctx, s, lifetime, limit)
}

func (b *brittle) Renew(ctx context.Context, n rvp.Node, id uint64, lifetime time.Duration) (rvp.Subscription, error) {
	if err := b.err(); err != nil {
		return rvp.Subscription{}, err
	}
	return b.NodeStore.Renew(ctx, n, id, lifetime)
}

func (b *brittle) Unsubscribe(ctx context.Context, n rvp.Node, id uint64) (rvp.Subscription, error) {
	if err := b.err(); err != nil {
		return rvp.Subscription{}, err
	}
	return b.NodeStore.Unsubscribe(ctx, n, id)
}

func (b *brittle) Subscriptions(ctx context.Context, n rvp.Node, t rvp.NotificationType) (time.Time, iter.Seq2[rvp.Subscription, error]) {
	if err := b.err(); err != nil {
		return time.Time{}, func(yield func(rvp.Subscription, error) bool) { yield(rvp.Subscription{}, err) }
	}
	return b.NodeStore.Subscriptions(ctx, n, t)
}

// TestHomeBrokenStore: while the store fails requests get 503, and leases that should have
// ended meanwhile end as soon as it works again.
func TestHomeBrokenStore(t *testing.T) {
	b := &brittle{}
	inWorld(t, func(w *world) { b.NodeStore, w.home.Store = w.home.Store, b }, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		ben.watch("anna")
		anna.do("PROPPATCH", "anna", lease("online", 60, ""))
		require.Equal(t, []string{"anna online"}, p.states(t))
		b.broken.Store(true)
		for right, request := range requests("anna") {
			require.Equal(t, 503, request(anna).status, right)
		}
		require.Equal(t, 503, anna.subscribe("anna", "pragma/notify", "http://192.0.2.1:5000").status)
		require.Equal(t, 503, anna.do("SUBSCRIBE", "anna", "", "Subscription-Id: 1", "Subscription-Lifetime: 60").status)
		require.Equal(t, 503, anna.do("UNSUBSCRIBE", "anna", "", "Subscription-Id: 1").status)
		require.Equal(t, 503, anna.do("ACL", "anna", rvpACL()).status)
		pass(2 * time.Minute)
		require.Empty(t, p.states(t))
		b.broken.Store(false)
		pass(2 * time.Second)
		require.Equal(t, []string{"anna offline"}, p.states(t))
		require.Contains(t, w.log.String(), "the disk is full")
	})
}

// TestHomeConcurrentChanges has logons change the state at once: the last that
// watchers are told is what is true.
func TestHomeConcurrentChanges(t *testing.T) {
	inWorld(t, func(w *world) { w.home.Limits.CallBackQueue = 10_000 }, func(t *testing.T, w *world) {
		p, ben := w.logOn("ben", "192.0.2.2:40000")
		ben.watch("anna")
		lines := make([]*line, 8)
		for i := range lines {
			_, lines[i] = w.logOn("anna", fmt.Sprintf("192.0.2.1:%d", 5000+i))
		}
		states := []string{"online", "busy", "away", "idle", "offline", "invisible"}
		var wg sync.WaitGroup
		for i, l := range lines {
			wg.Go(func() {
				for j := range 30 {
					l.set(states[(i*7+j*j)%len(states)])
				}
			})
		}
		wg.Wait()
		told := p.states(t)
		require.NotEmpty(t, told)
		require.Equal(t, "anna "+ben.state("anna"), told[len(told)-1])
	})
}

// TestHomeGoroutines: users who are logged on, and those whose leases end, take no
// goroutine each.
func TestHomeGoroutines(t *testing.T) {
	inWorld(t, func(w *world) {
		w.home.Directory = anybody{}
		w.home.Owner = func(auth.Identity, rvp.Node, rvp.User) bool { return true }
	}, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		l.set("online")
		synctest.Wait()
		before := runtime.NumGoroutine()
		for i := range 1000 {
			name := fmt.Sprintf("user%d", i)
			l.user = url(name)
			require.Equal(t, 200, l.subscribe(name, "pragma/notify", "http://192.0.2.1:5000").status)
			l.watch(name)
			l.do("PROPPATCH", name, lease("online", 300, ""))
		}
		synctest.Wait()
		require.Less(t, runtime.NumGoroutine(), before+10) // the runtime has some of its own
		pass(5 * time.Minute)
		require.Less(t, runtime.NumGoroutine(), before+10) // the runtime has some of its own
		require.Equal(t, "offline", l.state("user999"))
	})
}

// TestHomeStart: leases that a server before this one has granted end on time, though nobody
// asks this one for anything.
func TestHomeStart(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		other := w.listen("198.51.100.7:80")
		w.foreign("http://im.other.test/instmsg/aliases/eve").watch("anna")
		w.dial("192.0.2.1").login("anna").do("PROPPATCH", "anna", lease("busy", 60, ""))
		require.Equal(t, []string{"anna busy"}, other.states(t))
		require.NoError(t, w.home.Shutdown(t.Context()))
		next := &rvp.HomeServer{
			Domain: w.home.Domain, Directory: w.users, Store: w.home.Store, Auth: w.home.Auth, Locator: w.home.Locator,
			CallBacks: w.home.CallBacks, Logger: w.home.Logger,
		}
		next.Start()
		defer next.Close()
		pass(59 * time.Second)
		require.Empty(t, other.states(t))
		pass(time.Second)
		require.Equal(t, []string{"anna offline"}, other.states(t))
	})
}
