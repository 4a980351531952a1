package storetest

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var noteRules = []rule{
	{name: "kept", why: "a note is what was last written under its folder, account and name, until it is removed", check: func(e *env) {
		a, b := e.account("bob"), e.account("eve")
		all := []store.Note{
			{Folder: a.Inbox, Name: "acl/eve", Value: []byte("lr")},
			{Folder: a.Inbox, Account: a.ID, Name: "acl/eve", Value: []byte("another")},
			{Account: a.ID, Name: "acl/eve", Value: []byte("a third")},
			{Folder: b.Inbox, Name: "acl/eve", Value: []byte{}},
			{Name: "everybody's", Value: []byte{0, 255}},
		}
		e.NoError(e.s.SetNotes(e.ctx, all))
		e.NoError(e.s.SetNotes(e.ctx, []store.Note{{Folder: a.Inbox, Name: "acl/eve", Value: []byte("lrs")}}))
		all[0].Value = []byte("lrs")
		e.reopen()
		for _, n := range all {
			e.Equal([]store.Note{n}, e.notes(e.s.Notes(e.ctx, n.Folder, n.Account, "")))
		}
		e.NoError(e.s.SetNotes(e.ctx, []store.Note{{Folder: a.Inbox, Name: "acl/eve"}, {Name: "never was"}}))
		e.Empty(e.notes(e.s.Notes(e.ctx, a.Inbox, store.Public, "")))
		e.Len(e.notes(e.s.Notes(e.ctx, a.Inbox, a.ID, "")), 1)
	}},
	{name: "prefix", why: "notes are found by the beginning of their name, in order, however many there are", check: func(e *env) {
		a := e.account("bob")
		f := e.create(a.ID, 0, "f")
		var notes []store.Note
		for i := range 600 {
			for _, folder := range []store.FolderID{a.Inbox, f.ID} {
				notes = append(notes, store.Note{Folder: folder, Name: fmt.Sprintf("a%%/%03d", i), Value: []byte("x")})
			}
		}
		notes = append(notes, store.Note{Folder: f.ID, Name: "a_", Value: []byte("x")}, store.Note{Folder: f.ID, Name: "A%", Value: []byte("x")})
		e.NoError(e.s.SetNotes(e.ctx, notes))
		e.Len(e.notes(e.s.Notes(e.ctx, f.ID, store.Public, "a%")), 600)
		e.Len(e.notes(e.s.Notes(e.ctx, f.ID, store.Public, "a%/59")), 10)
		e.Len(e.notes(e.s.Notes(e.ctx, f.ID, store.Public, "")), 602)
		e.Len(e.notes(e.s.FolderNotes(e.ctx, a.ID, store.Public, "a%")), 1200)
		e.Empty(e.notes(e.s.FolderNotes(e.ctx, store.Public, store.Public, "a%")))
		e.Empty(e.notes(e.s.FolderNotes(e.ctx, a.ID, a.ID, "a%")))
		b := e.account("eve")
		e.NoError(e.s.SetNotes(e.ctx, []store.Note{
			{Folder: b.Inbox, Name: "a_", Value: []byte("x")}, {Folder: b.Inbox, Name: "a_b", Value: []byte("x")}, {Name: "a_", Value: []byte("x")},
		}))
		e.Equal([]store.Note{{Folder: f.ID, Name: "a_", Value: []byte("x")}, {Folder: b.Inbox, Name: "a_", Value: []byte("x")}},
			e.notes(e.s.NamedNotes(e.ctx, store.Public, "a_")))
	}},
	{name: "all or none", why: "notes that cannot all be written leave nothing", check: func(e *env) {
		a := e.account("bob")
		good := store.Note{Account: a.ID, Name: "good", Value: []byte("x")}
		for _, bad := range []store.Note{
			{Folder: 9999, Name: "x", Value: []byte("x")},
			{Account: 9999, Name: "x", Value: []byte("x")},
		} {
			e.ErrorIs(e.s.SetNotes(e.ctx, []store.Note{good, bad}), store.ErrNotFound)
		}
		for _, bad := range []store.Note{
			{},
			{Name: "a\nb"},
			{Name: strings.Repeat("x", store.MaxNoteName+1)},
			{Name: "x", Value: make([]byte, store.MaxNote+1)},
		} {
			e.ErrorIs(e.s.SetNotes(e.ctx, []store.Note{good, bad}), store.ErrInvalid)
		}
		e.Empty(e.notes(e.s.Notes(e.ctx, 0, a.ID, "")))
	}},
	{name: "removed", why: "notes go with their folder and with their account", check: func(e *env) {
		a, b := e.account("bob"), e.account("eve")
		f := e.create(a.ID, 0, "f")
		e.NoError(e.s.SetNotes(e.ctx, []store.Note{
			{Folder: f.ID, Name: "x", Value: []byte("x")},
			{Folder: f.ID, Account: b.ID, Name: "x", Value: []byte("x")},
			{Folder: a.Inbox, Account: b.ID, Name: "x", Value: []byte("x")},
			{Account: b.ID, Name: "x", Value: []byte("x")},
		}))
		e.NoError(e.s.DeleteFolder(e.ctx, f.ID))
		e.Empty(e.notes(e.s.Notes(e.ctx, f.ID, store.Public, "")))
		e.Empty(e.notes(e.s.Notes(e.ctx, f.ID, b.ID, "")))
		e.NoError(e.s.RemoveAccount(e.ctx, b.ID, true))
		e.Empty(e.notes(e.s.Notes(e.ctx, a.Inbox, b.ID, "")))
		e.ErrorIs(e.s.SetNotes(e.ctx, []store.Note{{Account: b.ID, Name: "x", Value: []byte("x")}}), store.ErrNotFound)
	}},
}

