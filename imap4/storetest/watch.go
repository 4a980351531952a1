package storetest

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// watch begins to watch, and returns the calls and what Watch returns. It comes
// back once a change has been noticed, so that Watch is known to run.
func (e *env) watch(ctx context.Context, a imap4.Account) (<-chan imap4.MailboxID, <-chan error) {
	calls, done := make(chan imap4.MailboxID, 10_000), make(chan error, 1)
	go func() { done <- a.Watch(ctx, func(id imap4.MailboxID) { calls <- id }) }()
	for end := time.Now().Add(e.patience); time.Now().Before(end); {
		e.fill(e.inbox, 1)
		select {
		case <-calls:
			return calls, done
		case <-time.After(time.Millisecond):
		}
	}
	e.FailNow("Watch notices nothing")
	return nil, nil
}

// drain takes all calls that there are.
func drain(calls <-chan imap4.MailboxID) {
	for {
		select {
		case <-calls:
		default:
			return
		}
	}
}

// until waits for a call about a mailbox.
func (e *env) until(calls <-chan imap4.MailboxID, id imap4.MailboxID, what string) {
	e.Helper()
	timeout := time.After(e.patience)
	for {
		select {
		case got := <-calls:
			if got == id {
				return
			}
		case <-timeout:
			e.FailNow("Watch does not notice " + what)
		}
	}
}

func watchRules() []rule {
	return []rule{
		{"wake", "Watch calls changed with the ID of each mailbox that may have changed, and with 0 when the list may have", func(e *env) {
			ctx, cancel := context.WithCancel(e.ctx)
			defer cancel()
			calls, done := e.watch(ctx, e.session("alice"))
			a := e.create("a")
			e.until(calls, 0, "a new mailbox")
			step := func(what string, id imap4.MailboxID, do func()) {
				drain(calls)
				do()
				e.until(calls, id, what)
			}
			step("an Append", a.ID, func() { e.fill(a.ID, 3) })
			step("a change of flags", a.ID, func() { e.flag(a.ID, imap4.AddFlags, system(imap4.Seen), 1) })
			step("an expunge", a.ID, func() { e.expunge(a.ID, 1) })
			copies := func(from, to imap4.MailboxID, move bool) {
				_, err := e.a.Copy(e.ctx, imap4.CopyRequest{From: from, To: to, UIDs: everything(), Move: move})
				e.NoError(err)
			}
			step("copies that came", a.ID, func() { copies(e.inbox, a.ID, false) })
			step("what was moved away", a.ID, func() { copies(a.ID, e.inbox, true) })
			step("a new name", 0, func() {
				e.change(imap4.MailboxChange{Op: imap4.RenameMailbox, ID: a.ID, Name: []string{"b"}})
			})
			step("a subscription", 0, func() { e.change(imap4.MailboxChange{Op: imap4.Subscribe, Name: []string{"b"}}) })
			step("a deletion", 0, func() { e.change(imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: a.ID}) })
			cancel()
			e.soon("Watch", func() { <-done })
		}},
		{"ends", "Watch returns when ctx ends, and calls no more", func(e *env) {
			ctx, cancel := context.WithCancel(e.ctx)
			defer cancel()
			calls, done := e.watch(ctx, e.a)
			cancel()
			e.soon("Watch", func() { <-done })
			drain(calls)
			e.fill(e.inbox, 1)
			e.Empty(calls)
		}},
		{"visible", "what changed can be scanned when Watch calls", func(e *env) {
			ctx, cancel := context.WithCancel(e.ctx)
			defer cancel()
			other := e.session("alice")
			calls, done := e.watch(ctx, other)
			for range 50 {
				drain(calls)
				uid := e.put(e.inbox, "x")[0].UID
				e.until(calls, e.inbox, "an Append")
				state, _, err := other.Scan(e.ctx, e.inbox, 0)
				e.NoError(err)
				e.Greater(state.UIDNext, uid)
			}
			cancel()
			<-done
		}},
	}
}
