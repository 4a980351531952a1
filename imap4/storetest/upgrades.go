package storetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

func upgradeRules() []rule {
	return []rule{
		{"recent", "ClaimRecent returns the lowest recent UID, and makes those from it on not recent to any later session", func(e *env) {
			r := needs[imap4.RecentStore](e, e.a)
			claim := func(a imap4.RecentStore) imap4.UID {
				from, err := a.ClaimRecent(e.ctx, e.inbox)
				e.NoError(err)
				return from
			}
			e.fill(e.inbox, 3)
			e.LessOrEqual(claim(r), imap4.UID(1))
			e.fill(e.inbox, 2)
			later := needs[imap4.RecentStore](e, e.session("alice"))
			e.EqualValues(4, claim(later))
			e.Greater(claim(r), imap4.UID(5))
			_, err := r.ClaimRecent(e.ctx, e.unknown())
			e.ErrorIs(err, imap4.ErrNotFound)
		}},
		{"metas", "Metas yields those of the messages that there are, as Scan does, in the order of their UIDs", func(e *env) {
			r := needs[imap4.MetaReader](e, e.a)
			e.fill(e.inbox, 2500)
			e.flag(e.inbox, imap4.AddFlags, imap4.Flags{System: imap4.Flagged, Keywords: []string{"a"}}, 3, 2000)
			e.expunge(e.inbox, 4, 2400)
			_, all := e.scan(e.inbox, 0)
			for _, uids := range []imap4.UIDSet{
				everything(), imap4.NewUIDSet(3, 4, 5, 2000, 9999), {{First: 1, Last: 1200}, {First: 1300, Last: 4000}}, {}, imap4.NewUIDSet(4),
			} {
				want := slices.DeleteFunc(slices.Clone(all), func(m imap4.Meta) bool { return !uids.Contains(m.UID) })
				got := []imap4.Meta{}
				for m, err := range r.Metas(e.ctx, e.inbox, uids) {
					e.NoError(err)
					got = append(got, m)
				}
				e.Equal(want, got)
			}
			ended, cancel := contextEnded(e.ctx)
			defer cancel()
			for ctx, box := range map[context.Context]imap4.MailboxID{e.ctx: e.unknown(), ended: e.inbox} {
				var last error
				for _, last = range r.Metas(ctx, box, everything()) {
				}
				e.NotNil(last)
			}
		}},
		{"summaries", "a SummaryCache gives back what it was given, by EmailID, and no more", func(e *env) {
			c := needs[imap4.SummaryCache](e, e.a)
			metas := e.put(e.inbox, "a", "b", "c")
			id := func(i int) string { return metas[i].EmailID }
			if id(0) == "" {
				e.Skip("messages have no EmailID")
			}
			e.NoError(c.SaveSummaries(e.ctx, e.inbox, []imap4.Summary{{EmailID: id(0), Data: []byte("old")}, {EmailID: id(1), Data: []byte("b\x00")}}))
			e.NoError(c.SaveSummaries(e.ctx, e.inbox, []imap4.Summary{{EmailID: id(0), Data: []byte("new")}}))
			got := make(map[string]string)
			for s, err := range c.LoadSummaries(e.ctx, e.inbox, []string{id(0), id(2), "unknown"}) {
				e.NoError(err)
				got[s.EmailID] = string(s.Data)
			}
			// It may forget, but not make up.
			e.Subset(map[string]string{id(0): "new"}, got)
		}},
		{"replace", "Replace puts a message in the place of another, in one commit", func(e *env) {
			r := needs[imap4.Replacer](e, e.a)
			to := e.create("a").ID
			for _, box := range []imap4.MailboxID{e.inbox, to} {
				e.put(e.inbox, "old", "stays")
				_, before := e.scan(e.inbox, 0)
				_, were := e.scan(box, 0)
				done, err := r.Replace(e.ctx, e.inbox, before[0].UID, box, imap4.Incoming{R: strings.NewReader("new"), Flags: system(imap4.Draft)})
				e.NoError(err)
				e.Len(done.Messages, 1)
				e.Equal(e.state(box).UIDValidity, done.UIDValidity)
				e.Equal(done.Messages[0], e.one(box, done.Messages[0].UID))
				e.Equal(imap4.Draft, done.Messages[0].Flags.System)
				e.Equal("new", e.read(box, done.Messages[0].UID))
				_, left := e.scan(e.inbox, 0)
				e.NotContains(uidsOf(left), before[0].UID)
				_, are := e.scan(box, 0)
				if box == e.inbox {
					e.Len(are, len(were))
				} else {
					e.Len(are, len(were)+1)
				}
			}
		}},
		{"replace nothing", "a Replace that fails leaves everything", func(e *env) {
			r := needs[imap4.Replacer](e, e.a)
			e.fill(e.inbox, 2)
			was, all := e.scan(e.inbox, 0)
			message := func() imap4.Incoming { return imap4.Incoming{R: strings.NewReader("new")} }
			_, err := r.Replace(e.ctx, e.inbox, 77, e.inbox, message())
			e.ErrorIs(err, imap4.ErrNotFound)
			_, err = r.Replace(e.ctx, e.inbox, 1, e.unknown(), message())
			e.ErrorIs(err, imap4.ErrNotFound)
			_, err = r.Replace(e.ctx, e.inbox, 1, e.inbox, imap4.Incoming{R: io.MultiReader(strings.NewReader("x"), failing{errTest})})
			e.ErrorIs(err, errTest)
			is, now := e.scan(e.inbox, 0)
			e.Equal(all, now)
			e.Equal(was.UIDValidity, is.UIDValidity)
		}},
		{"quota", "QuotaRoots tell what is used, and limits are kept", checkQuota},
		{"metadata", "Metadata yields the entries of these names and, to a depth, of those below them", checkMetadata},
		{"metadata of others", "what begins with /private is the user's own", func(e *env) {
			a := needs[imap4.MetadataStore](e, e.a)
			b := needs[imap4.MetadataStore](e, e.session("bob"))
			if err := a.SetMetadata(e.ctx, 0, []imap4.MetadataEntry{{Name: "/private/comment", Value: []byte("mine")}}); err != nil {
				e.Skip("the store refuses annotations of the server")
			}
			for m, err := range b.Metadata(e.ctx, 0, []string{"/private"}, -1) {
				e.NoError(err)
				e.NotEqual("mine", string(m.Value))
			}
			var last error
			for _, last = range a.Metadata(e.ctx, e.unknown(), []string{"/private"}, -1) {
			}
			e.ErrorIs(last, imap4.ErrNotFound)
			e.ErrorIs(a.SetMetadata(e.ctx, e.unknown(), []imap4.MetadataEntry{{Name: "/private/comment", Value: []byte("x")}}), imap4.ErrNotFound)
		}},
		{"search", "Search returns a superset of what matches, and exactly that if nothing is left to check", checkSearch},
	}
}

