package storetest

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// watch starts to watch and returns the calls, and what Watch returns. It comes back when the first
// change of a folder of the owner's was noticed, so that Watch is known to run.
func (e *env) watch(ctx context.Context, owner store.AccountID) (<-chan store.FolderID, <-chan error) {
	calls, done := make(chan store.FolderID, 1000), make(chan error, 1)
	go func() { done <- e.s.Watch(ctx, owner, func(id store.FolderID) { calls <- id }) }()
	probe := e.create(owner, 0, "probe")
	for range maxProbes {
		e.deliver(probe.ID, "probe")
		select {
		case <-calls:
			return calls, done
		default:
		}
	}
	e.FailNow("not woken")
	return nil, nil
}

// maxProbes is how many changes Watch may sleep through while it starts.
const maxProbes = 10_000

// until waits for a call about a folder.
func (e *env) until(calls <-chan store.FolderID, id store.FolderID) {
	e.Helper()
	for {
		select {
		case got := <-calls:
			if got == id {
				return
			}
		case <-time.After(time.Minute):
			e.FailNow("not woken")
		}
	}
}

var watchRules = []rule{
	{name: "wake", why: "within a process, whoever watches learns of every kind of change", check: func(e *env) {
		a := e.account("a")
		b := e.inbox("b")
		e.deliver(b, "x")
		ctx, cancel := context.WithCancel(e.ctx)
		defer cancel()
		calls, done := e.watch(ctx, a.ID)
		f := e.create(a.ID, 0, "f")
		e.until(calls, 0)
		for _, act := range []func(){
			func() { e.deliver(f.ID, "x") },
			func() {
				_, _, err := e.s.SetFlags(e.ctx, f.ID, store.FlagChange{UIDs: everything(), Flags: store.Flags{System: store.Seen}})
				e.NoError(err)
			},
			func() { e.expunge(f.ID, 1) },
			func() {
				_, err := e.s.Copy(e.ctx, store.CopyRequest{From: b, To: f.ID, UIDs: everything()})
				e.NoError(err)
			},
		} {
			act()
			e.until(calls, f.ID)
		}
		e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
		e.until(calls, 0)
		cancel()
		e.ErrorIs(<-done, context.Canceled)
	}},
	{name: "slow", why: "whoever is slow to take note delays nobody", check: func(e *env) {
		a := e.account("a")
		block, entered := make(chan struct{}), make(chan struct{}, 1000)
		done := make(chan error, 1)
		go func() {
			done <- e.s.Watch(e.ctx, a.ID, func(store.FolderID) { entered <- struct{}{}; <-block })
		}()
		started := false
		for n := 0; !started && n < maxProbes; n++ {
			e.deliver(a.Inbox, "x")
			select {
			case <-entered:
				started = true
			default:
			}
		}
		e.True(started, "not woken")
		e.deliverN(a.Inbox, 50)
		close(block)
		e.close()
		e.ErrorIs(<-done, store.ErrClosed)
	}},
}
