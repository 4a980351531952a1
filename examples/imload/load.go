package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

const domain = "im.example.test"

// result has what was measured, per second but for bytes, which are per user.
type result struct {
	bytes, logons, watches, refreshes, changes, notified, redirects float64
}

// A load is one run.
type load struct {
	ctx   context.Context
	tell  io.Writer // of how far it is
	home  *rvp.HomeServer
	sinks *sinks
	users int
	watch int
}

// measure runs once with so many users.
func measure(ctx context.Context, users int, s settings) (r result, err error) {
	sinks, err := newSinks(ctx)
	if err != nil {
		return r, err
	}
	defer sinks.close()
	l := &load{ctx: ctx, tell: s.progress, sinks: sinks, users: users, watch: min(s.watch, users-1)}
	l.home = &rvp.HomeServer{
		Domain: domain, Directory: directory{}, Store: memory.New(),
		Auth:   &auth.Authenticator{Accounts: accounts{}},
		Limits: rvp.Limits{DeliveryQueue: 1 << 20},
		Logger: slog.New(slog.DiscardHandler),
	}
	defer l.home.Close()

	before := heap()
	if r.logons, err = l.rate("logging on", users, l.logOn); err != nil {
		return r, fmt.Errorf("logon: %w", err)
	}
	if r.watches, err = l.rate("watching", users*l.watch, l.watchOne); err != nil {
		return r, fmt.Errorf("watching: %w", err)
	}
	r.bytes = float64(heap()-before) / float64(users)
	some := min(users, 200_000)
	if r.refreshes, err = l.rate("refreshing", some, func(w *worker, i int) error { return w.setState(i, "online") }); err != nil {
		return r, fmt.Errorf("refreshing: %w", err)
	}
	if err := l.change(s.changes, &r); err != nil {
		return r, fmt.Errorf("changing: %w", err)
	}
	r.redirects, err = l.redirects(some)
	return r, err
}

// heap returns the octets in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// tellEvery is the time between two lines about what takes long.
const tellEvery = 5 * time.Second

// rate does something n times, by as many workers as there are CPUs, and returns
// how often a second.
func (l *load) rate(what string, n int, do func(w *worker, i int) error) (float64, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	stop := l.follow(what, &next, int64(n))
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			w := newWorker(l.home)
			for failed.Load() == nil && l.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(w, i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	all.Wait()
	stop()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(n) / time.Since(began).Seconds(), l.ctx.Err()
}

// follow tells of n things, which next counts, until it is stopped.
func (l *load) follow(what string, next *atomic.Int64, n int64) (stop func()) {
	done := make(chan struct{})
	var teller sync.WaitGroup
	teller.Go(func() {
		ticker := time.NewTicker(tellEvery)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				fmt.Fprintf(l.tell, "%d users: %s, %d%%\n", l.users, what, min(next.Load(), n)*100/n)
			}
		}
	})
	return func() {
		close(done)
		teller.Wait()
	}
}

// logOn logs a user on: his callback, and that he is online.
func (l *load) logOn(w *worker, i int) error {
	header := http.Header{
		"Notification-Type":     {"pragma/notify"},
		"Call-Back":             {l.sinks.url(i)},
		"Subscription-Lifetime": {"14400"},
	}
	if err := w.do("SUBSCRIBE", i, i, header, "", http.StatusOK); err != nil {
		return err
	}
	return w.setState(i, "online")
}

// watchOne has a user watch another one. Nobody is watched by more than -watch others.
func (l *load) watchOne(w *worker, n int) error {
	i, k := n/l.watch, n%l.watch
	other := (i + 1 + k*(l.users-1)/l.watch) % l.users
	return w.do("SUBSCRIBE", other, i, http.Header{
		"Notification-Type":     {"update/propchange"},
		"Call-Back":             {node(i).URL()},
		"Subscription-Lifetime": {"14400"},
	}, "", http.StatusMultiStatus)
}

// change has users change their state, and waits until everybody was told.
func (l *load) change(n int, r *result) error {
	began, told := time.Now(), l.sinks.got.Load()
	want := told + int64(n*l.watch)
	var err error
	r.changes, err = l.rate("changing", n, func(w *worker, i int) error {
		// No faster than the sinks take it: the server would answer 503.
		for told+int64(i*l.watch)-l.sinks.got.Load() > 1<<15 {
			time.Sleep(time.Millisecond)
		}
		return w.setState(i%l.users, []string{"busy", "online"}[i/l.users%2])
	})
	if err != nil {
		return err
	}
	for last, since := told, time.Now(); l.sinks.got.Load() < want; time.Sleep(10 * time.Millisecond) {
		switch got := l.sinks.got.Load(); {
		case got > last:
			last, since = got, time.Now()
		case time.Since(since) > time.Minute: // longer than what failed is tried again
			return fmt.Errorf("%d of %d notifications have not arrived", want-got, n*l.watch)
		}
	}
	r.notified = float64(l.sinks.got.Load()-told) / time.Since(began).Seconds()
	return nil
}

// redirects asks a router where users are.
func (l *load) redirects(n int) (float64, error) {
	router := &rvp.Router{Domain: domain, Directory: directory{}}
	defer router.Close()
	return l.rate("redirecting", n, func(w *worker, i int) error {
		w.handler = router
		return w.do("SUBSCRIBE", i, i, http.Header{}, "", http.StatusFound)
	})
}
