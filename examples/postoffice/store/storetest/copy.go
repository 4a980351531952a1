package storetest

import (
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var copyRules = []rule{
	{name: "copy", why: "a copy shares the bytes and has its own place; each goes on without the other", check: func(e *env) {
		a, b := e.inbox("a"), e.inbox("b")
		e.deliverN(a, 3)
		e.deliver(b, string(pattern(100_000)))
		_, _, err := e.s.SetFlags(e.ctx, a, store.FlagChange{UIDs: store.NewUIDSet(2), Flags: store.Flags{System: store.Seen, Keywords: []string{"k"}}})
		e.NoError(err)
		before := e.folder(a)
		done, err := e.s.Copy(e.ctx, store.CopyRequest{From: a, To: b, UIDs: store.UIDSet{{From: 2, To: 99}}})
		e.NoError(err)
		e.Equal(store.Copied{UIDValidity: e.folder(b).UIDValidity, From: []store.UID{2, 3}, To: []store.UID{2, 3}}, done)
		e.Equal(before, e.folder(a))
		_, from := e.scan(a, 0)
		_, to := e.scan(b, 0)
		e.Equal(from[1].Flags, to[1].Flags)
		e.Equal(from[1].Blob, to[1].Blob)
		e.Equal(from[1].Received, to[1].Received)
		e.expunge(a, 2)
		e.Equal("message 1", e.read(b, 2))
		e.expunge(b, 2)
	}},
	{name: "same folder", why: "messages may be copied and moved within their folder, and get new UIDs", check: func(e *env) {
		a := e.inbox("a")
		e.deliver(a, string(pattern(70_000)))
		done, err := e.s.Copy(e.ctx, store.CopyRequest{From: a, To: a, UIDs: everything()})
		e.NoError(err)
		e.Equal([]store.UID{2}, done.To)
		done, err = e.s.Copy(e.ctx, store.CopyRequest{From: a, To: a, UIDs: everything(), Move: true})
		e.NoError(err)
		e.Equal([]store.UID{1, 2}, done.From)
		e.Equal([]store.UID{3, 4}, done.To)
		e.Equal([]store.UID{3, 4}, e.uids(a))
		e.expunge(a, 3)
		e.Equal(string(pattern(70_000)), e.read(a, 4))
	}},
	{name: "move", why: "a move is an expunge here and a message there, in one commit", check: func(e *env) {
		a, b := e.inbox("a"), e.inbox("b")
		e.deliverN(a, 3)
		since := e.folder(a).ModSeq
		done, err := e.s.Copy(e.ctx, store.CopyRequest{From: a, To: b, UIDs: store.NewUIDSet(1, 3), Move: true})
		e.NoError(err)
		e.Equal([]store.UID{2}, e.uids(a))
		f, changes := e.scan(a, since)
		e.Equal([]store.UID{1, 3}, uidsOf(changes))
		e.True(changes[0].Expunged)
		e.Equal(f.ModSeq, done.Moved)
		e.Equal(done.Moved, changes[0].ModSeq)
		e.Equal("message 2", e.read(b, done.To[1]))
	}},
	{name: "none", why: "nothing to copy is no error and no change", check: func(e *env) {
		a, b := e.inbox("a"), e.inbox("b")
		e.deliverN(a, 1)
		before := e.folder(b)
		for _, set := range []store.UIDSet{nil, store.NewUIDSet(5, 7)} {
			done, err := e.s.Copy(e.ctx, store.CopyRequest{From: a, To: b, UIDs: set, Move: true})
			e.NoError(err)
			e.Equal(store.Copied{UIDValidity: before.UIDValidity}, done)
			gone, err := e.s.Expunge(e.ctx, a, set)
			e.NoError(err)
			e.Empty(gone)
		}
		e.Equal(before, e.folder(b))
		_, err := e.s.Copy(e.ctx, store.CopyRequest{From: a, To: b, UIDs: store.UIDSet{{From: 2, To: 1}}})
		e.ErrorIs(err, store.ErrInvalid)
	}},
	{name: "expunge", why: "an expunge removes what it names and says what it removed", check: func(e *env) {
		a := e.inbox("a")
		e.deliverN(a, 4)
		_, all := e.scan(a, 0)
		gone, err := e.s.Expunge(e.ctx, a, store.UIDSet{{From: 2, To: 3}, {From: 9, To: 12}})
		e.NoError(err)
		e.Equal([]store.UID{2, 3}, uidsOf(gone))
		for i, m := range gone {
			e.True(m.Expunged)
			e.Equal(e.folder(a).ModSeq, m.ModSeq)
			e.Equal(all[i+1].Blob, m.Blob)
		}
		e.Equal([]store.UID{1, 4}, e.uids(a))
		_, err = e.s.Open(e.ctx, a, 2)
		e.ErrorIs(err, store.ErrNotFound)
	}},
}
