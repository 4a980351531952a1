package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// SetFlags implements imap4.Account.
func (a *account) SetFlags(ctx context.Context, box imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
	if err := a.enter(ctx, "SetFlags", box); err != nil {
		return nil, nil, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err != nil {
		return nil, nil, fmt.Errorf("memory: %w", err)
	}
	var changed []imap4.Meta
	var conflict []imap4.UID
	var mod imap4.ModSeq
	for at := range m.within(c.UIDs) {
		msg := m.messages[at]
		if c.UnchangedSince != nil && msg.ModSeq > *c.UnchangedSince {
			conflict = append(conflict, msg.UID)
			continue
		}
		f, differs := m.apply(msg.Flags, c)
		if !differs {
			continue
		}
		if mod == 0 {
			mod = m.next()
		}
		changed = append(changed, m.replace(at, f, mod))
	}
	if mod != 0 {
		a.store.wake(box)
	}
	return changed, imap4.NewUIDSet(conflict...), nil
}

// apply returns the flags that a message then has, and whether they differ.
func (m *mailbox) apply(old imap4.Flags, c imap4.FlagChange) (imap4.Flags, bool) {
	var f imap4.Flags
	switch c.Mode {
	case imap4.ReplaceFlags:
		f = m.spelled(c.Flags)
	case imap4.AddFlags:
		f = m.spelled(imap4.Flags{System: old.System | c.Flags.System, Keywords: slices.Concat(old.Keywords, c.Flags.Keywords)})
	case imap4.RemoveFlags:
		f.System = old.System &^ c.Flags.System
		for _, k := range old.Keywords {
			if !slices.ContainsFunc(c.Flags.Keywords, func(r string) bool { return ascii.EqualFold(r, k) }) {
				f.Keywords = append(f.Keywords, k)
			}
		}
	}
	return f, f.System != old.System || !slices.Equal(f.Keywords, old.Keywords)
}

// spelled returns flags of the store's own: each keyword once, in the spelling
// that the mailbox saw first, in order.
func (m *mailbox) spelled(f imap4.Flags) imap4.Flags {
	own := imap4.Flags{System: f.System}
	for _, k := range f.Keywords {
		first, ok := m.keywords[ascii.Lower(k)]
		if !ok {
			first = k
			m.keywords[ascii.Lower(k)] = k
		}
		own.Keywords = append(own.Keywords, first)
	}
	slices.Sort(own.Keywords)
	own.Keywords = slices.Compact(own.Keywords)
	return own
}

// Expunge implements imap4.Account.
func (a *account) Expunge(ctx context.Context, box imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
	if err := a.enter(ctx, "Expunge", box); err != nil {
		return nil, err
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	return a.store.expunge(m, uids), nil
}

// expunge removes messages, as one change. The caller has the lock.
func (s *Store) expunge(m *mailbox, uids imap4.UIDSet) []imap4.Meta {
	var metas []imap4.Meta
	mod := m.state.ModSeq + 1
	for _, msg := range m.take(uids, mod) {
		s.release(msg)
		metas = append(metas, imap4.Meta{UID: msg.UID, ModSeq: mod, Expunged: true})
	}
	if metas != nil {
		m.state.ModSeq = mod
		s.wake(m.id)
	}
	return metas
}
