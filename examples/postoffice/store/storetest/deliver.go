package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing/iotest"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var errCut = errors.New("connection lost")

func to(ids ...store.FolderID) store.Delivery {
	return store.Delivery{To: ids, Sender: "sender@example.com"}
}

// pattern returns n octets, every value among them, that depend on n.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8 + n)
	}
	return b
}

var deliverRules = []rule{
	{name: "sizes", why: "a message comes back as it came, whatever its size and octets, before and after a restart", check: func(e *env) {
		id := e.inbox("bob")
		sizes := []int{0, 1, 2, 4096, 65535, 65536, 65537, 1 << 20}
		for i, n := range sizes {
			e.EqualValues(i+1, e.deliver(id, string(pattern(n))))
		}
		check := func() {
			_, metas := e.scan(id, 0)
			e.Len(metas, len(sizes))
			for i, n := range sizes {
				e.EqualValues(n, metas[i].Size)
				e.True(bytes.Equal(pattern(n), []byte(e.read(id, metas[i].UID))), "%d octets", n)
			}
		}
		check()
		e.reopen()
		check()
	}},
	{name: "body", why: "a body can be read anywhere, and goes on while it is deleted", check: func(e *env) {
		id := e.inbox("bob")
		for _, n := range []int{5000, 200_000} {
			uid := e.deliver(id, string(pattern(n)))
			body, err := e.s.Open(e.ctx, id, uid)
			e.NoError(err)
			e.Equal("sender@example.com", body.Sender())
			e.expunge(id, uid)
			part := make([]byte, 100)
			_, err = body.ReadAt(part, int64(n-150))
			e.NoError(err)
			e.Equal(pattern(n)[n-150:n-50], part)
			got, err := body.ReadAt(part, int64(n-50))
			e.ErrorIs(err, io.EOF)
			e.Equal(50, got)
			e.NoError(body.Close())
			_, err = e.s.Open(e.ctx, id, uid)
			e.ErrorIs(err, store.ErrNotFound)
		}
	}},
	{name: "several", why: "one message for several folders is stored once, and once in each", check: func(e *env) {
		a, b, c := e.inbox("a"), e.inbox("b"), e.inbox("c")
		e.deliver(b, "before")
		d := to(c, a, c, b, a)
		d.Received = time.Date(1999, 12, 31, 23, 59, 59, 0, time.FixedZone("", 3600))
		d.Flags = store.Flags{System: store.Seen, Keywords: []string{"b", "a", "b"}}
		r, err := e.s.Deliver(e.ctx, d, strings.NewReader("for all"))
		e.NoError(err)
		e.False(r.Repeated)
		e.EqualValues(7, r.Size)
		e.Len(r.Placed, 3)
		for i, id := range []store.FolderID{c, a, b} {
			f, metas := e.scan(id, 0)
			m := metas[len(metas)-1]
			e.Equal(store.Placed{Folder: id, UIDValidity: f.UIDValidity, UID: m.UID, ModSeq: m.ModSeq}, r.Placed[i])
			e.Equal(f.ModSeq, m.ModSeq)
			e.Equal(r.Blob, m.Blob)
			e.True(d.Received.Equal(m.Received))
			e.False(m.Saved.IsZero())
			e.Equal(store.Flags{System: store.Seen, Keywords: []string{"a", "b"}}, m.Flags)
		}
		e.expunge(a, 1)
		e.Equal("for all", e.read(b, 2))
	}},
	{name: "all or none", why: "a message that one folder cannot take is in none, and the error says which folder", check: func(e *env) {
		a, b := e.inbox("a"), e.account("b")
		_, err := e.s.ChangeAccount(e.ctx, b.ID, store.AccountChange{Quota: &store.Quota{NoReceive: 10}})
		e.NoError(err)
		for _, c := range []struct {
			to   store.FolderID
			want error
		}{{9999, store.ErrNotFound}, {b.Inbox, store.ErrQuota}} {
			before := e.folder(a)
			_, err := e.s.Deliver(e.ctx, to(a, c.to), strings.NewReader("eleven octs"))
			e.ErrorIs(err, c.want)
			fe, ok := errors.AsType[*store.FolderError](err)
			e.True(ok)
			e.Equal(c.to, fe.Folder)
			e.Equal(before, e.folder(a))
		}
	}},
	{name: "quota", why: "an account takes what fits its quota, over all its folders, and no more", check: func(e *env) {
		a := e.account("a")
		f := e.create(a.ID, 0, "f")
		_, err := e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{Quota: &store.Quota{NoReceive: 100}})
		e.NoError(err)
		e.deliver(f.ID, strings.Repeat("x", 60))
		_, err = e.s.Deliver(e.ctx, to(a.Inbox), strings.NewReader(strings.Repeat("x", 41)))
		e.ErrorIs(err, store.ErrQuota)
		_, err = e.s.Deliver(e.ctx, to(a.Inbox, f.ID), strings.NewReader(strings.Repeat("x", 21)))
		e.ErrorIs(err, store.ErrQuota, "two copies count twice")
		e.deliver(a.Inbox, strings.Repeat("x", 40))
		_, err = e.s.Append(e.ctx, f.ID, store.Each(store.Incoming{Body: strings.NewReader("x")}))
		e.ErrorIs(err, store.ErrQuota)
		_, err = e.s.Copy(e.ctx, store.CopyRequest{From: f.ID, To: a.Inbox, UIDs: everything()})
		e.ErrorIs(err, store.ErrQuota)
		_, err = e.s.Copy(e.ctx, store.CopyRequest{From: f.ID, To: a.Inbox, UIDs: everything(), Move: true})
		e.NoError(err, "a move needs no room")
		b := e.inbox("b")
		e.deliver(b, "x")
		_, err = e.s.Copy(e.ctx, store.CopyRequest{From: b, To: a.Inbox, UIDs: everything(), Move: true})
		e.ErrorIs(err, store.ErrQuota, "from another account it does")
		_, err = e.s.ChangeAccount(e.ctx, a.ID, store.AccountChange{Quota: &store.Quota{NoReceive: 50}})
		e.NoError(err, "below what is used")
		_, err = e.s.Copy(e.ctx, store.CopyRequest{From: a.Inbox, To: f.ID, UIDs: store.NewUIDSet(2), Move: true})
		e.NoError(err)
		e.expunge(f.ID, 2)
		e.deliver(f.ID, strings.Repeat("x", 10))
		_, err = e.s.Deliver(e.ctx, to(f.ID), strings.NewReader("x"))
		e.ErrorIs(err, store.ErrQuota)
	}},
	{name: "key", why: "the same key is the same delivery, for as long as it is known, also after a restart", check: func(e *env) {
		a := e.inbox("a")
		d := to(a)
		d.Key = "queue-1"
		first, err := e.s.Deliver(e.ctx, d, strings.NewReader("once"))
		e.NoError(err)
		e.expunge(a, 1)
		for range 2 {
			again, err := e.s.Deliver(e.ctx, d, bytes.NewReader(pattern(100_000)))
			e.NoError(err)
			e.True(again.Repeated)
			again.Repeated = false
			e.Equal(first, again)
			e.Empty(e.uids(a))
			e.reopen()
		}
		d.Key = "queue-2"
		_, err = e.s.Deliver(e.ctx, d, strings.NewReader("twice"))
		e.NoError(err)
		e.Equal([]store.UID{2}, e.uids(a))
	}},
	{name: "key at once", why: "of deliveries with one key that meet, one is made", check: func(e *env) {
		a := e.inbox("a")
		d := to(a)
		d.Key = "same"
		var wg sync.WaitGroup
		receipts := make([]store.Receipt, 16)
		errs := make([]error, len(receipts))
		for i := range receipts {
			wg.Go(func() { receipts[i], errs[i] = e.s.Deliver(e.ctx, d, strings.NewReader("x")) })
		}
		wg.Wait()
		fresh := 0
		for i, r := range receipts {
			e.NoError(errs[i])
			e.Equal(receipts[0].Placed, r.Placed)
			if !r.Repeated {
				fresh++
			}
		}
		e.Equal(1, fresh)
		e.Len(e.uids(a), 1)
	}},
	{name: "refused key", why: "a delivery that was refused may be tried again with its key", check: func(e *env) {
		d := to(9999)
		d.Key = "k"
		_, err := e.s.Deliver(e.ctx, d, strings.NewReader("x"))
		e.ErrorIs(err, store.ErrNotFound)
		d.To = []store.FolderID{e.inbox("a")}
		r, err := e.s.Deliver(e.ctx, d, strings.NewReader("x"))
		e.NoError(err)
		e.False(r.Repeated)
	}},
	{name: "cut short", why: "a body that ends in an error is not a message, and the error is the caller's to see", check: func(e *env) {
		a := e.inbox("a")
		before := e.folder(a)
		for _, n := range []int{0, 100, 100_000} {
			_, err := e.s.Deliver(e.ctx, to(a), io.MultiReader(bytes.NewReader(pattern(n)), iotest.ErrReader(errCut)))
			e.ErrorIs(err, errCut)
			_, err = e.s.Append(e.ctx, a, store.Each(
				store.Incoming{Body: strings.NewReader("whole")},
				store.Incoming{Body: io.MultiReader(bytes.NewReader(pattern(n)), iotest.ErrReader(errCut))}))
			e.ErrorIs(err, errCut)
		}
		e.Equal(before, e.folder(a))
	}},
	{name: "slow", why: "a sender who takes his time delays nobody, small message or large", check: func(e *env) {
		a := e.inbox("a")
		for _, n := range []int{10, 100_000} {
			r, w := io.Pipe()
			done := make(chan error)
			go func() {
				_, err := e.s.Deliver(e.ctx, to(a), r)
				done <- err
			}()
			_, err := w.Write(pattern(n))
			e.NoError(err)
			e.deliver(a, "fast")
			e.Equal("fast", e.read(a, e.folder(a).UIDNext-1))
			e.NoError(w.Close())
			e.NoError(<-done)
		}
		e.Len(e.uids(a), 4)
	}},
	{name: "context", why: "a call whose context has ended has done nothing", check: func(e *env) {
		a := e.inbox("a")
		before := e.folder(a)
		ctx, cancel := context.WithCancel(e.ctx)
		_, err := e.s.Deliver(ctx, to(a), readerFunc(func(b []byte) (int, error) {
			cancel() // in the midst of the body
			return copy(b, "some"), nil
		}))
		e.ErrorIs(err, context.Canceled)
		_, err = e.s.Expunge(ctx, a, everything())
		e.ErrorIs(err, context.Canceled)
		_, err = e.s.Folder(ctx, a)
		e.ErrorIs(err, context.Canceled)
		e.Equal(before, e.folder(a))
	}},
	{name: "invalid", why: "what cannot be stored is refused", check: func(e *env) {
		a := e.inbox("a")
		for _, d := range []store.Delivery{
			{},
			{To: make([]store.FolderID, store.MaxRecipients+1)},
			{To: []store.FolderID{a}, Key: strings.Repeat("k", store.MaxName+1)},
			{To: []store.FolderID{a}, Sender: "a\r\nb"},
			{To: []store.FolderID{a}, Sender: strings.Repeat("s", store.MaxSender+1)},
			{To: []store.FolderID{a}, Flags: store.Flags{System: 0x80}},
			{To: []store.FolderID{a}, Flags: store.Flags{Keywords: []string{"a b"}}},
		} {
			_, err := e.s.Deliver(e.ctx, d, strings.NewReader("x"))
			e.ErrorIs(err, store.ErrInvalid, fmt.Sprintf("%.200v", d))
		}
	}},
	{name: "key forgotten", timed: true, why: "a key is known for as long as Sweep was told, and then it is forgotten", check: func(e *env) {
		d := to(e.inbox("a"))
		deliver := func(key string) bool {
			d.Key = key
			r, err := e.s.Deliver(e.ctx, d, strings.NewReader("x"))
			e.NoError(err)
			return r.Repeated
		}
		e.False(deliver("old"))
		e.subject.Advance(2 * time.Hour)
		e.False(deliver("new"))
		e.NoError(e.s.Sweep(e.ctx, store.Retention{}))
		e.True(deliver("old"))
		e.NoError(e.s.Sweep(e.ctx, store.Retention{Keys: time.Hour}))
		e.True(deliver("new"))
		e.False(deliver("old"))
	}},
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
