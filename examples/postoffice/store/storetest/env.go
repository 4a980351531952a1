package storetest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// An env is a store that a rule is checked on.
type env struct {
	*testing.T
	*require.Assertions
	ctx     context.Context
	subject Subject
	dir     string
	s       store.Store
	closed  bool
}

const domain = "example.org"

func newEnv(t *testing.T, s Subject) *env {
	e := &env{T: t, Assertions: require.New(t), ctx: t.Context(), subject: s, dir: t.TempDir()}
	e.s = s.Open(t, e.dir)
	t.Cleanup(func() {
		if !e.closed {
			e.NoError(e.s.Close())
		}
	})
	e.NoError(e.s.SetDomains(e.ctx, []string{domain, "example.net"}))
	return e
}

func (e *env) close() {
	e.NoError(e.s.Close())
	e.closed = true
}

func (e *env) reopen() {
	e.close()
	e.s = e.subject.Open(e.T, e.dir)
	e.closed = false
}

func (e *env) account(name string) store.Account {
	e.Helper()
	a, err := e.s.AddAccount(e.ctx, store.NewAccount{
		Name: name, Addresses: []store.Address{{Local: name, Domain: domain}}, PasswordHash: "hash of " + store.PasswordHash(name),
	})
	e.NoError(err)
	return a
}

func (e *env) inbox(name string) store.FolderID {
	e.Helper()
	return e.account(name).Inbox
}

func (e *env) create(owner store.AccountID, parent store.FolderID, name string) store.Folder {
	e.Helper()
	f, err := e.s.CreateFolder(e.ctx, store.NewFolder{Owner: owner, Parent: parent, Name: name})
	e.NoError(err)
	return f
}

func (e *env) folder(id store.FolderID) store.Folder {
	e.Helper()
	f, err := e.s.Folder(e.ctx, id)
	e.NoError(err)
	return f
}

func (e *env) names(owner store.AccountID) []string {
	e.Helper()
	var names []string
	for f, err := range e.s.ListFolders(e.ctx, owner) {
		e.NoError(err)
		names = append(names, f.Name)
	}
	return names
}

// deliver delivers to one folder and returns the UID.
func (e *env) deliver(folder store.FolderID, body string) store.UID {
	e.Helper()
	r, err := e.s.Deliver(e.ctx, store.Delivery{To: []store.FolderID{folder}, Sender: "sender@example.com"}, strings.NewReader(body))
	e.NoError(err)
	e.Len(r.Placed, 1)
	return r.Placed[0].UID
}

func (e *env) deliverN(folder store.FolderID, n int) {
	e.Helper()
	for i := range n {
		e.deliver(folder, fmt.Sprintf("message %d", i))
	}
}

// appendN puts many small messages into a folder.
func (e *env) appendN(folder store.FolderID, n int) {
	e.Helper()
	for n > 0 {
		msgs := make([]store.Incoming, min(n, 500))
		for i := range msgs {
			msgs[i].Body = strings.NewReader("x")
		}
		_, err := e.s.Append(e.ctx, folder, store.Each(msgs...))
		e.NoError(err)
		n -= len(msgs)
	}
}

func (e *env) read(folder store.FolderID, uid store.UID) string {
	e.Helper()
	body, err := e.s.Open(e.ctx, folder, uid)
	e.NoError(err)
	text, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
	e.NoError(err)
	e.EqualValues(body.Size(), len(text))
	e.NoError(body.Close())
	return string(text)
}

// scan returns what a Scan yields, and checks what holds for every one.
func (e *env) scan(folder store.FolderID, since store.ModSeq) (store.Folder, []store.Meta) {
	e.Helper()
	f, all, err := e.s.Scan(e.ctx, folder, since)
	e.NoError(err)
	metas := e.collect(all)
	for _, m := range metas {
		e.Greater(m.ModSeq, since)
		e.False(m.Expunged && since == 0, "an expunged message among all")
		if since == 0 {
			e.Less(m.UID, f.UIDNext)
		}
	}
	return f, metas
}

func (e *env) collect(all func(func(store.Meta, error) bool)) []store.Meta {
	e.Helper()
	var metas []store.Meta
	var last store.UID
	for m, err := range all {
		e.NoError(err)
		e.Greater(m.UID, last, "UIDs must ascend")
		last = m.UID
		metas = append(metas, m)
	}
	return metas
}

func (e *env) uids(folder store.FolderID) []store.UID {
	e.Helper()
	_, metas := e.scan(folder, 0)
	return uidsOf(metas)
}

func uidsOf(metas []store.Meta) []store.UID {
	uids := make([]store.UID, len(metas))
	for i, m := range metas {
		uids[i] = m.UID
	}
	return uids
}

// everything is the set of all UIDs.
func everything() store.UIDSet { return store.UIDSet{{From: 1, To: store.MaxUID}} }

func (e *env) expunge(folder store.FolderID, uids ...store.UID) {
	e.Helper()
	gone, err := e.s.Expunge(e.ctx, folder, store.NewUIDSet(uids...))
	e.NoError(err)
	e.Len(gone, len(uids))
}

// recount compares a folder's counters with its messages.
func (e *env) recount(id store.FolderID) {
	e.Helper()
	f, metas := e.scan(id, 0)
	var want store.Counts
	for _, m := range metas {
		want.Messages++
		want.Bytes += m.Size
		if m.Flags.System&store.Seen == 0 {
			want.Unseen++
		}
		if m.Flags.System&store.Deleted != 0 {
			want.Deleted++
		}
		e.LessOrEqual(m.ModSeq, f.ModSeq)
	}
	e.Equal(want, f.Counts, "the counters of folder %d %q", id, f.Name)
}

// recountAll compares all counters, the accounts' use of their quota included, and checks that no
// two folders have the same UIDVALIDITY.
func (e *env) recountAll() {
	e.Helper()
	if e.closed {
		return
	}
	validities := make(map[uint32]store.FolderID)
	used := map[store.AccountID]int64{store.Public: 0}
	for a, err := range e.s.ListAccounts(e.ctx) {
		e.NoError(err)
		used[a.ID] = a.Used
	}
	for _, owner := range slices.Sorted(maps.Keys(used)) {
		var bytes int64
		for f, err := range e.s.ListFolders(e.ctx, owner) {
			e.NoError(err)
			e.recount(f.ID)
			e.NotZero(f.UIDValidity)
			e.Zero(validities[f.UIDValidity], "folders with the same UIDVALIDITY")
			validities[f.UIDValidity] = f.ID
			bytes += f.Counts.Bytes
		}
		if owner != store.Public {
			e.Equal(bytes, used[owner], "octets used by account %d", owner)
		}
	}
}
