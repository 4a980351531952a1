package storetest

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var folderRules = []rule{
	{name: "create", why: "a folder is found by ID and by path; a name is taken once within its parent", check: func(e *env) {
		a := e.account("bob")
		top := e.create(a.ID, 0, "Ångström")
		sub := e.create(a.ID, top.ID, "Ångström")
		e.Equal(top.ID, sub.Parent)
		e.Equal(store.UID(1), top.UIDNext)
		e.Equal(store.ModSeq(1), top.ModSeq)
		e.False(top.Created.IsZero())
		e.Equal(sub, e.folder(sub.ID))
		got, err := e.s.FolderAt(e.ctx, a.ID, "Ångström", "Ångström")
		e.NoError(err)
		e.Equal(sub, got)
		for _, path := range [][]string{{"ångström"}, {"Ångström", "Ångström", "x"}} {
			_, err := e.s.FolderAt(e.ctx, a.ID, path...)
			e.ErrorIs(err, store.ErrNotFound)
		}
		_, err = e.s.FolderAt(e.ctx, a.ID)
		e.ErrorIs(err, store.ErrInvalid)
		_, err = e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Parent: top.ID, Name: "Ångström"})
		e.ErrorIs(err, store.ErrExists)
		other := e.account("eve")
		for _, n := range []store.NewFolder{{Owner: a.ID, Parent: 9999, Name: "x"}, {Owner: 9999, Name: "x"}, {Owner: other.ID, Parent: top.ID, Name: "x"}} {
			_, err := e.s.CreateFolder(e.ctx, n)
			e.ErrorIs(err, store.ErrNotFound)
		}
		for _, bad := range []string{"", "a\nb", "\x00", "\xff", strings.Repeat("x", store.MaxName+1)} {
			_, err := e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Name: bad})
			e.ErrorIs(err, store.ErrInvalid)
		}
		_, err = e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Name: "x", Kind: 200})
		e.ErrorIs(err, store.ErrInvalid)
	}},
	{name: "public", why: "folders may belong to nobody, and are of the kind they were made", check: func(e *env) {
		f, err := e.s.CreateFolder(e.ctx, store.NewFolder{Name: "comp.mail.misc", Kind: store.News})
		e.NoError(err)
		e.Equal(store.News, f.Kind)
		e.Equal([]string{"comp.mail.misc"}, e.names(store.Public))
		uid := e.deliver(f.ID, "article")
		e.Equal("article", e.read(f.ID, uid))
		e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
		e.Empty(e.names(store.Public))
	}},
	{name: "list", why: "all of an owner's folders are listed, and nobody else's", check: func(e *env) {
		a := e.account("bob")
		e.create(e.account("eve").ID, 0, "hers")
		want := []string{store.Inbox}
		for i := range 300 {
			want = append(want, fmt.Sprint(i))
			e.create(a.ID, 0, want[i+1])
		}
		e.Equal(want, e.names(a.ID))
	}},
	{name: "move", why: "a folder keeps its ID, its messages and what is below it wherever it moves, but not into itself", check: func(e *env) {
		a := e.account("bob")
		x, y := e.create(a.ID, 0, "x"), e.create(a.ID, 0, "y")
		z := e.create(a.ID, x.ID, "z")
		uid := e.deliver(x.ID, "stays")
		moved, err := e.s.MoveFolder(e.ctx, x.ID, y.ID, "w")
		e.NoError(err)
		e.Equal(moved, e.folder(x.ID))
		got, err := e.s.FolderAt(e.ctx, a.ID, "y", "w", "z")
		e.NoError(err)
		e.Equal(z.ID, got.ID)
		e.Equal("stays", e.read(x.ID, uid))
		for _, parent := range []store.FolderID{x.ID, z.ID} {
			_, err = e.s.MoveFolder(e.ctx, x.ID, parent, "w")
			e.ErrorIs(err, store.ErrInvalid)
		}
		_, err = e.s.MoveFolder(e.ctx, x.ID, 0, "y")
		e.ErrorIs(err, store.ErrExists)
		_, err = e.s.MoveFolder(e.ctx, x.ID, y.ID, "w")
		e.NoError(err, "where it is already")
		_, err = e.s.MoveFolder(e.ctx, a.Inbox, 0, "Inbox2")
		e.ErrorIs(err, store.ErrProtected)
		_, err = e.s.MoveFolder(e.ctx, x.ID, e.inbox("eve"), "w")
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.MoveFolder(e.ctx, x.ID, 0, "")
		e.ErrorIs(err, store.ErrInvalid)
		_, err = e.s.MoveFolder(e.ctx, 9999, 0, "v")
		e.ErrorIs(err, store.ErrNotFound)
	}},
	{name: "depth", why: "folders are at most MaxDepth deep, made or moved there", check: func(e *env) {
		a := e.account("bob")
		var parent store.FolderID
		for range store.MaxDepth {
			parent = e.create(a.ID, parent, "d").ID
		}
		_, err := e.s.CreateFolder(e.ctx, store.NewFolder{Owner: a.ID, Parent: parent, Name: "d"})
		e.ErrorIs(err, store.ErrInvalid)
		pair := e.create(a.ID, 0, "pair")
		e.create(a.ID, pair.ID, "below")
		above := e.folder(parent).Parent
		_, err = e.s.MoveFolder(e.ctx, pair.ID, above, "pair")
		e.ErrorIs(err, store.ErrInvalid, "its child would be too deep")
		_, err = e.s.MoveFolder(e.ctx, pair.ID, e.folder(above).Parent, "pair")
		e.NoError(err)
	}},
	{name: "delete", why: "a deleted folder is gone with its messages, except where they are in another folder too", check: func(e *env) {
		a := e.account("bob")
		f := e.create(a.ID, 0, "f")
		sub := e.create(a.ID, f.ID, "sub")
		e.appendN(f.ID, 600)
		_, err := e.s.Copy(e.ctx, store.CopyRequest{From: f.ID, To: a.Inbox, UIDs: store.NewUIDSet(600)})
		e.NoError(err)
		e.ErrorIs(e.s.DeleteFolder(e.ctx, f.ID), store.ErrNotEmpty)
		e.ErrorIs(e.s.DeleteFolder(e.ctx, a.Inbox), store.ErrProtected)
		e.NoError(e.s.DeleteFolder(e.ctx, sub.ID))
		e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
		e.ErrorIs(e.s.DeleteFolder(e.ctx, f.ID), store.ErrNotFound)
		e.Equal("x", e.read(a.Inbox, 1))
		e.gone(f.ID)
		got, err := e.s.Account(e.ctx, "bob")
		e.NoError(err)
		e.EqualValues(1, got.Used)
	}},
	{name: "uidvalidity", why: "a folder made after another was deleted is not taken for it (RFC 9051, 2.3.1.1)", check: func(e *env) {
		a := e.account("bob")
		var last uint32
		for i := range 6 {
			f := e.create(a.ID, 0, "again")
			e.Greater(f.UIDValidity, last)
			last = f.UIDValidity
			e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
			if i%2 == 0 {
				e.reopen()
			}
		}
	}},
}

// gone checks that nothing can be done with a folder that was deleted.
func (e *env) gone(id store.FolderID) {
	e.Helper()
	to := e.inbox("other")
	_, err := e.s.Folder(e.ctx, id)
	e.ErrorIs(err, store.ErrNotFound)
	_, _, err = e.s.Scan(e.ctx, id, 0)
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.Open(e.ctx, id, 1)
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.Deliver(e.ctx, store.Delivery{To: []store.FolderID{id}}, strings.NewReader("late"))
	e.ErrorIs(err, store.ErrNotFound)
	_, _, err = e.s.SetFlags(e.ctx, id, store.FlagChange{UIDs: everything()})
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.Expunge(e.ctx, id, everything())
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.Copy(e.ctx, store.CopyRequest{From: id, To: to, UIDs: everything()})
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.Copy(e.ctx, store.CopyRequest{From: to, To: id, UIDs: everything()})
	e.ErrorIs(err, store.ErrNotFound)
	_, err = e.s.CreateFolder(e.ctx, store.NewFolder{Owner: store.Public, Parent: id, Name: "child"})
	e.ErrorIs(err, store.ErrNotFound)
}
