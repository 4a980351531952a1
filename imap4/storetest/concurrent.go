package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/wirepost/wirepost/imap4"
)

func concurrentRules() []rule {
	return []rule{
		{"model", "what methods return is what happened, whatever happens at once", checkModel},
		{"follow", "pulling by mod-sequence misses nothing: changes become visible in that order", checkFollow},
	}
}

// A model is what a mailbox must hold: of each message what was told last, by
// mod-sequence.
type model struct {
	mu    sync.Mutex
	metas map[imap4.UID]imap4.Meta
	gone  map[imap4.UID]bool
	came  map[imap4.UID]bool // by Copy, which does not tell more
}

func (m *model) learn(metas []imap4.Meta) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, meta := range metas {
		if meta.Expunged {
			m.gone[meta.UID] = true
		} else if meta.ModSeq > m.metas[meta.UID].ModSeq {
			m.metas[meta.UID] = meta
		}
	}
}

func checkModel(e *env) {
	boxes := []imap4.MailboxID{e.inbox, e.create("a").ID}
	models := make(map[imap4.MailboxID]*model)
	for _, id := range boxes {
		models[id] = &model{metas: make(map[imap4.UID]imap4.Meta), gone: make(map[imap4.UID]bool), came: make(map[imap4.UID]bool)}
	}
	var wg sync.WaitGroup
	for w := range uint64(8) {
		a, r := e.session("alice"), rand.New(rand.NewPCG(1, w))
		wg.Go(func() {
			for range 60 {
				if err := e.act(a, r, boxes, models); err != nil {
					e.Errorf("%v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, id := range boxes {
		e.compare(id, models[id])
	}
}

// act does one thing at random.
func (e *env) act(a imap4.Account, r *rand.Rand, boxes []imap4.MailboxID, models map[imap4.MailboxID]*model) error {
	at := r.IntN(len(boxes))
	box, other := boxes[at], boxes[1-at]
	first := imap4.UID(1 + r.IntN(60))
	uids := imap4.UIDSet{{First: first, Last: first + imap4.UID(r.IntN(4))}}
	switch n := r.IntN(10); {
	case n < 4:
		done, err := a.Append(e.ctx, box, of(fmt.Sprint(r.Uint64()), fmt.Sprint(n)))
		models[box].learn(done.Messages)
		return err
	case n < 7:
		changed, _, err := a.SetFlags(e.ctx, box, imap4.FlagChange{
			UIDs: uids, Mode: imap4.FlagMode(r.IntN(3)),
			Flags: imap4.Flags{System: imap4.SystemFlags(r.IntN(32)), Keywords: []string{fmt.Sprint("k", r.IntN(3))}},
		})
		models[box].learn(changed)
		return err
	case n < 8:
		gone, err := a.Expunge(e.ctx, box, uids)
		models[box].learn(gone)
		return err
	case n < 9:
		done, err := a.Copy(e.ctx, imap4.CopyRequest{From: box, To: other, UIDs: uids, Move: r.IntN(2) == 0})
		models[other].mu.Lock()
		for _, uid := range done.To {
			models[other].came[uid] = true
		}
		models[other].mu.Unlock()
		return err
	}
	b, err := a.Body(e.ctx, box, first)
	if errors.Is(err, imap4.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.Close()
}

// compare compares a mailbox with its model. Moves do not tell what they took.
func (e *env) compare(box imap4.MailboxID, m *model) {
	_, all := e.scan(box, 0)
	there := make(map[imap4.UID]bool)
	for _, meta := range all {
		there[meta.UID] = true
		e.False(m.gone[meta.UID], "message %d was expunged", meta.UID)
		known, ok := m.metas[meta.UID]
		e.True(ok || m.came[meta.UID], "message %d came from nowhere", meta.UID)
		if ok {
			e.Equal(known, meta)
		}
		e.EqualValues(meta.Size, len(e.read(box, meta.UID)))
	}
	_, changes, ok := e.since(box, 1)
	if !ok {
		return
	}
	expunged := make(map[imap4.UID]bool)
	for _, meta := range changes {
		expunged[meta.UID] = meta.Expunged
	}
	for uid := range m.metas {
		e.True(there[uid] || expunged[uid], "message %d is lost", uid)
	}
}

// checkFollow has one reader build its own view of a mailbox from changes only.
func checkFollow(e *env) {
	reader := e.session("alice")
	view := make(map[imap4.UID]imap4.Meta)
	var since imap4.ModSeq
	follow := func() error {
		state, all, err := reader.Scan(e.ctx, e.inbox, since)
		if errors.Is(err, imap4.ErrHistoryGone) {
			clear(view)
			state, all, err = reader.Scan(e.ctx, e.inbox, 0)
		}
		if err != nil {
			return err
		}
		for m, err := range all {
			if err != nil {
				return err
			}
			if view[m.UID] = m; m.Expunged {
				delete(view, m.UID)
			}
		}
		if state.ModSeq < since {
			return fmt.Errorf("the mod-sequence falls from %d to %d", since, state.ModSeq)
		}
		since = state.ModSeq
		return nil
	}
	stop := make(chan struct{})
	var followed, changes sync.WaitGroup
	followed.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := follow(); err != nil {
				e.Errorf("%v", err)
				return
			}
		}
	})
	for w := range uint64(4) {
		a, r := e.session("alice"), rand.New(rand.NewPCG(2, w))
		changes.Go(func() {
			for range 40 {
				_, err := a.Append(e.ctx, e.inbox, of("x"))
				uid := func() imap4.UIDSet { return imap4.NewUIDSet(imap4.UID(1 + r.IntN(120))) }
				if err == nil {
					_, _, err = a.SetFlags(e.ctx, e.inbox, imap4.FlagChange{UIDs: uid(), Mode: imap4.AddFlags, Flags: keywords(fmt.Sprint("k", r.IntN(9)))})
				}
				if err == nil {
					_, err = a.Expunge(e.ctx, e.inbox, uid())
				}
				if err != nil {
					e.Errorf("%v", err)
					return
				}
			}
		})
	}
	changes.Wait()
	close(stop)
	followed.Wait()
	e.NoError(follow())
	_, metas := e.scan(e.inbox, 0)
	e.Len(view, len(metas))
	for _, m := range metas {
		e.Equal(m, view[m.UID])
	}
}