// unknown returns an ID that no mailbox has.
func (e *env) unknown() imap4.MailboxID {
	m := e.create("unknown")
	e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: m.ID})
	return m.ID
}

func checkQuota(e *env) {
	q := needs[imap4.QuotaStore](e, e.a)
	roots, err := q.QuotaRoots(e.ctx, e.inbox)
	e.NoError(err)
	all, err := q.QuotaRoots(e.ctx, 0)
	e.NoError(err)
	for _, r := range roots {
		e.True(slices.ContainsFunc(all, func(other imap4.QuotaRoot) bool { return other.Name == r.Name }), "0 is all roots")
	}
	if len(roots) == 0 {
		e.Skip("there is no quota root")
	}
	if _, err := q.QuotaRoots(e.ctx, e.unknown()); !errors.Is(err, imap4.ErrNotFound) {
		e.Errorf("QuotaRoots of an unknown mailbox: %v", err)
	}
	e.fill(e.inbox, 3)
	root, err := q.SetQuota(e.ctx, roots[0].Name, []imap4.QuotaLimit{{Name: "MESSAGE", Limit: 4}})
	if err != nil {
		e.Skip("limits cannot be changed so: " + err.Error())
	}
	at := slices.IndexFunc(root.Resources, func(r imap4.QuotaResource) bool { return r.Name == "MESSAGE" })
	e.NotEqual(-1, at)
	e.EqualValues(3, root.Resources[at].Usage)
	e.EqualValues(4, root.Resources[at].Limit)
	_, err = e.a.Append(e.ctx, e.inbox, of("four", "five"))
	e.ErrorIs(err, imap4.ErrOverQuota)
	_, err = e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: e.inbox, UIDs: everything()})
	e.ErrorIs(err, imap4.ErrOverQuota)
	_, metas := e.scan(e.inbox, 0)
	e.Len(metas, 3, "all or none")
	e.fill(e.inbox, 1)
	e.expunge(e.inbox, 1)
	e.fill(e.inbox, 1)
}

