package storetest

import (
	"bytes"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var appendRules = []rule{
	{name: "several", why: "messages appended together arrive together, in order, as they came", check: func(e *env) {
		id := e.inbox("bob")
		when := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
		sizes := []int{10, 100_000, 0}
		msgs := make([]store.Incoming, len(sizes))
		for i, n := range sizes {
			msgs[i] = store.Incoming{Body: bytes.NewReader(pattern(n)), Received: when.AddDate(-i*1000, 0, 0)}
		}
		msgs[1].Flags = store.Flags{System: store.Draft, Keywords: []string{"$MDNSent"}}
		metas, err := e.s.Append(e.ctx, id, store.Each(msgs...))
		e.NoError(err)
		_, got := e.scan(id, 0)
		e.Equal(got, metas)
		for i, n := range sizes {
			e.Equal(store.UID(i+1), metas[i].UID)
			e.True(msgs[i].Received.Equal(metas[i].Received))
			e.Equal(msgs[i].Flags, metas[i].Flags)
			e.True(bytes.Equal(pattern(n), []byte(e.read(id, metas[i].UID))))
		}
	}},
	{name: "much", why: "a call may carry more than anybody would hold in memory", check: func(e *env) {
		id := e.inbox("bob")
		msgs := make([]store.Incoming, 60)
		for i := range msgs {
			msgs[i].Body = bytes.NewReader(pattern(40_000 + i))
		}
		_, err := e.s.Append(e.ctx, id, store.Each(msgs...))
		e.NoError(err)
		for i := range msgs {
			e.True(bytes.Equal(pattern(40_000+i), []byte(e.read(id, store.UID(i+1)))))
		}
	}},
	{name: "cut short", why: "an error instead of a message leaves nothing, however much came before", check: func(e *env) {
		id := e.inbox("bob")
		before := e.folder(id)
		_, err := e.s.Append(e.ctx, id, func(yield func(store.Incoming, error) bool) {
			if yield(store.Incoming{Body: bytes.NewReader(pattern(100_000))}, nil) {
				yield(store.Incoming{}, errCut)
			}
		})
		e.ErrorIs(err, errCut)
		e.Equal(before, e.folder(id))
	}},
	{name: "none", why: "what cannot be appended leaves nothing", check: func(e *env) {
		id := e.inbox("bob")
		before := e.folder(id)
		good := store.Incoming{Body: strings.NewReader("x")}
		many := make([]store.Incoming, store.MaxAppend+1)
		for i := range many {
			many[i].Body = strings.NewReader("x")
		}
		for _, msgs := range [][]store.Incoming{
			{},
			many,
			{good, {Body: strings.NewReader("x"), Flags: store.Flags{Keywords: []string{""}}}},
		} {
			_, err := e.s.Append(e.ctx, id, store.Each(msgs...))
			e.ErrorIs(err, store.ErrInvalid)
		}
		_, err := e.s.Append(e.ctx, 9999, store.Each(good))
		e.ErrorIs(err, store.ErrNotFound)
		e.Equal(before, e.folder(id))
	}},
}
