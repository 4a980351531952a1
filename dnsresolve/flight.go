package dnsresolve

import (
	"context"
	"sync"
)

// flights are pieces of work under way. Whoever asks for one of them again
// waits for what comes of it; it is called off when nobody waits any more.
type flights[K comparable, V any] struct {
	mu sync.Mutex
	by map[K]*flight[V]
}

type flight[V any] struct {
	waiting int // guarded by the lock of the flights
	cancel  context.CancelFunc
	done    chan struct{}

	// These are set before done is closed.
	value V
	err   error
}

// do returns what work does, which one goroutine calls for all who ask. If ctx
// ends first, landed is false.
func (f *flights[K, V]) do(ctx context.Context, k K, work func(context.Context) (V, error)) (value V, err error, landed bool) {
	if ctx.Err() != nil {
		return value, ctx.Err(), false
	}
	f.mu.Lock()
	one := f.by[k]
	if one == nil {
		one = f.start(ctx, k, work)
	}
	one.waiting++
	f.mu.Unlock()
	select {
	case <-one.done:
		return one.value, one.err, true
	case <-ctx.Done():
		f.leave(k, one)
		return value, ctx.Err(), false
	}
}

// start is called with the lock held.
func (f *flights[K, V]) start(ctx context.Context, k K, work func(context.Context) (V, error)) *flight[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	one := &flight[V]{cancel: cancel, done: make(chan struct{})}
	if f.by == nil {
		f.by = map[K]*flight[V]{}
	}
	f.by[k] = one
	go func() {
		defer cancel()
		one.value, one.err = work(ctx)
		f.mu.Lock()
		f.remove(k, one)
		f.mu.Unlock()
		close(one.done)
	}()
	return one
}

func (f *flights[K, V]) leave(k K, one *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one.waiting--; one.waiting == 0 {
		f.remove(k, one)
		one.cancel()
	}
}

// remove is called with the lock held.
func (f *flights[K, V]) remove(k K, one *flight[V]) {
	if f.by[k] == one {
		delete(f.by, k)
	}
}
