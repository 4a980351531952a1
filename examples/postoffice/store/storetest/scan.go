package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var scanRules = []rule{
	{name: "since", why: "a scan since a mod-sequence yields what was changed after it, each message once, as it is now", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 5)
		f, all := e.scan(id, 0)
		e.Equal([]store.UID{1, 2, 3, 4, 5}, uidsOf(all))
		_, none := e.scan(id, f.ModSeq)
		e.Empty(none)
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(2, 4), Mode: store.Add, Flags: store.Flags{System: store.Flagged}})
		e.NoError(err)
		e.expunge(id, 4, 5)
		e.deliver(id, "six")
		now, changes := e.scan(id, f.ModSeq)
		e.Equal([]store.UID{2, 4, 5, 6}, uidsOf(changes))
		e.Equal([]bool{false, true, true, false}, []bool{changes[0].Expunged, changes[1].Expunged, changes[2].Expunged, changes[3].Expunged})
		e.Equal(store.Flagged, changes[0].Flags.System)
		e.Equal(changes[1].ModSeq, changes[2].ModSeq, "one commit, one mod-sequence")
		e.Equal(now.ModSeq, changes[3].ModSeq)
		_, after := e.scan(id, changes[1].ModSeq)
		e.Equal([]store.UID{6}, uidsOf(after))
		_, gone := e.scan(id, 1)
		e.Equal([]store.UID{1, 2, 3, 4, 5, 6}, uidsOf(gone))
		_, beyond := e.scan(id, now.ModSeq+100)
		e.Empty(beyond)
	}},
	{name: "large", why: "folders larger than any page are yielded whole, changes and expunges too", check: func(e *env) {
		id := e.inbox("bob")
		const n = 2500
		e.appendN(id, n)
		f, all := e.scan(id, 0)
		e.Len(all, n)
		e.expunge(id, uidsOf(all[:1200])...)
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: everything(), Mode: store.Add, Flags: store.Flags{System: store.Seen}})
		e.NoError(err)
		_, changes := e.scan(id, f.ModSeq)
		e.Equal(uidsOf(all), uidsOf(changes))
		for i, m := range changes {
			e.Equal(i < 1200, m.Expunged)
			e.Equal(i >= 1200, m.Flags.System == store.Seen)
		}
	}},
	{name: "some", why: "Metas yields those of the messages that there are, as a scan does", check: func(e *env) {
		id := e.inbox("bob")
		e.appendN(id, 2500)
		e.expunge(id, 4, 2400)
		_, all := e.scan(id, 0)
		for _, uids := range []store.UIDSet{
			everything(), store.NewUIDSet(3, 4, 5, 2000, 9999), {{From: 1, To: 1000}, {From: 1002, To: 2001}, {From: 2003, To: 4000}}, {}, store.NewUIDSet(4),
		} {
			want := slices.DeleteFunc(slices.Clone(all), func(m store.Meta) bool { return !uids.Contains(m.UID) })
			got := []store.Meta{}
			for m, err := range e.s.Metas(e.ctx, id, uids) {
				e.NoError(err)
				got = append(got, m)
			}
			e.Equal(want, got)
		}
		for folder, uids := range map[store.FolderID]store.UIDSet{id + 1000: everything(), id: {{From: 5, To: 3}}, id + 1001: {}} {
			var last error
			for _, last = range e.s.Metas(e.ctx, folder, uids) {
			}
			e.NotNil(last)
		}
	}},
	{name: "listing", why: "Listing is a different number after each change of folders and notes, and the same after others", check: func(e *env) {
		a := e.account("bob")
		last := e.s.Listing()
		for what, change := range map[string]func() error{
			"a folder": func() error {
				f, err := e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Name: "f"})
				if err == nil && e.s.Listing() == last {
					e.Fail("the same after CreateFolder")
				}
				last = e.s.Listing()
				if err == nil {
					f, err = e.s.MoveFolder(e.ctx, f.ID, 0, "g")
				}
				if err == nil && e.s.Listing() == last {
					e.Fail("the same after MoveFolder")
				}
				last = e.s.Listing()
				if err == nil {
					err = e.s.DeleteFolder(e.ctx, f.ID)
				}
				return err
			},
			"a note": func() error {
				return e.s.SetNotes(e.ctx, []store.Note{{Folder: a.Inbox, Name: "n", Value: []byte("v")}})
			},
		} {
			e.NoError(change())
			e.NotEqual(last, e.s.Listing(), what)
			last = e.s.Listing()
		}
		e.appendN(a.Inbox, 2)
		e.expunge(a.Inbox, 1)
		e.Equal(last, e.s.Listing())
	}},
	{name: "meanwhile", why: "an iteration holds nothing: the folder can be changed from within, and what changed is yielded by the next", check: func(e *env) {
		id := e.inbox("bob")
		e.appendN(id, 2500)
		f, all, err := e.s.Scan(e.ctx, id, 0)
		e.NoError(err)
		seen := make(map[store.UID]bool)
		for m, err := range all {
			e.NoError(err)
			seen[m.UID] = true
			switch m.UID {
			case 10:
				e.expunge(id, 5, 2400)
				e.deliverN(id, 2)
			case 1500:
				_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(3), Flags: store.Flags{System: store.Draft}})
				e.NoError(err)
			}
		}
		e.False(seen[2501] || seen[2502], "they came after the folder was read")
		_, changes := e.scan(id, f.ModSeq)
		e.Equal([]store.UID{3, 5, 2400, 2501, 2502}, uidsOf(changes))
	}},
	{name: "deleted meanwhile", why: "an iteration over a folder that is deleted says so, and does not pass for a whole one", check: func(e *env) {
		for _, since := range []store.ModSeq{0, 1} {
			f := e.create(store.Public, 0, "f")
			e.appendN(f.ID, 1500)
			_, all, err := e.s.Scan(e.ctx, f.ID, since)
			e.NoError(err)
			var last error
			n := 0
			for _, last = range all {
				if n++; n == 1 {
					e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
				}
			}
			e.ErrorIs(last, store.ErrNotFound)
		}
	}},
	{name: "stop", why: "an iteration may be left, and made again, and ends when the context does", check: func(e *env) {
		id := e.inbox("bob")
		e.appendN(id, 1500)
		ctx, cancel := context.WithCancel(e.ctx)
		defer cancel()
		_, all, err := e.s.Scan(ctx, id, 0)
		e.NoError(err)
		for range 2 {
			for m, err := range all {
				e.NoError(err)
				if m.UID == 3 {
					break
				}
			}
		}
		var last error
		n := 0
		for _, last = range all {
			n++
			cancel()
		}
		e.ErrorIs(last, context.Canceled)
		e.LessOrEqual(n, 1500)
	}},
	{name: "history", timed: true, why: "expunges are remembered for as long as Sweep was told, and when they are forgotten a scan says so", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 4)
		start := e.folder(id).ModSeq
		e.expunge(id, 1)
		middle := e.folder(id).ModSeq
		e.subject.Advance(48 * time.Hour)
		e.expunge(id, 2)
		e.NoError(e.s.Sweep(e.ctx, store.Retention{}))
		_, changes := e.scan(id, start)
		e.Equal([]store.UID{1, 2}, uidsOf(changes))
		_, lazy, err := e.s.Scan(e.ctx, id, start)
		e.NoError(err)
		e.NoError(e.s.Sweep(e.ctx, store.Retention{Expunges: 24 * time.Hour}))
		_, _, err = e.s.Scan(e.ctx, id, start)
		e.ErrorIs(err, store.ErrHistoryGone)
		for _, err := range lazy {
			e.ErrorIs(err, store.ErrHistoryGone, "forgotten between Scan and its iteration")
		}
		_, changes = e.scan(id, middle)
		e.Equal([]store.UID{2}, uidsOf(changes))
		e.Equal([]store.UID{3, 4}, e.uids(id))
	}},
	{name: "uids", why: "a UID is never given twice, also when its message is gone", check: func(e *env) {
		id := e.inbox("bob")
		var want []store.UID
		for range 3 {
			uid := e.deliver(id, "x")
			want = append(want, uid)
			e.expunge(id, uid)
			e.reopen()
		}
		e.True(slices.IsSorted(want))
		e.Len(slices.Compact(want), 3)
	}},
}
