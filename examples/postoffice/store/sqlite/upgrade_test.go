package sqlite

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
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
