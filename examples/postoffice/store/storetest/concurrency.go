package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var concurrencyRules = []rule{
	{name: "mixed", why: "whatever meets, nothing is lost and every counter is right", check: checkMixed},
	{name: "follow", why: "pulling by mod-sequence misses nothing, since changes become visible in that order", check: checkFollow},
	{name: "lease", why: "of those who reach for a maildrop at once, one gets it", check: func(e *env) {
		a := e.account("a")
		var wg sync.WaitGroup
		var got atomic.Int64
		for range 16 {
			wg.Go(func() {
				if _, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Hour); err == nil {
					got.Add(1)
				} else {
					e.ErrorIs(err, store.ErrInUse)
				}
			})
		}
		wg.Wait()
		e.EqualValues(1, got.Load())
	}},
	{name: "accounts", why: "of those who ask for a name at once, one gets it, and neighbours are not disturbed", check: func(e *env) {
		var wg sync.WaitGroup
		var got atomic.Int64
		for i := range 16 {
			wg.Go(func() {
				_, err := e.s.AddAccount(e.ctx, store.NewAccount{Name: "same", Addresses: []store.Address{addr(fmt.Sprint("a", i), domain)}})
				if err == nil {
					got.Add(1)
				} else {
					e.ErrorIs(err, store.ErrExists)
				}
				_, err = e.s.AddAccount(e.ctx, store.NewAccount{Name: fmt.Sprint("own", i), Addresses: []store.Address{addr(fmt.Sprint("own", i), domain)}})
				e.NoError(err)
			})
		}
		wg.Wait()
		e.EqualValues(1, got.Load())
	}},
}

// checkMixed has deliverers, flaggers, copiers, expungers and readers work on the same folders.
func checkMixed(e *env) {
	a := e.account("a")
	ids := []store.FolderID{a.Inbox, e.create(a.ID, 0, "x").ID, e.inbox("b")}
	const rounds = 30
	var wg sync.WaitGroup
	work := func(n int, do func(r *rand.Rand, id store.FolderID, uid store.UID) error) {
		for w := range n {
			r := rand.New(rand.NewPCG(uint64(w), uint64(n)))
			wg.Go(func() {
				for range rounds {
					if err := do(r, ids[r.IntN(len(ids))], store.UID(1+r.IntN(100))); err != nil {
						e.T.Errorf("%v", err)
						return
					}
				}
			})
		}
	}
	work(8, func(r *rand.Rand, id store.FolderID, _ store.UID) error {
		body := fmt.Sprintf("%d\n%s", id, strings.Repeat("x", r.IntN(2)*r.IntN(80_000)))
		_, err := e.s.Deliver(e.ctx, to(id, ids[r.IntN(len(ids))]), strings.NewReader(body))
		return err
	})
	work(3, func(r *rand.Rand, id store.FolderID, uid store.UID) error {
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{
			UIDs: store.UIDSet{{From: uid, To: uid + 10}}, Mode: store.FlagMode(r.IntN(3)),
			Flags: store.Flags{System: store.SystemFlags(r.IntN(32)), Keywords: []string{fmt.Sprint("k", r.IntN(3))}},
		})
		return err
	})
	work(2, func(r *rand.Rand, id store.FolderID, uid store.UID) error {
		_, err := e.s.Copy(e.ctx, store.CopyRequest{From: id, To: ids[r.IntN(len(ids))], UIDs: store.UIDSet{{From: uid, To: uid + 3}}, Move: r.IntN(2) == 0})
		return err
	})
	work(3, func(_ *rand.Rand, id store.FolderID, uid store.UID) error {
		_, err := e.s.Expunge(e.ctx, id, store.UIDSet{{From: uid, To: uid + 3}})
		return err
	})
	work(4, func(_ *rand.Rand, id store.FolderID, _ store.UID) error {
		_, all, err := e.s.Scan(e.ctx, id, 0)
		if err != nil {
			return err
		}
		for m, err := range all {
			if err != nil {
				return err
			}
			body, err := e.s.Open(e.ctx, id, m.UID)
			if errors.Is(err, store.ErrNotFound) {
				continue // expunged meanwhile
			}
			if err != nil {
				return err
			}
			if body.Size() != m.Size {
				return fmt.Errorf("%d octets, not %d", body.Size(), m.Size)
			}
			if err := body.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	wg.Wait()
	for _, id := range ids {
		_, metas := e.scan(id, 0)
		for _, m := range metas {
			e.EqualValues(m.Size, len(e.read(id, m.UID)))
		}
	}
}

// checkFollow has one reader build its own view of a folder from changes only.
func checkFollow(e *env) {
	id := e.inbox("a")
	stop := make(chan struct{})
	view := make(map[store.UID]store.Meta)
	var since store.ModSeq
	follow := func() {
		f, all, err := e.s.Scan(e.ctx, id, since)
		e.NoError(err)
		for _, m := range e.collect(all) {
			if m.Expunged {
				delete(view, m.UID)
			} else {
				view[m.UID] = m
			}
		}
		since = f.ModSeq
	}
	var followed, changes sync.WaitGroup
	followed.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				follow()
			}
		}
	})
	for w := range 4 {
		r := rand.New(rand.NewPCG(1, uint64(w)))
		changes.Go(func() {
			for range 40 {
				e.deliver(id, "x")
				uid := store.UID(1 + r.IntN(120))
				_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(uid), Mode: store.Add, Flags: keywords(fmt.Sprint("k", r.IntN(9)))})
				e.NoError(err)
				_, err = e.s.Expunge(e.ctx, id, store.NewUIDSet(store.UID(1+r.IntN(120))))
				e.NoError(err)
			}
		})
	}
	changes.Wait()
	close(stop)
	followed.Wait()
	follow()
	_, metas := e.scan(id, 0)
	e.Len(view, len(metas))
	for _, m := range metas {
		e.Equal(m, view[m.UID])
	}
}
