package storetest

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/imap4"
)

// A fault is one way to be wrong, and the group of rules that finds it. wrap is
// called for each store, and what it returns for each session.
type fault struct {
	group, name string
	wrap        func() func(imap4.Account) imap4.Account
}

// A wrong account does some things differently.
type wrong struct {
	imap4.Account
	mailboxes func(context.Context) iter.Seq2[imap4.Mailbox, error]
	change    func(context.Context, imap4.MailboxChange) (imap4.Mailbox, error)
	scan      func(context.Context, imap4.MailboxID, imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error)
	append    func(context.Context, imap4.MailboxID, iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error)
	setFlags  func(context.Context, imap4.MailboxID, imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error)
	expunge   func(context.Context, imap4.MailboxID, imap4.UIDSet) ([]imap4.Meta, error)
	copy      func(context.Context, imap4.CopyRequest) (imap4.Copied, error)
	body      func(context.Context, imap4.MailboxID, imap4.UID) (imap4.Body, error)
	watch     func(context.Context, func(imap4.MailboxID)) error
}

func (w *wrong) Unwrap() any { return w.Account }

func (w *wrong) Mailboxes(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
	if w.mailboxes != nil {
		return w.mailboxes(ctx)
	}
	return w.Account.Mailboxes(ctx)
}

func (w *wrong) Change(ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
	if w.change != nil {
		return w.change(ctx, c)
	}
	return w.Account.Change(ctx, c)
}

func (w *wrong) Scan(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
	if w.scan != nil {
		return w.scan(ctx, box, since)
	}
	return w.Account.Scan(ctx, box, since)
}

func (w *wrong) Append(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
	if w.append != nil {
		return w.append(ctx, box, msgs)
	}
	return w.Account.Append(ctx, box, msgs)
}

func (w *wrong) SetFlags(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
	if w.setFlags != nil {
		return w.setFlags(ctx, box, c)
	}
	return w.Account.SetFlags(ctx, box, c)
}

func (w *wrong) Expunge(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
	if w.expunge != nil {
		return w.expunge(ctx, box, uids)
	}
	return w.Account.Expunge(ctx, box, uids)
}

func (w *wrong) Copy(ctx context.Context, c imap4.CopyRequest) (imap4.Copied, error) {
	if w.copy != nil {
		return w.copy(ctx, c)
	}
	return w.Account.Copy(ctx, c)
}

func (w *wrong) Body(ctx context.Context, box imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
	if w.body != nil {
		return w.body(ctx, box, uid)
	}
	return w.Account.Body(ctx, box, uid)
}

func (w *wrong) Watch(ctx context.Context, changed func(imap4.MailboxID)) error {
	if w.watch != nil {
		return w.watch(ctx, changed)
	}
	return w.Account.Watch(ctx, changed)
}

// each makes a fault of sessions that know nothing of each other.
func each(spoil func(w *wrong, a imap4.Account)) func() func(imap4.Account) imap4.Account {
	return func() func(imap4.Account) imap4.Account {
		return func(a imap4.Account) imap4.Account {
			w := &wrong{Account: a}
			spoil(w, a)
			return w
		}
	}
}

// listing makes a fault of the list of mailboxes.
func listing(spoil func([]imap4.Mailbox) []imap4.Mailbox) func() func(imap4.Account) imap4.Account {
	return each(func(w *wrong, a imap4.Account) {
		w.mailboxes = func(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
			return func(yield func(imap4.Mailbox, error) bool) {
				var list []imap4.Mailbox
				for m := range a.Mailboxes(ctx) {
					list = append(list, m)
				}
				for _, m := range spoil(list) {
					if !yield(m, nil) {
						return
					}
				}
			}
		}
	})
}

// changing makes a fault of Change.
func changing(spoil func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error)) func() func(imap4.Account) imap4.Account {
	return each(func(w *wrong, a imap4.Account) {
		w.change = func(ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) { return spoil(a, ctx, c) }
	})
}

