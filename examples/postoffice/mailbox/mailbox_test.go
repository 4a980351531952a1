package mailbox_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/imap4"
)

// open makes a store with these users. The first of them is the administrator.
func open(t *testing.T, users ...string) (store.Store, []*mailbox.Account) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.SetDomains(t.Context(), []string{"example.org"}))
	var accounts []*mailbox.Account
	for i, name := range users {
		user, err := s.AddAccount(t.Context(), store.NewAccount{Name: name, Addresses: []store.Address{{Local: name, Domain: "example.org"}}})
		require.NoError(t, err)
		accounts = append(accounts, &mailbox.Account{Store: s, User: user, Administrator: i == 0})
	}
	return s, accounts
}

// names lists what an account sees, with its rights.
func names(t *testing.T, a *mailbox.Account) map[string]string {
	t.Helper()
	all := make(map[string]string)
	var last []string
	for b, err := range a.Mailboxes(t.Context()) {
		require.NoError(t, err)
		for _, component := range b.Name {
			require.NoError(t, imap4.CheckName(component))
		}
		require.Negative(t, slices.Compare(last, b.Name), "a mailbox comes before those below it, once")
		require.Equal(t, b.Missing, b.ID == 0)
		last = b.Name
		all[strings.Join(b.Name, "/")] = b.Rights
	}
	return all
}

func change(t *testing.T, a *mailbox.Account, op imap4.MailboxOp, name ...string) imap4.Mailbox {
	t.Helper()
	b, err := a.Change(t.Context(), imap4.MailboxChange{Op: op, Name: name})
	require.NoError(t, err)
	return b
}

func appendOne(ctx context.Context, a *mailbox.Account, box imap4.MailboxID, text string) (imap4.Appended, error) {
	return a.Append(ctx, box, func(yield func(imap4.Incoming, error) bool) {
		yield(imap4.Incoming{R: strings.NewReader(text), Size: int64(len(text))}, nil)
	})
}

func TestNamespaces(t *testing.T) {
	s, accounts := open(t, "root", "alice", "bob")
	root, alice, bob := accounts[0], accounts[1], accounts[2]
	require.Equal(t, map[string]string{"INBOX": "lrswipkxtea", "Public Folders": "l"}, names(t, bob))

	change(t, root, imap4.CreateMailbox, mailbox.Public, "Announcements", "2026")
	change(t, root, imap4.CreateMailbox, mailbox.Public, "Staff")
	_, err := s.CreateFolder(t.Context(), store.NewFolder{Name: "comp.mail.misc", Kind: store.News})
	require.NoError(t, err)
	_, err = s.CreateFolder(t.Context(), store.NewFolder{Name: "not/for\u2028clients", Kind: store.News})
	require.NoError(t, err)
	staff, err := root.Find(t.Context(), mailbox.Public, "Staff")
	require.NoError(t, err)
	require.NoError(t, root.SetACL(t.Context(), staff.ID, imap4.ACLEntry{Identifier: "anyone"}))
	require.NoError(t, root.SetACL(t.Context(), staff.ID, imap4.ACLEntry{Identifier: "Bob", Rights: "lrs"}))
	require.Equal(t, map[string]string{
		"INBOX": "lrswipkxtea", "Public Folders": "l", "Public Folders/Announcements": "lrip",
		"Public Folders/Announcements/2026": "lrip", "Public Folders/comp.mail.misc": "lrip", "Public Folders/Staff": "lrs",
	}, names(t, bob))
	require.NotContains(t, names(t, alice), "Public Folders/Staff")
	require.Equal(t, "lrswipkxtea", names(t, root)["Public Folders/Staff"])

	shared := change(t, alice, imap4.CreateMailbox, "Projects", "Wire")
	change(t, alice, imap4.CreateMailbox, "Secret")
	require.NoError(t, alice.SetACL(t.Context(), shared.ID, imap4.ACLEntry{Identifier: "bob", Rights: "lrswi"}))
	require.NoError(t, alice.SetACL(t.Context(), shared.ID, imap4.ACLEntry{Identifier: "-bob", Rights: "s"}))
	got := names(t, bob)
	require.Equal(t, "lrwi", got["Other Users/alice/Projects/Wire"])
	require.Contains(t, got, "Other Users/alice")
	require.NotContains(t, got, "Other Users/alice/Secret")
	require.NotContains(t, got, "Other Users/alice/INBOX")
	require.NotContains(t, names(t, root), "Other Users", "an administrator has no right to other users' mail")

	// An owner who takes his own rights away can give them back.
	require.NoError(t, alice.SetACL(t.Context(), shared.ID, imap4.ACLEntry{Identifier: "alice", Rights: "r"}))
	require.Equal(t, "lra", names(t, alice)["Projects/Wire"])
	require.NoError(t, alice.SetACL(t.Context(), shared.ID, imap4.ACLEntry{Identifier: "alice"}))
	require.Equal(t, "lrswipkxtea", names(t, alice)["Projects/Wire"])

	_, err = bob.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{mailbox.Others, "nobody", "x"}})
	require.ErrorIs(t, err, imap4.ErrNoPermission)
	_, err = bob.Change(t.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: []string{mailbox.Public}})
	require.ErrorIs(t, err, imap4.ErrExists)
}

