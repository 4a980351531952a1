package storetest

import (
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var leaseRules = []rule{
	{name: "exclusive", why: "a maildrop has one holder at a time (RFC 1939, 4), and each has a higher token", check: func(e *env) {
		a, b := e.account("a"), e.account("b")
		first, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		_, err = e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.ErrorIs(err, store.ErrInUse)
		_, err = e.s.AcquireMaildrop(e.ctx, b.ID, time.Minute)
		e.NoError(err, "another account's")
		e.NoError(e.s.ReleaseMaildrop(e.ctx, first))
		e.ErrorIs(e.s.ReleaseMaildrop(e.ctx, first), store.ErrLeaseLost)
		second, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.Greater(second.Token, first.Token)
		_, err = e.s.RenewMaildrop(e.ctx, first, time.Minute)
		e.ErrorIs(err, store.ErrLeaseLost)
		e.ErrorIs(e.s.ReleaseMaildrop(e.ctx, first), store.ErrLeaseLost)
		_, err = e.s.RenewMaildrop(e.ctx, second, time.Minute)
		e.NoError(err)
		_, err = e.s.AcquireMaildrop(e.ctx, 9999, time.Minute)
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.AcquireMaildrop(e.ctx, a.ID, 0)
		e.ErrorIs(err, store.ErrInvalid)
		_, err = e.s.RenewMaildrop(e.ctx, second, 0)
		e.ErrorIs(err, store.ErrInvalid)
	}},
	{name: "commit", why: "a session's end removes and marks in one commit, and delivery goes on meanwhile", check: func(e *env) {
		a := e.account("a")
		e.deliverN(a.Inbox, 4)
		l, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.deliver(a.Inbox, "late")
		before := e.folder(a.Inbox).ModSeq
		gone, err := e.s.CommitMaildrop(e.ctx, l, store.MaildropChange{Expunge: store.NewUIDSet(1, 3, 77), Seen: store.NewUIDSet(2, 3, 78)})
		e.NoError(err)
		e.Equal([]store.UID{1, 3}, uidsOf(gone))
		f, metas := e.scan(a.Inbox, 0)
		e.Equal([]store.UID{2, 4, 5}, uidsOf(metas))
		e.Equal(store.Seen, metas[0].Flags.System)
		e.Zero(metas[1].Flags.System)
		e.Equal(before+1, f.ModSeq, "one commit")
		_, err = e.s.CommitMaildrop(e.ctx, l, store.MaildropChange{Expunge: store.UIDSet{{From: 2, To: 1}}})
		e.ErrorIs(err, store.ErrInvalid)
		e.NoError(e.s.ReleaseMaildrop(e.ctx, l))
		e.refused(a, l)
	}},
	{name: "expired", timed: true, why: "a holder whose lease has run out changes nothing, whether another has come or not", check: func(e *env) {
		a := e.account("a")
		e.deliverN(a.Inbox, 2)
		stale, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.subject.Advance(50 * time.Second)
		stale, err = e.s.RenewMaildrop(e.ctx, stale, time.Minute)
		e.NoError(err)
		e.subject.Advance(50 * time.Second)
		_, err = e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.ErrorIs(err, store.ErrInUse, "it was renewed")
		e.subject.Advance(11 * time.Second)
		e.refused(a, stale)
		fresh, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.refused(a, stale)
		gone, err := e.s.CommitMaildrop(e.ctx, fresh, store.MaildropChange{Expunge: everything()})
		e.NoError(err)
		e.Len(gone, 2)
	}},
	{name: "removed", why: "a lease ends with its account", check: func(e *env) {
		a := e.account("a")
		l, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.NoError(e.s.RemoveAccount(e.ctx, a.ID, true))
		_, err = e.s.RenewMaildrop(e.ctx, l, time.Minute)
		e.ErrorIs(err, store.ErrLeaseLost)
		_, err = e.s.CommitMaildrop(e.ctx, l, store.MaildropChange{})
		e.ErrorIs(err, store.ErrLeaseLost)
	}},
	{name: "token", timed: true, why: "tokens grow across restarts, so a holder from before is never taken for one of now", check: func(e *env) {
		a := e.account("a")
		old, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.reopen()
		e.subject.Advance(time.Hour)
		l, err := e.s.AcquireMaildrop(e.ctx, a.ID, time.Minute)
		e.NoError(err)
		e.Greater(l.Token, old.Token)
		e.refused(a, old)
	}},
}

// refused checks that a lease gives no right any more.
func (e *env) refused(a store.Account, l store.Lease) {
	e.Helper()
	before := e.folder(a.Inbox)
	_, err := e.s.CommitMaildrop(e.ctx, l, store.MaildropChange{Expunge: everything(), Seen: everything()})
	e.ErrorIs(err, store.ErrLeaseLost)
	_, err = e.s.RenewMaildrop(e.ctx, l, time.Hour)
	e.ErrorIs(err, store.ErrLeaseLost)
	e.Equal(before, e.folder(a.Inbox))
}
