package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/wirepost/wirepost/imap4"
)

func contextEnded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

func scanRules() []rule {
	return []rule{
		{"changes", "a Scan since a mod-sequence yields what was added, changed or expunged after it", func(e *env) {
			e.fill(e.inbox, 5)
			was, _ := e.scan(e.inbox, 0)
			_, none, ok := e.since(e.inbox, was.ModSeq)
			e.True(ok, "nothing was expunged since")
			e.Empty(none)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Flagged), 2, 4)
			changed := e.state(e.inbox).ModSeq
			e.expunge(e.inbox, 4, 5)
			six := e.put(e.inbox, "six")[0]
			is, all, ok := e.since(e.inbox, was.ModSeq)
			if !ok {
				_, all := e.scan(e.inbox, 0)
				e.Equal([]imap4.UID{1, 2, 3, six.UID}, uidsOf(all))
				return
			}
			e.Equal([]imap4.UID{2, 4, 5, six.UID}, uidsOf(all))
			e.False(all[0].Expunged || all[3].Expunged)
			e.True(all[1].Expunged && all[2].Expunged)
			e.Equal(imap4.Flagged, all[0].Flags.System)
			e.Greater(all[1].ModSeq, all[0].ModSeq)
			e.Greater(all[3].ModSeq, all[2].ModSeq)
			e.Equal(is.ModSeq, all[3].ModSeq, "the State has the highest mod-sequence that was given")
			_, later, ok := e.since(e.inbox, changed)
			if ok {
				e.Equal([]imap4.UID{4, 5, six.UID}, uidsOf(later))
			}
		}},
		{"mod-sequences", "each change has a higher mod-sequence than what was visible before it", func(e *env) {
			last := e.state(e.inbox).ModSeq
			rises := func(what string, did bool) {
				is, all := e.scan(e.inbox, 0)
				if did {
					e.Greater(is.ModSeq, last, what)
				} else {
					e.Equal(last, is.ModSeq, what)
				}
				for _, m := range all {
					e.LessOrEqual(m.ModSeq, is.ModSeq)
				}
				last = is.ModSeq
			}
			e.fill(e.inbox, 2)
			rises("Append", true)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), 1)
			rises("SetFlags", true)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), 1)
			rises("SetFlags that changes nothing", false)
			_, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: e.inbox, UIDs: imap4.NewUIDSet(1)})
			e.NoError(err)
			rises("Copy", true)
			e.expunge(e.inbox, 1)
			rises("Expunge", true)
			e.expunge(e.inbox, 1)
			rises("Expunge of nothing", false)
		}},
		{"beyond", "a Scan since more than there is yields nothing", func(e *env) {
			e.fill(e.inbox, 2)
			_, all := e.scan(e.inbox, e.state(e.inbox).ModSeq+100)
			e.Empty(all)
		}},
		{"meanwhile", "the mailbox can be changed during the iteration, and what changed is yielded by a Scan since the State's", func(e *env) {
			const n = 1500
			e.fill(e.inbox, n)
			view := make(map[imap4.UID]imap4.Meta)
			state, all, err := e.a.Scan(e.ctx, e.inbox, 0)
			e.NoError(err)
			e.soon("a change within a Scan", func() {
				for m, err := range all {
					e.NoError(err)
					e.Less(m.UID, state.UIDNext, "with since 0 no UID is at or above State.UIDNext")
					view[m.UID] = m
					switch m.UID {
					case 10:
						e.expunge(e.inbox, 5, 1400)
						e.fill(e.inbox, 2)
					case 1200:
						e.flag(e.inbox, imap4.AddFlags, system(imap4.Draft), 3, 1450)
					}
				}
			})
			now, changes, ok := e.since(e.inbox, state.ModSeq)
			if !ok {
				e.Skip("the store remembers no expunges")
			}
			for _, m := range changes {
				if view[m.UID] = m; m.Expunged {
					delete(view, m.UID)
				}
			}
			is, whole := e.scan(e.inbox, 0)
			e.Equal(now, is)
			e.Len(view, len(whole))
			for _, m := range whole {
				e.Equal(m, view[m.UID])
			}
		}},
		{"stop", "an iteration can be left, and ends with the context", func(e *env) {
			e.fill(e.inbox, 1500)
			_, all, err := e.a.Scan(e.ctx, e.inbox, 0)
			e.NoError(err)
			for range all {
				break
			}
			ctx, cancel := context.WithCancel(e.ctx)
			defer cancel()
			_, all, err = e.a.Scan(ctx, e.inbox, 0)
			e.NoError(err)
			n := 0
			var last error
			for _, last = range all {
				n++
				cancel()
			}
			e.True(n == 1500 && last == nil || errors.Is(last, context.Canceled), "%d of 1500, and %v", n, last)
		}},
		{"history", "ErrHistoryGone says that expunges have been forgotten, and nothing else does", func(e *env) {
			e.fill(e.inbox, 3)
			was := e.state(e.inbox)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), 1)
			_, changes := e.scan(e.inbox, was.ModSeq)
			e.Equal([]imap4.UID{1}, uidsOf(changes))
			e.expunge(e.inbox, 1, 2)
			_, changes, ok := e.since(e.inbox, was.ModSeq)
			if ok {
				e.Equal([]imap4.UID{1, 2}, uidsOf(changes))
			}
			_, all := e.scan(e.inbox, 0)
			e.Equal([]imap4.UID{3}, uidsOf(all))
			_, none := e.scan(e.inbox, e.state(e.inbox).ModSeq)
			e.Empty(none)
		}},
		{"UIDs", "a UID is never given twice", func(e *env) {
			var given []imap4.UID
			for range 4 {
				uid := e.put(e.inbox, "x")[0].UID
				e.Less(uid, e.state(e.inbox).UIDNext)
				given = append(given, uid)
				e.expunge(e.inbox, uid)
				e.Greater(e.state(e.inbox).UIDNext, uid, "UIDNext is above every UID that was ever given")
			}
			e.True(slices.IsSorted(given))
			e.Len(slices.Compact(given), 4)
		}},
		{"large", "a mailbox of any size is yielded whole", func(e *env) {
			const n = 3000
			metas := e.fill(e.inbox, n)
			was, all := e.scan(e.inbox, 0)
			e.Len(all, n)
			e.expunge(e.inbox, uidsOf(metas[:1200])...)
			_, _, err := e.a.SetFlags(e.ctx, e.inbox, imap4.FlagChange{UIDs: everything(), Mode: imap4.AddFlags, Flags: system(imap4.Seen)})
			e.NoError(err)
			_, all = e.scan(e.inbox, 0)
			e.Equal(uidsOf(metas[1200:]), uidsOf(all))
			if _, changes, ok := e.since(e.inbox, was.ModSeq); ok {
				e.Len(changes, n)
			}
		}},
	}
}