// scanning makes a fault of what Scan yields.
func scanning(spoil func(since imap4.ModSeq, s *imap4.State, metas []imap4.Meta) []imap4.Meta) func() func(imap4.Account) imap4.Account {
	return each(func(w *wrong, a imap4.Account) {
		w.scan = func(ctx context.Context, box imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
			state, all, err := a.Scan(ctx, box, since)
			if err != nil {
				return state, all, err
			}
			var metas []imap4.Meta
			for m := range all {
				metas = append(metas, m)
			}
			metas = spoil(since, &state, metas)
			return state, func(yield func(imap4.Meta, error) bool) {
				for _, m := range metas {
					if !yield(m, nil) {
						return
					}
				}
			}, nil
		}
	})
}

// adding makes a fault of Append, which is given its messages in a slice.
func adding(spoil func(a imap4.Account, ctx context.Context, box imap4.MailboxID, msgs []imap4.Incoming) (imap4.Appended, error)) func() func(imap4.Account) imap4.Account {
	return each(func(w *wrong, a imap4.Account) {
		w.append = func(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
			var list []imap4.Incoming
			for m, err := range msgs {
				if err != nil {
					return imap4.Appended{}, err
				}
				text, err := io.ReadAll(m.R)
				if err != nil {
					return imap4.Appended{}, err
				}
				m.R = strings.NewReader(string(text))
				list = append(list, m)
			}
			return spoil(a, ctx, box, list)
		}
	})
}