// Whoever shares a folder is watched, too.
func TestWatchShared(t *testing.T) {
	_, accounts := open(t, "root", "alice", "bob")
	alice, bob := accounts[1], accounts[2]
	shared := change(t, alice, imap4.CreateMailbox, "Shared")
	require.NoError(t, alice.SetACL(t.Context(), shared.ID, imap4.ACLEntry{Identifier: "bob", Rights: "lr"}))

	ctx, cancel := context.WithCancel(t.Context())
	calls, ended := make(chan imap4.MailboxID), make(chan error, 1)
	go func() {
		ended <- bob.Watch(ctx, func(id imap4.MailboxID) {
			select {
			case calls <- id:
			case <-ctx.Done():
			}
		})
	}()
	told := false
	for range 1000 { // it takes a moment until it listens
		_, err := appendOne(t.Context(), alice, shared.ID, "Subject: news\r\n\r\n")
		require.NoError(t, err)
		select {
		case id := <-calls:
			require.Equal(t, shared.ID, id)
			told = true
		default:
		}
		if told {
			break
		}
	}
	require.True(t, told)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestFurnish(t *testing.T) {
	_, accounts := open(t, "alice")
	alice := accounts[0]
	require.NoError(t, alice.Furnish(t.Context()))
	sent, err := alice.Find(t.Context(), "Sent")
	require.NoError(t, err)
	require.Equal(t, []string{`\Sent`}, sent.SpecialUse)
	require.True(t, sent.Subscribed)
	_, err = alice.Change(t.Context(), imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: sent.ID})
	require.NoError(t, err)
	require.NoError(t, alice.Furnish(t.Context()))
	gone, err := alice.Change(t.Context(), imap4.MailboxChange{Op: imap4.Subscribe, Name: []string{"Sent"}})
	require.NoError(t, err)
	require.True(t, gone.Missing)
	require.True(t, gone.Subscribed)
}

