package storetest

import (
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

func copyRules() []rule {
	return []rule{
		{"copy", "Copy puts messages into another mailbox with their flags and dates", func(e *env) { checkCopy(e, false) }},
		{"move", "Move expunges them from From, in the same commit", func(e *env) { checkCopy(e, true) }},
		{"same mailbox", "the other mailbox may be the same", func(e *env) {
			for _, move := range []bool{false, true} {
				box := e.create("a").ID
				e.fill(box, 2)
				done, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: box, To: box, UIDs: everything(), Move: move})
				e.NoError(err)
				e.Equal([]imap4.UID{1, 2}, done.From)
				want := done.To
				if !move {
					want = append([]imap4.UID{1, 2}, want...)
				}
				_, all := e.scan(box, 0)
				e.Equal(want, uidsOf(all))
				e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: box})
			}
		}},
		{"nothing", "UIDs without a message are passed over, also if all are", func(e *env) {
			to := e.create("a").ID
			was := e.state(to)
			done, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: to, UIDs: imap4.NewUIDSet(7)})
			e.NoError(err)
			e.Empty(done.From)
			e.Empty(done.To)
			e.Equal(was, e.state(to))
		}},
		{"spelling", "a keyword is spelled as the mailbox saw it first, the one that it comes into", func(e *env) {
			to := e.create("a").ID
			e.fill(to, 1)
			e.flag(to, imap4.AddFlags, keywords("Mine"), 1)
			e.fill(e.inbox, 1)
			e.flag(e.inbox, imap4.AddFlags, keywords("MINE"), 1)
			done, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: to, UIDs: everything()})
			e.NoError(err)
			e.sameFlags(keywords("Mine"), e.one(to, done.To[0]).Flags)
		}},
		{"independent", "a copy is a message of its own", func(e *env) {
			to := e.create("a").ID
			e.put(e.inbox, "text")
			_, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: to, UIDs: everything()})
			e.NoError(err)
			_, all := e.scan(to, 0)
			e.flag(e.inbox, imap4.AddFlags, system(imap4.Seen), 1)
			e.expunge(e.inbox, 1)
			_, after := e.scan(to, 0)
			e.Equal(all, after)
			e.Equal("text", e.read(to, all[0].UID))
		}},
	}
}

func checkCopy(e *env, move bool) {
	when := time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)
	flags := imap4.Flags{System: imap4.Answered | imap4.Deleted, Keywords: []string{"k"}}
	for _, text := range []string{"one", "two", "three"} {
		_, err := e.a.Append(e.ctx, e.inbox, func(yield func(imap4.Incoming, error) bool) {
			yield(imap4.Incoming{R: strings.NewReader(text), Flags: flags, Received: when}, nil)
		})
		e.NoError(err)
	}
	to := e.create("a").ID
	e.fill(to, 4)
	was, before := e.scan(to, 0)
	from := e.state(e.inbox)
	sources := map[imap4.UID]imap4.Meta{1: e.one(e.inbox, 1), 3: e.one(e.inbox, 3)}
	done, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: to, UIDs: imap4.UIDSet{{First: 1, Last: 1}, {First: 3, Last: 99}}, Move: move})
	e.NoError(err)
	e.Equal(was.UIDValidity, done.UIDValidity, "it is that of the mailbox they went to")
	e.ElementsMatch([]imap4.UID{1, 3}, done.From)
	e.Len(done.To, 2)
	for i, uid := range done.To {
		e.GreaterOrEqual(uid, was.UIDNext)
		m := e.one(to, uid)
		e.sameFlags(flags, m.Flags)
		e.True(when.Equal(m.Received), "%v", m.Received)
		e.Greater(m.ModSeq, was.ModSeq)
		source := sources[done.From[i]]
		e.Equal(source.EmailID, m.EmailID)
		e.Equal(source.ThreadID, m.ThreadID)
		e.Equal(source.Size, m.Size)
		e.Equal(map[imap4.UID]string{1: "one", 3: "three"}[done.From[i]], e.read(to, uid))
	}
	_, all := e.scan(to, 0)
	e.Len(all, len(before)+2)
	_, left := e.scan(e.inbox, 0)
	if !move {
		e.Len(left, 3)
		e.Equal(from, e.state(e.inbox), "a mailbox that is copied from does not change")
		return
	}
	e.Equal([]imap4.UID{2}, uidsOf(left))
	if _, changes, ok := e.since(e.inbox, from.ModSeq); ok {
		e.Equal([]imap4.UID{1, 3}, uidsOf(changes))
		e.True(changes[0].Expunged && changes[1].Expunged)
	}
}