// incomings yields messages.
func incomings(list []imap4.Incoming) iter.Seq2[imap4.Incoming, error] {
	return func(yield func(imap4.Incoming, error) bool) {
		for _, m := range list {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// flagging makes a fault of SetFlags.
func flagging(before func(*imap4.FlagChange), after func(changed []imap4.Meta, conflict *imap4.UIDSet) []imap4.Meta) func() func(imap4.Account) imap4.Account {
	return each(func(w *wrong, a imap4.Account) {
		w.setFlags = func(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
			if before != nil {
				before(&c)
			}
			changed, conflict, err := a.SetFlags(ctx, box, c)
			if after != nil {
				changed = after(changed, &conflict)
			}
			return changed, conflict, err
		}
	})
}

func faults() []fault {
	return slices.Concat(mailboxFaults(), messageFaults(), laterFaults())
}

func mailboxFaults() []fault {
	const group = "Mailboxes"
	ignore := func(op imap4.MailboxOp, as imap4.Mailbox) func() func(imap4.Account) imap4.Account {
		return changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			if c.Op == op {
				as.Name = c.Name
				return as, nil
			}
			return a.Change(ctx, c)
		})
	}
	other := func(op imap4.MailboxOp, is, want error) func() func(imap4.Account) imap4.Account {
		return changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			m, err := a.Change(ctx, c)
			if c.Op == op && errors.Is(err, is) {
				err = want
			}
			return m, err
		})
	}
	return []fault{
		{group, "children first", listing(func(list []imap4.Mailbox) []imap4.Mailbox { slices.Reverse(list); return list })},
		{group, "one ID for all", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			for i := range list {
				list[i].ID = 1
			}
			return list
		})},
		{group, "missing with an ID", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			for i := range list {
				list[i].ID = max(list[i].ID, 9000)
			}
			return list
		})},
		{group, "no missing", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			return slices.DeleteFunc(list, func(m imap4.Mailbox) bool { return m.Missing })
		})},
		{group, "counts without unseen", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			for i := range list {
				if list[i].Counts != nil {
					list[i].Counts.Unseen = 0
				}
			}
			return list
		})},
		{group, "stale state", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			for i := range list {
				if list[i].State != nil {
					list[i].State.ModSeq = 1
				}
			}
			return list
		})},
		{group, "no special use", listing(func(list []imap4.Mailbox) []imap4.Mailbox {
			for i := range list {
				list[i].SpecialUse = nil
			}
			return list
		})},
		{group, "two sessions, two lists", func() func(imap4.Account) imap4.Account {
			n := imap4.MailboxID(0)
			return func(a imap4.Account) imap4.Account {
				n += 1000
				by := n
				return listing(func(list []imap4.Mailbox) []imap4.Mailbox {
					for i := range list {
						list[i].ID += by - 1000
					}
					return list
				})()(a)
			}
		}},
		{group, "locked list", func() func(imap4.Account) imap4.Account {
			var mu sync.Mutex
			return each(func(w *wrong, a imap4.Account) {
				w.mailboxes = func(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
					return func(yield func(imap4.Mailbox, error) bool) {
						mu.Lock()
						defer mu.Unlock()
						a.Mailboxes(ctx)(yield)
					}
				}
				w.change = func(ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
					mu.Lock()
					defer mu.Unlock()
					return a.Change(ctx, c)
				}
			})()
		}},
		{group, "a list that keeps its lock when left", func() func(imap4.Account) imap4.Account {
			var mu sync.Mutex
			return each(func(w *wrong, a imap4.Account) {
				w.mailboxes = func(ctx context.Context) iter.Seq2[imap4.Mailbox, error] {
					return func(yield func(imap4.Mailbox, error) bool) {
						mu.Lock()
						for m, err := range a.Mailboxes(ctx) {
							if !yield(m, err) {
								return
							}
						}
						mu.Unlock()
					}
				}
			})()
		}},
		{group, "create is no error twice", other(imap4.CreateMailbox, imap4.ErrExists, nil)},
		{group, "rename has another error", other(imap4.RenameMailbox, imap4.ErrExists, imap4.ErrCannot)},
		{group, "rename of nothing", other(imap4.RenameMailbox, imap4.ErrNotFound, nil)},
		{group, "rename below itself", other(imap4.RenameMailbox, imap4.ErrCannot, nil)},
		{group, "delete does nothing", ignore(imap4.DeleteMailbox, imap4.Mailbox{})},
		{group, "subscribe does nothing", ignore(imap4.Subscribe, imap4.Mailbox{Subscribed: true})},
		{group, "unsubscribe does nothing", ignore(imap4.Unsubscribe, imap4.Mailbox{})},
		{group, "delete unsubscribes", changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			m, err := a.Change(ctx, c)
			if c.Op == imap4.DeleteMailbox && err == nil {
				_, _ = a.Change(ctx, imap4.MailboxChange{Op: imap4.Unsubscribe, Name: m.Name})
			}
			return m, err
		})},
		{group, "subscribe wants a mailbox", changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			m, err := a.Change(ctx, c)
			if c.Op == imap4.Subscribe && m.Missing {
				return m, imap4.ErrNotFound
			}
			return m, err
		})},
		{group, "unsubscribe of nothing", changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			if c.Op == imap4.Unsubscribe {
				for m := range a.Mailboxes(ctx) {
					if slices.Equal(m.Name, c.Name) && m.Subscribed {
						return a.Change(ctx, c)
					}
				}
				return imap4.Mailbox{}, imap4.ErrNotFound
			}
			return a.Change(ctx, c)
		})},
		{group, "rename leaves a copy of nothing", changing(func(a imap4.Account, ctx context.Context, c imap4.MailboxChange) (imap4.Mailbox, error) {
			var old imap4.Mailbox
			for m := range a.Mailboxes(ctx) {
				if c.Op == imap4.RenameMailbox && m.ID == c.ID {
					old = m
				}
			}
			m, err := a.Change(ctx, c)
			if err == nil && old.ID != 0 {
				_, _ = a.Change(ctx, imap4.MailboxChange{Op: imap4.CreateMailbox, Name: old.Name})
			}
			return m, err
		})},
		{group, "what is deleted is not an error", each(func(w *wrong, a imap4.Account) {
			w.expunge = func(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
				gone, err := a.Expunge(ctx, box, uids)
				if errors.Is(err, imap4.ErrNotFound) {
					err = nil
				}
				return gone, err
			}
		})},
		{group, "UIDVALIDITY falls", func() func(imap4.Account) imap4.Account {
			return scanning(func(_ imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
				s.UIDValidity = 1000 - s.UIDValidity
				return m
			})()
		}},
		{group, "UIDVALIDITY is always the same", scanning(func(_ imap4.ModSeq, s *imap4.State, m []imap4.Meta) []imap4.Meta {
			s.UIDValidity = 1
			return m
		})},
		{group, "everybody's mailboxes", func() func(imap4.Account) imap4.Account {
			var first imap4.Account
			return func(a imap4.Account) imap4.Account {
				if first == nil {
					first = a
				}
				return first
			}
		}},
	}
}
