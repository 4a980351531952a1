package storetest

import (
	"github.com/wirepost/wirepost/imap4"
)

func mailboxRules() []rule {
	return []rule{
		{"inbox", "the user's inbox is the one component INBOX, and it is there", func(e *env) {
			m := e.find(e.a, "INBOX")
			e.False(m.NoSelect || m.Missing)
			_, all := e.scan(m.ID, 0)
			e.Empty(all)
		}},
		{"sessions", "an ID is the same in every Account that shows the mailbox", func(e *env) {
			m := e.create("Work", "2026")
			e.Equal(m.ID, e.find(e.session("alice"), "Work", "2026").ID)
			_, seen := e.look(e.session("bob"), "Work", "2026")
			e.False(seen, "bob sees alice's mailbox")
		}},
		{"totals", "State and Counts, where a store has them, are right", func(e *env) {
			box := e.create("a").ID
			e.fill(box, 5)
			e.flag(box, imap4.AddFlags, system(imap4.Seen|imap4.Deleted), 1, 2)
			e.flag(box, imap4.RemoveFlags, system(imap4.Deleted), 2)
			e.expunge(box, 5)
			_, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: box, To: box, UIDs: imap4.NewUIDSet(1)})
			e.NoError(err)
			state, all := e.scan(box, 0)
			want := imap4.Counts{}
			for _, m := range all {
				want.Messages++
				want.Size += m.Size
				if m.Flags.System&imap4.Seen == 0 {
					want.Unseen++
				}
				if m.Flags.System&imap4.Deleted != 0 {
					want.Deleted++
				}
			}
			m := e.find(e.a, "a")
			if m.State != nil {
				e.Equal(state, *m.State)
			}
			if m.Counts != nil {
				e.Equal(want, *m.Counts)
			}
		}},
		{"stop", "the list can be left at any place", func(e *env) {
			e.create("a")
			for range e.a.Mailboxes(e.ctx) {
				break
			}
			e.soon("a list that another is left of", func() { e.list(e.a) })
		}},
		{"within", "the list can be changed while it is read: no lock is held", func(e *env) {
			e.create("a")
			e.soon("a change within a list", func() {
				for m, err := range e.a.Mailboxes(e.ctx) {
					e.NoError(err)
					e.change(imap4.MailboxChange{Op: imap4.Subscribe, Name: m.Name})
				}
			})
		}},
		{"create", "CreateMailbox makes Name, and what is missing above it", func(e *env) {
			e.create("a", "b", "c")
			e.find(e.a, "a")
			e.find(e.a, "a", "b")
			e.find(e.a, "a", "b", "c")
			state, all := e.scan(e.find(e.a, "a", "b", "c").ID, 0)
			e.Empty(all)
			e.NotZero(state.UIDValidity)
		}},
		{"create special", "CreateMailbox makes a mailbox with SpecialUse", func(e *env) {
			_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{"Sent"}, SpecialUse: []string{`\Sent`}})
			if err != nil {
				e.Skip("the store refuses it")
			}
			e.Equal([]string{`\Sent`}, e.find(e.a, "Sent").SpecialUse)
		}},
		{"create exists", "ErrExists if it is there", func(e *env) {
			m := e.create("a")
			e.fill(m.ID, 1)
			for _, name := range [][]string{{"a"}, {"INBOX"}} {
				_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.CreateMailbox, Name: name})
				e.ErrorIs(err, imap4.ErrExists)
			}
			_, all := e.scan(m.ID, 0)
			e.Len(all, 1)
		}},
		{"delete", "DeleteMailbox deletes ID and its messages", func(e *env) {
			m := e.create("a")
			e.fill(m.ID, 2)
			e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: m.ID})
			_, there := e.look(e.a, "a")
			e.False(there)
			e.gone(m.ID)
			_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: m.ID})
			e.ErrorIs(err, imap4.ErrNotFound)
		}},
		{"delete and create", "UIDs are not given twice, also to a mailbox of the same name", func(e *env) {
			m := e.create("a")
			e.fill(m.ID, 2)
			was := e.state(m.ID)
			e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: m.ID})
			again := e.create("a")
			is, all := e.scan(again.ID, 0)
			e.Empty(all)
			if is.UIDValidity == was.UIDValidity {
				e.GreaterOrEqual(is.UIDNext, was.UIDNext)
				e.Greater(is.ModSeq, was.ModSeq)
			} else {
				e.Greater(is.UIDValidity, was.UIDValidity)
			}
		}},
		{"delete parent", "if there are mailboxes below, it stays as NoSelect, or is ErrHasChildren", checkDeleteParent},
		{"rename", "RenameMailbox gives ID, with all below it, the name Name, and makes what is missing above it", func(e *env) {
			a, c := e.create("a"), e.create("a", "b", "c")
			b := e.find(e.a, "a", "b")
			e.create("ab")
			e.fill(a.ID, 2)
			e.fill(c.ID, 1)
			was, before := e.scan(c.ID, 0)
			m := e.change(imap4.MailboxChange{Op: imap4.RenameMailbox, ID: a.ID, Name: []string{"x", "y"}})
			e.Equal([]string{"x", "y"}, m.Name)
			e.Equal(a.ID, m.ID)
			e.find(e.a, "x")
			e.Equal(a.ID, e.find(e.a, "x", "y").ID)
			e.Equal(b.ID, e.find(e.a, "x", "y", "b").ID)
			e.Equal(c.ID, e.find(e.a, "x", "y", "b", "c").ID)
			e.find(e.a, "ab")
			for _, old := range [][]string{{"a"}, {"a", "b"}, {"a", "b", "c"}} {
				_, there := e.look(e.a, old...)
				e.False(there, "%q is still there", old)
			}
			is, after := e.scan(c.ID, 0)
			e.Equal(was.UIDValidity, is.UIDValidity)
			e.Equal(before, after)
			_, all := e.scan(a.ID, 0)
			e.Len(all, 2)
		}},
		{"rename exists", "RenameMailbox is ErrExists if the name is there", func(e *env) {
			a := e.create("a")
			e.create("b")
			_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.RenameMailbox, ID: a.ID, Name: []string{"b"}})
			e.ErrorIs(err, imap4.ErrExists)
			e.Equal(a.ID, e.find(e.a, "a").ID)
		}},
		{"rename unknown", "RenameMailbox is ErrNotFound if ID is not there", func(e *env) {
			a := e.create("a")
			e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: a.ID})
			_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.RenameMailbox, ID: a.ID, Name: []string{"b"}})
			e.ErrorIs(err, imap4.ErrNotFound)
		}},
		{"rename below itself", "a mailbox cannot be below itself", func(e *env) {
			a := e.create("a")
			_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.RenameMailbox, ID: a.ID, Name: []string{"a", "b"}})
			e.NotNil(err)
			e.Equal(a.ID, e.find(e.a, "a").ID)
		}},
		{"subscribe", "Subscribe subscribes to Name, whether it exists or not; it is no error to do so twice", func(e *env) {
			e.create("a")
			for _, name := range []string{"a", "nowhere"} {
				for range 2 {
					m := e.change(imap4.MailboxChange{Op: imap4.Subscribe, Name: []string{name}})
					e.True(m.Subscribed)
					e.Equal(name != "a", m.Missing)
				}
				m, ok := e.look(e.session("alice"), name)
				e.True(ok && m.Subscribed, "%s is not subscribed", name)
			}
		}},
		{"unsubscribe", "Unsubscribe undoes Subscribe; it is no error if there is nothing to undo", func(e *env) {
			e.create("a")
			for _, name := range []string{"a", "nowhere"} {
				e.change(imap4.MailboxChange{Op: imap4.Subscribe, Name: []string{name}})
				for range 2 {
					e.False(e.change(imap4.MailboxChange{Op: imap4.Unsubscribe, Name: []string{name}}).Subscribed)
				}
			}
			e.False(e.find(e.a, "a").Subscribed)
			_, ok := e.look(e.a, "nowhere")
			e.False(ok)
		}},
		{"subscription stays", "a subscription stays when its mailbox is deleted", func(e *env) {
			m := e.create("a")
			e.change(imap4.MailboxChange{Op: imap4.Subscribe, Name: []string{"a"}})
			e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: m.ID})
			left, ok := e.look(e.a, "a")
			e.True(ok && left.Missing && left.Subscribed, "%+v", left)
		}},
	}
}