func checkMetadata(e *env) {
	s := needs[imap4.MetadataStore](e, e.a)
	box := e.create("a").ID
	entries := []imap4.MetadataEntry{
		{Name: "/private/comment", Value: []byte("one")},
		{Name: "/private/vendor/x", Value: []byte("two")},
		{Name: "/private/vendor/x/y", Value: []byte{}},
		{Name: "/private/vendor/x/y/z", Value: []byte("four\x00\r\n")},
		{Name: "/private/vendorx", Value: []byte("five")},
	}
	if err := s.SetMetadata(e.ctx, box, entries); err != nil {
		e.Skip("the store refuses these annotations: " + err.Error())
	}
	get := func(box imap4.MailboxID, depth int, names ...string) map[string]string {
		found := make(map[string]string)
		for m, err := range s.Metadata(e.ctx, box, names, depth) {
			e.NoError(err)
			e.NotContains(found, m.Name)
			if m.Value != nil {
				found[m.Name] = string(m.Value)
			}
		}
		return found
	}
	e.Equal(map[string]string{"/private/comment": "one"}, get(box, 0, "/private/comment", "/private/nothing"))
	e.Equal(map[string]string{"/private/vendor/x": "two"}, get(box, 0, "/private/vendor/x"))
	e.Equal(map[string]string{"/private/vendor/x": "two", "/private/vendor/x/y": ""}, get(box, 1, "/private/vendor/x"))
	e.Equal(map[string]string{"/private/vendor/x": "two"}, get(box, 1, "/private/vendor"), "nothing but what is below")
	e.Len(get(box, -1, "/private"), 5)
	e.Len(get(box, -1, "/private/vendor/x", "/private/vendor"), 3)
	e.Empty(get(e.inbox, -1, "/private", "/shared"))
	e.NoError(s.SetMetadata(e.ctx, box, []imap4.MetadataEntry{{Name: "/private/comment", Value: nil}, {Name: "/private/vendor/x", Value: []byte("new")}}))
	e.Equal(map[string]string{"/private/vendor/x": "new"}, get(box, 0, "/private/comment", "/private/vendor/x"))
	e.change(imap4.MailboxChange{Op: imap4.RenameMailbox, ID: box, Name: []string{"b"}})
	e.Len(get(box, -1, "/private"), 4)
	e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: box})
	e.Empty(get(e.create("b").ID, -1, "/private"))
}

func checkSearch(e *env) {
	s := needs[imap4.Searcher](e, e.a)
	e.put(e.inbox, "Subject: one\r\n\r\n", "Subject: two\r\n\r\n"+strings.Repeat("x", 100), "", "Subject: three\r\n\r\n")
	e.flag(e.inbox, imap4.AddFlags, imap4.Flags{System: imap4.Seen, Keywords: []string{"k"}}, 1, 3)
	seen := &imap4.Query{Key: imap4.HasFlag, Flag: `\Seen`}
	large := &imap4.Query{Key: imap4.Larger, Size: 50}
	for _, c := range []struct {
		q    *imap4.Query
		want []imap4.UID
	}{
		{&imap4.Query{}, []imap4.UID{1, 2, 3, 4}},
		{seen, []imap4.UID{1, 3}},
		{&imap4.Query{Key: imap4.HasFlag, Flag: "K"}, []imap4.UID{1, 3}},
		{&imap4.Query{Key: imap4.Not, Sub: []*imap4.Query{seen}}, []imap4.UID{2, 4}},
		{&imap4.Query{Key: imap4.Or, Sub: []*imap4.Query{seen, large}}, []imap4.UID{1, 2, 3}},
		{&imap4.Query{Sub: []*imap4.Query{seen, large}}, nil},
		{&imap4.Query{Key: imap4.InSet, UIDs: imap4.UIDSet{{First: 2, Last: 3}}}, []imap4.UID{2, 3}},
		{&imap4.Query{Key: imap4.HeaderText, Field: "SUBJECT", Text: "t"}, []imap4.UID{2, 4}},
		{&imap4.Query{Key: imap4.HeaderText, Field: "subject"}, []imap4.UID{1, 2, 4}},
		{&imap4.Query{Key: imap4.ModSince, Mod: 1}, []imap4.UID{1, 2, 3, 4}},
	} {
		among := imap4.UIDSet{{First: 1, Last: 3}}
		hits, rest, err := s.Search(e.ctx, e.inbox, c.q, among)
		e.NoError(err)
		var got []imap4.UID
		for uid := range hits.All() {
			e.True(among.Contains(uid), "%d was not asked for", uid)
			got = append(got, uid)
		}
		want := slices.DeleteFunc(slices.Clone(c.want), func(uid imap4.UID) bool { return uid > 3 })
		e.Subset(got, want, "%+v", c.q)
		if rest == nil {
			e.Len(got, len(want), "%+v", c.q)
		}
	}
}
