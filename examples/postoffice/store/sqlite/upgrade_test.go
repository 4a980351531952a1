package sqlite

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// TestUpgradeFrom2 opens a database that the program wrote when its schema was version 2: what was in it is as it was, and what
// came since is there.
func TestUpgradeFrom2(t *testing.T) {
	dir := t.TempDir()
	packed, err := os.Open("testdata/v2.db.gz")
	require.NoError(t, err)
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	require.NoError(t, err)
	db, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, databaseName), db, 0o600))
	s := opened(t, dir, diskfile.OS{})

	bob, err := s.Account(t.Context(), "bob")
	require.NoError(t, err)
	require.Equal(t, store.Account{
		ID: bob.ID, Name: "Bob", Addresses: []store.Address{{Local: "Bob.Smith", Domain: "example.org"}, {Local: "bob", Domain: "example.net"}},
		PasswordHash: "hash of bob", Created: bob.Created, Inbox: bob.Inbox, Used: bob.Used,
		Quota: store.Quota{NoReceive: 1_000_000}, Limits: store.Quota{NoReceive: 1_000_000},
	}, bob)
	require.Positive(t, bob.Used)
	require.False(t, bob.Created.IsZero())
	eve, err := s.Resolve(t.Context(), store.Address{Local: "eve", Domain: "example.org"})
	require.NoError(t, err)
	require.True(t, eve.Disabled)
	require.Zero(t, eve.Quota)
	_, err = s.Account(t.Context(), "gone")
	require.ErrorIs(t, err, store.ErrNotFound)
	body, err := s.Open(t.Context(), bob.Inbox, 2)
	require.NoError(t, err)
	text, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, "Subject: two\r\n\r\nto Bob\r\n", string(text))
	for n, err := range s.Notes(t.Context(), bob.Inbox, store.Public, "") {
		require.NoError(t, err)
		require.Equal(t, "noted", string(n.Value))
	}

	list := store.List{Address: store.Address{Local: "all", Domain: "example.org"}, Members: bob.Addresses}
	require.NoError(t, s.SetList(t.Context(), list))
	require.NoError(t, s.SetDefaultQuota(t.Context(), store.Quota{NoReceive: 1}))
	require.ErrorIs(t, deliver(t.Context(), s, "too much", eve.Inbox), store.ErrQuota)
	require.NoError(t, deliver(t.Context(), s, "has room", bob.Inbox))
	sound(t, s)
	require.NoError(t, s.Close())
	again := opened(t, dir, diskfile.OS{})
	got, err := again.List(t.Context(), list.Address)
	require.NoError(t, err)
	require.Equal(t, list, got)
}

// TestUpgradeFrom3 opens a database of version 3, which had a table of which messages are which articles.
func TestUpgradeFrom3(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	_, err := s.FileArticle(t.Context(), store.NewArticle{ID: "filed"}, store.Delivery{To: []store.FolderID{inbox}}, strings.NewReader("1"))
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, deliver(t.Context(), s, "other", inbox))
	}
	require.NoError(t, s.NoteArticles(t.Context(), []store.NotedArticle{
		{Folder: inbox, UID: 2, NewArticle: store.NewArticle{ID: "noted"}}, {Folder: inbox, UID: 3},
	}))
	alter(t, s, `CREATE TABLE filing (folder INTEGER NOT NULL REFERENCES folder(id), uid INTEGER NOT NULL, article INTEGER NOT NULL,
			PRIMARY KEY (folder, uid)) STRICT, WITHOUT ROWID`,
		"INSERT INTO filing SELECT folder, uid, article FROM entry WHERE article IS NOT NULL",
		fmt.Sprintf("INSERT INTO filing VALUES (%d, 99, 1)", inbox), // of a message that is gone
		"ALTER TABLE entry DROP COLUMN article", "DROP INDEX account_administrator", "ALTER TABLE account DROP COLUMN administrator",
		"PRAGMA user_version = 3")
	require.NoError(t, s.Close())
	s = opened(t, s.dir, diskfile.OS{})
	var ids []string
	for a, err := range s.FolderArticles(t.Context(), inbox, store.UIDRange{From: 1, To: store.MaxUID}) {
		require.NoError(t, err)
		ids = append(ids, a.ID)
	}
	require.Equal(t, []string{"filed", "noted"}, ids)
	var unnoted []store.UID
	for m, err := range s.UnnotedMessages(t.Context(), inbox, 1) {
		require.NoError(t, err)
		unnoted = append(unnoted, m.UID)
	}
	require.Equal(t, []store.UID{4}, unnoted)
	sound(t, s)
}

// TestUpgradeWritesDownAdministrators: who has postmaster's address was the administrator and stays it. The oldest account,
// which was if nobody had it, does not: it had become that by chance.
func TestUpgradeWritesDownAdministrators(t *testing.T) {
	for _, tt := range []struct {
		name      string
		addresses []string // of boss, besides his own
		want      []string
	}{
		{"by address", []string{"Postmaster"}, []string{"boss"}},
		{"nobody", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := withInbox(t, diskfile.OS{})
			boss := store.NewAccount{Name: "boss", Addresses: []store.Address{{Local: "boss", Domain: "example.org"}}}
			for _, local := range tt.addresses {
				boss.Addresses = append(boss.Addresses, store.Address{Local: local, Domain: "example.org"})
			}
			_, err := s.AddAccount(t.Context(), boss)
			require.NoError(t, err)
			alter(t, s, "DROP INDEX account_administrator", "ALTER TABLE account DROP COLUMN administrator", "PRAGMA user_version = 4")
			require.NoError(t, s.Close())

			for start := range 2 {
				var log bytes.Buffer
				s, err = open(t.Context(), s.dir, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, diskfile.OS{})
				require.NoError(t, err)
				list, err := s.Administrators(t.Context())
				require.NoError(t, err)
				var names []string
				for _, a := range list {
					names = append(names, a.Name)
				}
				require.Equal(t, tt.want, names)
				logged := bytes.Count(log.Bytes(), []byte("user=boss"))
				require.Equal(t, start == 0 && tt.want != nil, logged == 1, "once: %s", &log)
				sound(t, s)
				require.NoError(t, s.Close())
			}
		})
	}
}
