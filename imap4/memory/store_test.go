package memory_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/imap4/storetest"
)

// The store keeps the promises of imap4.Account, whatever is left out of it.
func TestStore(t *testing.T) {
	for name, s := range map[string]func() *memory.Store{
		"all":       func() *memory.Store { return &memory.Store{} },
		"account":   func() *memory.Store { return bare() },
		"forgetful": func() *memory.Store { return &memory.Store{History: -1} },
		"some":      func() *memory.Store { return &memory.Store{History: 3, NoACL: true} },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(testing.TB) storetest.Accounts { return s().Account })
		})
	}
}

func bare() *memory.Store {
	return &memory.Store{
		NoACL: true, NoMetadata: true, NoMetas: true, NoNamespaces: true, NoQuota: true, NoRecent: true, NoReplace: true, NoSummaries: true,
	}
}

// has tells whether an account has an interface, as the engine looks for it.
func has[T any](v any) bool {
	for {
		if _, ok := v.(T); ok {
			return true
		}
		u, ok := v.(imap4.Unwrapper)
		if !ok {
			return false
		}
		v = u.Unwrap()
	}
}

// Each further interface can be left out.
func TestLayers(t *testing.T) {
	without, with := bare().Account("alice"), new(memory.Store).Account("alice")
	for name, has := range map[string]func(any) bool{
		"ACLStore": has[imap4.ACLStore], "MetaReader": has[imap4.MetaReader], "MetadataStore": has[imap4.MetadataStore], "Namespacer": has[imap4.Namespacer],
		"QuotaStore": has[imap4.QuotaStore], "RecentStore": has[imap4.RecentStore], "Replacer": has[imap4.Replacer],
		"SummaryCache": has[imap4.SummaryCache],
	} {
		require.True(t, has(with), name)
		require.False(t, has(without), name)
	}
	require.False(t, has[imap4.Searcher](with))
}

// messages yields messages.
func messages(texts ...string) iter.Seq2[imap4.Incoming, error] {
	return func(yield func(imap4.Incoming, error) bool) {
		for _, text := range texts {
			if !yield(imap4.Incoming{R: strings.NewReader(text)}, nil) {
				return
			}
		}
	}
}

func inbox(t testing.TB, a imap4.Account) imap4.MailboxID {
	t.Helper()
	for m, err := range a.Mailboxes(t.Context()) {
		require.NoError(t, err)
		if m.Name[0] == "INBOX" {
			return m.ID
		}
	}
	require.FailNow(t, "no INBOX")
	return 0
}

// What History does not reach is forgotten, and what it reaches is not.
func TestHistory(t *testing.T) {
	a := (&memory.Store{History: 2}).Account("alice")
	box := inbox(t, a)
	_, err := a.Append(t.Context(), box, messages("1", "2", "3", "4"))
	require.NoError(t, err)
	for uid := imap4.UID(1); uid <= 3; uid++ {
		_, err := a.Expunge(t.Context(), box, imap4.NewUIDSet(uid))
		require.NoError(t, err)
	}
	_, _, err = a.Scan(t.Context(), box, 2) // the mod-sequence of the Append; the first expunge has 3
	require.ErrorIs(t, err, imap4.ErrHistoryGone)
	_, all, err := a.Scan(t.Context(), box, 3)
	require.NoError(t, err)
	var gone []imap4.UID
	for m, err := range all {
		require.NoError(t, err)
		require.True(t, m.Expunged)
		gone = append(gone, m.UID)
	}
	require.Equal(t, []imap4.UID{2, 3}, gone)
}

// The log of changes does not grow with each of them.
func TestLog(t *testing.T) {
	a := new(memory.Store).Account("alice")
	box := inbox(t, a)
	_, err := a.Append(t.Context(), box, messages("1", "2", "3"))
	require.NoError(t, err)
	var since imap4.ModSeq
	for i := range 1000 {
		changed, _, err := a.SetFlags(t.Context(), box, imap4.FlagChange{
			UIDs: imap4.NewUIDSet(2), Flags: imap4.Flags{Keywords: []string{fmt.Sprint("k", i%7)}},
		})
		require.NoError(t, err)
		since = changed[0].ModSeq
	}
	for _, from := range []imap4.ModSeq{1, 2, since - 1} {
		_, all, err := a.Scan(t.Context(), box, from)
		require.NoError(t, err)
		n := 0
		for range all {
			n++
		}
		require.Equal(t, map[bool]int{true: 3, false: 1}[from == 1], n)
	}
}