func (e *env) notes(all iter.Seq2[store.Note, error]) []store.Note {
	e.Helper()
	var notes []store.Note
	for n, err := range all {
		e.NoError(err)
		notes = append(notes, n)
	}
	return notes
}

var summaryRules = []rule{
	{name: "kept", why: "a summary is kept as long as there are messages with those bytes", check: func(e *env) {
		a := e.account("bob")
		e.deliverN(a.Inbox, 300)
		_, metas := e.scan(a.Inbox, 0)
		var all []store.Summary
		var blobs []store.BlobID
		for i, m := range metas {
			blobs = append(blobs, m.Blob)
			all = append(all, store.Summary{Blob: m.Blob, Data: bytes.Repeat([]byte{byte(i)}, i)})
		}
		blobs = append(blobs, 1<<40)
		e.Empty(e.summaries(blobs))
		e.NoError(e.s.SaveSummaries(e.ctx, append(all, store.Summary{Blob: 1 << 40, Data: []byte("of nothing")})))
		e.NoError(e.s.SaveSummaries(e.ctx, []store.Summary{{Blob: blobs[7], Data: []byte("newer")}}))
		e.reopen()
		got := e.summaries(blobs)
		e.Len(got, 300)
		e.Equal([]byte("newer"), got[blobs[7]])
		e.Equal(all[299].Data, got[blobs[299]])

		f := e.create(a.ID, 0, "f")
		_, err := e.s.Copy(e.ctx, store.CopyRequest{From: a.Inbox, To: f.ID, UIDs: store.NewUIDSet(1)})
		e.NoError(err)
		_, err = e.s.Expunge(e.ctx, a.Inbox, everything())
		e.NoError(err)
		e.Len(e.summaries(blobs), 1)
	}},
}

func (e *env) summaries(blobs []store.BlobID) map[store.BlobID][]byte {
	e.Helper()
	got := make(map[store.BlobID][]byte)
	for s, err := range e.s.Summaries(e.ctx, blobs) {
		e.NoError(err)
		got[s.Blob] = s.Data
	}
	return got
}