func TestQuota(t *testing.T) {
	_, accounts := open(t, "root", "alice")
	root, alice := accounts[0], accounts[1]
	_, err := alice.SetQuota(t.Context(), "alice", []imap4.QuotaLimit{{Name: "STORAGE", Limit: 1}})
	require.ErrorIs(t, err, imap4.ErrNoPermission)
	_, err = root.SetQuota(t.Context(), "alice", []imap4.QuotaLimit{{Name: "STORAGE", Limit: 1}})
	require.NoError(t, err)
	inbox, err := alice.Find(t.Context(), "INBOX")
	require.NoError(t, err)
	_, err = appendOne(t.Context(), alice, inbox.ID, strings.Repeat("x", 1000))
	require.NoError(t, err)
	_, err = appendOne(t.Context(), alice, inbox.ID, strings.Repeat("x", 1000))
	require.ErrorIs(t, err, imap4.ErrOverQuota)
	roots, err := alice.QuotaRoots(t.Context(), inbox.ID)
	require.NoError(t, err)
	require.Equal(t, []imap4.QuotaRoot{{Name: "alice", Resources: []imap4.QuotaResource{{Name: "STORAGE", Usage: 1, Limit: 1}}}}, roots)
	require.NoError(t, root.Store.SetDefaultQuota(t.Context(), store.Quota{NoReceive: 4096}))
	rootsOf, err := root.QuotaRoots(t.Context(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 4, rootsOf[0].Resources[0].Limit, "the default")
	unbound, err := root.SetQuota(t.Context(), "root", nil)
	require.NoError(t, err)
	require.EqualValues(t, -1, unbound.Resources[0].Limit)
	change(t, root, imap4.CreateMailbox, mailbox.Public, "x")
	public, err := alice.Find(t.Context(), mailbox.Public, "x")
	require.NoError(t, err)
	roots, err = alice.QuotaRoots(t.Context(), public.ID)
	require.NoError(t, err)
	require.Empty(t, roots)
}

func TestMetadata(t *testing.T) {
	_, accounts := open(t, "root", "alice", "bob")
	root, alice, bob := accounts[0], accounts[1], accounts[2]
	require.NoError(t, root.Store.SetDefaultQuota(t.Context(), store.Quota{NoReceive: 4096}))
	rootsOf, err := root.QuotaRoots(t.Context(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 4, rootsOf[0].Resources[0].Limit, "the default")
	unbound, err := root.SetQuota(t.Context(), "root", nil)
	require.NoError(t, err)
	require.EqualValues(t, -1, unbound.Resources[0].Limit)
	change(t, root, imap4.CreateMailbox, mailbox.Public, "x")
	public, err := alice.Find(t.Context(), mailbox.Public, "x")
	require.NoError(t, err)
	require.NoError(t, alice.SetMetadata(t.Context(), public.ID, []imap4.MetadataEntry{
		{Name: "/private/comment", Value: []byte("hers")},
		{Name: "/private/comment/de", Value: []byte("ihrer")},
		{Name: "/private/commentary", Value: []byte("another")},
		{Name: "/shared/comment", Value: []byte("everybody's")},
	}))
	get := func(a *mailbox.Account, depth int, names ...string) map[string]string {
		all := make(map[string]string)
		for e, err := range a.Metadata(t.Context(), public.ID, names, depth) {
			require.NoError(t, err)
			all[e.Name] = string(e.Value)
		}
		return all
	}
	require.Equal(t, map[string]string{"/private/comment": "hers", "/shared/comment": "everybody's"},
		get(alice, 0, "/private/comment", "/shared/comment"))
	require.Equal(t, map[string]string{"/private/comment": "hers", "/private/comment/de": "ihrer"}, get(alice, 1, "/private/comment"))
	require.Equal(t, map[string]string{"/shared/comment": "everybody's"}, get(bob, -1, "/private/comment", "/shared"))
	require.NoError(t, alice.SetMetadata(t.Context(), public.ID, []imap4.MetadataEntry{{Name: "/private/comment"}}))
	require.Empty(t, get(alice, 0, "/private/comment"))
	require.ErrorIs(t, bob.SetMetadata(t.Context(), 0, []imap4.MetadataEntry{{Name: "/shared/admin", Value: []byte("x")}}), imap4.ErrNoPermission)
	require.NoError(t, root.SetMetadata(t.Context(), 0, []imap4.MetadataEntry{{Name: "/shared/admin", Value: []byte("x")}}))
}

func TestDeleteWithChildren(t *testing.T) {
	s, accounts := open(t, "alice")
	alice := accounts[0]
	top := change(t, alice, imap4.CreateMailbox, "top")
	change(t, alice, imap4.CreateMailbox, "top", "below")
	_, err := appendOne(t.Context(), alice, top.ID, "x")
	require.NoError(t, err)
	_, err = alice.Change(t.Context(), imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: top.ID})
	require.NoError(t, err)
	found, err := alice.Find(t.Context(), "top")
	require.NoError(t, err)
	require.True(t, found.NoSelect)
	f, err := s.Folder(t.Context(), store.FolderID(top.ID))
	require.NoError(t, err)
	require.Zero(t, f.Counts)
	_, err = alice.Change(t.Context(), imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: top.ID})
	require.ErrorIs(t, err, imap4.ErrHasChildren)
	require.False(t, change(t, alice, imap4.CreateMailbox, "top").NoSelect)
}

// TestDrop reads an IMAP mailbox as POP3 does.
func TestDrop(t *testing.T) {
	_, accounts := open(t, "alice")
	alice := accounts[0]
	inbox, err := alice.Find(t.Context(), "INBOX")
	require.NoError(t, err)
	for _, text := range []string{"one\r\n", "two\r\n"} {
		_, err = appendOne(t.Context(), alice, inbox.ID, text)
		require.NoError(t, err)
	}
	unlocked := false
	d := &mailbox.Drop{Account: alice, Box: inbox.ID, Unlock: func() error { unlocked = true; return nil }}
	messages, err := d.Messages(t.Context())
	require.NoError(t, err)
	require.Len(t, messages, 2)
	require.NotEqual(t, messages[0].UIDL, messages[1].UIDL)
	body, err := d.Body(t.Context(), messages[1].ID)
	require.NoError(t, err)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, "two\r\n", string(text))
	require.EqualValues(t, messages[1].Size, len(text))
	require.NoError(t, d.Commit(t.Context(), []string{messages[0].ID}))
	messages, err = d.Messages(t.Context())
	require.NoError(t, err)
	require.Len(t, messages, 1)
	require.NoError(t, d.Close())
	require.True(t, unlocked)
}