// Every method can be made to fail, and then has done nothing.
func TestFail(t *testing.T) {
	fault := errors.New("on purpose")
	failing := ""
	s := &memory.Store{Fail: func(_ context.Context, method string, _ imap4.MailboxID) error {
		if method == failing {
			return fault
		}
		return nil
	}}
	a := s.Account("alice")
	box := inbox(t, a)
	_, err := a.Append(t.Context(), box, messages("text"))
	require.NoError(t, err)
	body, err := a.Body(t.Context(), box, 1)
	require.NoError(t, err)
	before, _, err := a.Scan(t.Context(), box, 0)
	require.NoError(t, err)
	calls := map[string]func() error{
		"Mailboxes": func() (last error) {
			for _, last = range a.Mailboxes(t.Context()) {
			}
			return last
		},
		"Change": func() error {
			_, err := a.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{"a"}})
			return err
		},
		"Scan": func() error { _, _, err := a.Scan(t.Context(), box, 0); return err },
		"Append": func() error {
			_, err := a.Append(t.Context(), box, messages("x"))
			return err
		},
		"SetFlags": func() error {
			_, _, err := a.SetFlags(t.Context(), box, imap4.FlagChange{UIDs: imap4.NewUIDSet(1), Flags: imap4.Flags{System: imap4.Seen}})
			return err
		},
		"Expunge": func() error { _, err := a.Expunge(t.Context(), box, imap4.NewUIDSet(99)); return err },
		"Copy": func() error {
			_, err := a.Copy(t.Context(), imap4.CopyRequest{From: box, To: box, UIDs: imap4.NewUIDSet(1)})
			return err
		},
		"Body":   func() error { _, err := a.Body(t.Context(), box, 1); return err },
		"ReadAt": func() error { _, err := body.ReadAt(make([]byte, 1), 0); return err },
		"Watch":  func() error { return a.Watch(t.Context(), func(imap4.MailboxID) {}) },
	}
	for failing = range calls {
		require.ErrorIs(t, calls[failing](), fault, failing)
	}
	failing = ""
	after, _, err := a.Scan(t.Context(), box, 0)
	require.NoError(t, err)
	require.Equal(t, before, after)
	for name, call := range calls {
		if name != "Watch" {
			require.NoError(t, call(), name)
		}
	}
	require.NoError(t, body.Close())
	_, err = body.ReadAt(make([]byte, 1), 0)
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, body.Close(), fs.ErrClosed)
}

// Limits are those of the store at first; a limit that is passed already does not
// forbid what takes nothing.
func TestQuota(t *testing.T) {
	s := &memory.Store{Quota: []imap4.QuotaLimit{{Name: "STORAGE", Limit: 1}, {Name: "MAILBOX", Limit: 2}}}
	a := s.Account("alice")
	box := inbox(t, a)
	_, err := a.Append(t.Context(), box, messages(strings.Repeat("x", 1025)))
	require.ErrorIs(t, err, imap4.ErrOverQuota)
	_, err = a.Append(t.Context(), box, messages(strings.Repeat("x", 1024)))
	require.NoError(t, err)
	create := func(name ...string) error {
		_, err := a.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: name})
		return err
	}
	require.ErrorIs(t, create("a", "b"), imap4.ErrOverQuota)
	require.NoError(t, create("a"))
	require.ErrorIs(t, create("b"), imap4.ErrOverQuota)
}

// Other users' mailboxes are below OtherUsers, with the names above them.
func TestOtherUsers(t *testing.T) {
	s := new(memory.Store)
	alice, bob := s.Account("alice"), s.Account("bob")
	m, err := alice.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{"a", "b"}})
	require.NoError(t, err)
	acl, ok := alice.(imap4.Unwrapper)
	var share imap4.ACLStore
	for ok && share == nil {
		inner := acl.Unwrap()
		share, _ = inner.(imap4.ACLStore)
		acl, ok = inner.(imap4.Unwrapper)
	}
	require.NotNil(t, share)
	require.NoError(t, share.SetACL(t.Context(), m.ID, imap4.ACLEntry{Identifier: "anyone", Rights: "lrk"}))
	require.NoError(t, share.SetACL(t.Context(), m.ID, imap4.ACLEntry{Identifier: "-carol", Rights: "l"}))
	list := func(a imap4.Account) (names []string) {
		for m, err := range a.Mailboxes(t.Context()) {
			require.NoError(t, err)
			names = append(names, fmt.Sprint(strings.Join(m.Name, "/"), " ", m.Rights, " ", m.NoSelect))
		}
		return names
	}
	const all = " lrswipkxtea false"
	require.Equal(t, []string{
		"INBOX" + all, "Other Users l true", "Other Users/alice l true", "Other Users/alice/a l true",
		"Other Users/alice/a/b lrk false",
	}, list(bob))
	require.Equal(t, []string{"INBOX" + all}, list(s.Account("carol")))
	c, err := bob.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{memory.OtherUsers, "alice", "a", "b", "c"}})
	require.NoError(t, err)
	require.Equal(t, "lrk", c.Rights, "the rights are those of the mailbox above")
	require.Contains(t, list(alice), "a/b/c"+all)
	for _, name := range [][]string{
		{memory.OtherUsers}, {memory.OtherUsers, "alice"}, {memory.OtherUsers, "alice", "x"}, {memory.OtherUsers, "nobody", "x"},
	} {
		_, err := bob.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: name})
		require.ErrorIs(t, err, imap4.ErrNoPermission, name)
	}
}

// Time is that of the store's clock.
func TestNow(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := (&memory.Store{Now: func() time.Time { return now }}).Account("alice")
	done, err := a.Append(t.Context(), inbox(t, a), messages("x"))
	require.NoError(t, err)
	require.Equal(t, now, done.Messages[0].Received)
	require.Equal(t, now, done.Messages[0].Saved)
}