// gone checks that every method says of a mailbox that it is not there.
func (e *env) gone(box imap4.MailboxID) {
	e.Helper()
	_, _, err := e.a.Scan(e.ctx, box, 0)
	e.ErrorIs(err, imap4.ErrNotFound, "Scan")
	_, err = e.a.Append(e.ctx, box, of("x"))
	e.ErrorIs(err, imap4.ErrNotFound, "Append")
	_, _, err = e.a.SetFlags(e.ctx, box, imap4.FlagChange{UIDs: everything()})
	e.ErrorIs(err, imap4.ErrNotFound, "SetFlags")
	_, err = e.a.Expunge(e.ctx, box, everything())
	e.ErrorIs(err, imap4.ErrNotFound, "Expunge")
	_, err = e.a.Copy(e.ctx, imap4.CopyRequest{From: box, To: e.inbox, UIDs: everything()})
	e.ErrorIs(err, imap4.ErrNotFound, "Copy from")
	e.fill(e.inbox, 1)
	_, before := e.scan(e.inbox, 0)
	_, err = e.a.Copy(e.ctx, imap4.CopyRequest{From: e.inbox, To: box, UIDs: everything(), Move: true})
	e.ErrorIs(err, imap4.ErrNotFound, "Copy to")
	_, after := e.scan(e.inbox, 0)
	e.Equal(before, after, "a Move that failed has moved")
	_, err = e.a.Body(e.ctx, box, 1)
	e.ErrorIs(err, imap4.ErrNotFound, "Body")
}

func checkDeleteParent(e *env) {
	a, b := e.create("a"), e.create("a", "b")
	e.fill(a.ID, 2)
	e.fill(b.ID, 1)
	was := e.state(a.ID)
	_, err := e.a.Change(e.ctx, imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: a.ID})
	e.Equal(b.ID, e.find(e.a, "a", "b").ID)
	_, all := e.scan(b.ID, 0)
	e.Len(all, 1)
	if err != nil {
		e.ErrorIs(err, imap4.ErrHasChildren)
		_, all := e.scan(a.ID, 0)
		e.Len(all, 2)
		return
	}
	name := e.find(e.a, "a")
	e.True(name.NoSelect)
	e.gone(name.ID)
	e.gone(a.ID)
	again := e.create("a") // "one that is there as NoSelect becomes an ordinary mailbox"
	is, all := e.scan(again.ID, 0)
	e.Empty(all)
	e.True(is.UIDValidity > was.UIDValidity || is.UIDNext >= was.UIDNext, "UIDs are given twice")
	e.Equal(b.ID, e.find(e.a, "a", "b").ID)
}
