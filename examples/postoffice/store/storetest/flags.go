package storetest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

func keywords(k ...string) store.Flags { return store.Flags{Keywords: k} }

var flagRules = []rule{
	{name: "modes", why: "flags are replaced, added and removed; what does not change keeps its mod-sequence", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 3)
		for _, step := range []struct {
			change store.FlagChange
			want   string // of message 2, when it was changed
		}{
			{store.FlagChange{Mode: store.Add, Flags: store.Flags{System: store.Seen | store.Draft, Keywords: []string{"b", "a"}}}, "17 [a b]"},
			{store.FlagChange{Mode: store.Add, Flags: keywords("a")}, ""},
			{store.FlagChange{Mode: store.Remove, Flags: store.Flags{System: store.Draft | store.Deleted, Keywords: []string{"b", "x"}}}, "1 [a]"},
			{store.FlagChange{Mode: store.Remove, Flags: keywords("c")}, ""},
			{store.FlagChange{Mode: store.Add, Flags: keywords("A")}, ""},
			{store.FlagChange{Mode: store.Remove, Flags: keywords("A")}, "1 []"},
			{store.FlagChange{Mode: store.Add, Flags: keywords("A", "$\u212a")}, "1 [$\u212a a]"},
			{store.FlagChange{Mode: store.Replace, Flags: store.Flags{System: store.Deleted}}, "8 []"},
			{store.FlagChange{Mode: store.Replace, Flags: store.Flags{System: store.Deleted}}, ""},
			{store.FlagChange{Mode: store.Replace}, "0 []"},
		} {
			before := e.folder(id)
			step.change.UIDs = store.UIDSet{{From: 2, To: 2}, {From: 100, To: 200}}
			changed, conflict, err := e.s.SetFlags(e.ctx, id, step.change)
			e.NoError(err)
			e.Empty(conflict)
			if step.want == "" {
				e.Empty(changed)
				e.Equal(before, e.folder(id))
				continue
			}
			e.Len(changed, 1)
			e.Equal(step.want, fmt.Sprint(int(changed[0].Flags.System), changed[0].Flags.Keywords))
			_, metas := e.scan(id, before.ModSeq)
			e.Equal(changed, metas)
			e.recount(id)
		}
		e.Equal(store.Counts{Messages: 3, Unseen: 3, Bytes: 27}, e.folder(id).Counts)
	}},
	{name: "unchanged since", why: "a conditional change spares what was changed since (RFC 7162, 3.1.3)", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 3)
		base := e.folder(id).ModSeq
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(2), Flags: keywords("mine")})
		e.NoError(err)
		changed, conflict, err := e.s.SetFlags(e.ctx, id, store.FlagChange{
			UIDs: everything(), Mode: store.Add, Flags: keywords("yours"), UnchangedSince: base,
		})
		e.NoError(err)
		e.Equal([]store.UID{1, 3}, uidsOf(changed))
		e.Equal(store.NewUIDSet(2), conflict)
		_, metas := e.scan(id, 0)
		e.Equal([]string{"mine"}, metas[1].Flags.Keywords)
	}},
	{name: "spelling", why: "keywords compare without regard to ASCII case, and a folder spells them as it saw them first", check: func(e *env) {
		a := e.account("bob")
		e.deliverN(a.Inbox, 1)
		_, _, err := e.s.SetFlags(e.ctx, a.Inbox, store.FlagChange{UIDs: everything(), Flags: keywords("$Junk")})
		e.NoError(err)
		metas, err := e.s.Append(e.ctx, a.Inbox, store.Each(store.Incoming{Flags: keywords("$JUNK", "$junk"), Body: strings.NewReader("x")}))
		e.NoError(err)
		e.Equal([]string{"$Junk"}, metas[0].Flags.Keywords)
		f := e.create(a.ID, 0, "f")
		_, err = e.s.Append(e.ctx, f.ID, store.Each(store.Incoming{Flags: keywords("$JUNK"), Body: strings.NewReader("x")}))
		e.NoError(err)
		_, err = e.s.Copy(e.ctx, store.CopyRequest{From: a.Inbox, To: f.ID, UIDs: everything()})
		e.NoError(err)
		e.reopen()
		_, metas = e.scan(f.ID, 0)
		for _, m := range metas {
			e.Equal([]string{"$JUNK"}, m.Flags.Keywords)
		}
		_, metas = e.scan(a.Inbox, 0)
		for _, m := range metas {
			e.Equal([]string{"$Junk"}, m.Flags.Keywords)
		}
	}},
	{name: "many keywords", why: "a folder has no more than MaxFolderKeywords different ones", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 1)
		for i := range store.MaxFolderKeywords / store.MaxKeywords {
			var k []string
			for j := range store.MaxKeywords {
				k = append(k, fmt.Sprintf("k%d.%d", i, j))
			}
			_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: everything(), Flags: keywords(k...)})
			e.NoError(err)
		}
		before := e.folder(id)
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: everything(), Flags: keywords("more")})
		e.ErrorIs(err, store.ErrInvalid)
		_, _, err = e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(99), Flags: keywords("more")})
		e.NoError(err, "of no message")
		e.Equal(before, e.folder(id))
		_, _, err = e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: everything(), Flags: keywords("K1.1")})
		e.NoError(err)
	}},
	{name: "invalid", why: "flags that cannot be stored change nothing", check: func(e *env) {
		id := e.inbox("bob")
		e.deliverN(id, 2)
		var many []string
		for i := range store.MaxKeywords {
			many = append(many, fmt.Sprint("k", i))
		}
		_, _, err := e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: store.NewUIDSet(2), Flags: keywords(many...)})
		e.NoError(err)
		before := e.folder(id)
		for _, c := range []store.FlagChange{
			{UIDs: everything(), Mode: store.Add, Flags: keywords("more")}, // too many on the second message
			{UIDs: everything(), Flags: keywords("")},
			{UIDs: everything(), Flags: keywords("a b")},
			{UIDs: everything(), Flags: keywords("a\r\n")},
			{UIDs: everything(), Flags: keywords(strings.Repeat("k", store.MaxName+1))},
			{UIDs: everything(), Flags: store.Flags{System: 0x40}},
			{UIDs: everything(), Mode: 9},
			{UIDs: store.UIDSet{{From: 5, To: 3}}},
			{UIDs: store.UIDSet{{From: 0, To: 3}}},
			{UIDs: store.UIDSet{{From: 3, To: 3}, {From: 3, To: 4}}},
		} {
			_, _, err := e.s.SetFlags(e.ctx, id, c)
			e.ErrorIs(err, store.ErrInvalid)
		}
		e.Equal(before, e.folder(id))
	}},
}
