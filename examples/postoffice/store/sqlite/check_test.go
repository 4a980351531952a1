package sqlite

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// TestCheckFinds damages a store in each way that Check looks for.
func TestCheckFinds(t *testing.T) {
	for _, c := range []struct {
		name, want string
		damage     []string
	}{
		{"counts", "folder 1 counts", []string{"UPDATE folder SET unseen = unseen + 1"}},
		{"quota", "folder 1 counts", []string{"UPDATE folder SET bytes = 0"}},
		{"uidnext", "UIDNEXT", []string{"UPDATE folder SET uidnext = 1"}},
		{"modseq", "UIDNEXT", []string{"UPDATE folder SET modseq = 1"}},
		{"references", "references", []string{"UPDATE blob SET refs = 2 WHERE id = 1"}},
		{"leaked", "references", []string{"UPDATE blob SET refs = 0 WHERE id = 2", "DELETE FROM entry WHERE blob = 2", "UPDATE folder SET messages = 1, unseen = 1, bytes = 5"}},
		{"missing blob", "no body", []string{"DELETE FROM blob WHERE id = 1"}},
		{"body", "octets", []string{"UPDATE blob SET body = x'00' WHERE id = 1"}},
		{"file", "is missing", []string{"UPDATE blob SET file = 'aa' || substr(file, 3) WHERE id = 2"}},
		{"size", "octets", []string{"UPDATE blob SET size = 1 WHERE id = 2", "UPDATE entry SET size = 1 WHERE blob = 2", "UPDATE folder SET bytes = 6"}},
		{"note", "note x", []string{"INSERT INTO note VALUES (99, 0, 'x', x'00')"}},
		{"summary", "summary 99", []string{"INSERT INTO summary VALUES (99, x'00')"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, inbox := withInbox(t, diskfile.OS{})
			require.NoError(t, deliver(t.Context(), s, "small", inbox))
			require.NoError(t, deliver(t.Context(), s, large, inbox))
			sound(t, s)
			alter(t, s, c.damage...)
			problems, err := s.Check(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, problems)
			require.Contains(t, problems[0], c.want)
		})
	}
}

// TestCutFile checks that a file which is not as long as its row says is not taken for the message.
func TestCutFile(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	require.NoError(t, os.Truncate(blobFiles(t, s)[0], 100))
	_, err := s.Open(t.Context(), inbox, 1)
	require.ErrorContains(t, err, "has 100 octets")
}

// TestInterruptedDelete checks that Sweep finishes what a deletion could not.
func TestInterruptedDelete(t *testing.T) {
	s, _ := withInbox(t, diskfile.OS{})
	f, err := s.CreateFolder(t.Context(), store.NewFolder{Name: "f"})
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, deliver(t.Context(), s, large, f.ID))
	}
	_, err = s.Expunge(t.Context(), f.ID, store.NewUIDSet(1))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, s.write(ctx, 0, func(t *tx) error { return t.doom(store.Public, f.ID) }))
	cancel()
	require.ErrorIs(t, s.reap(ctx, f.ID), context.Canceled)
	require.Len(t, blobFiles(t, s), 2)
	_, err = s.Folder(t.Context(), f.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.Open(t.Context(), f.ID, 2)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.ErrorIs(t, deliver(t.Context(), s, "late", f.ID), store.ErrNotFound)
	again, err := s.CreateFolder(t.Context(), store.NewFolder{Name: "f"})
	require.NoError(t, err, "its name is free")
	sound(t, s)
	require.NoError(t, s.Sweep(t.Context(), store.Retention{}))
	require.Empty(t, blobFiles(t, s))
	var rows int
	require.NoError(t, s.read(t.Context(), func(c *conn) error {
		return c.Row("SELECT (SELECT count(*) FROM blob) + (SELECT count(*) FROM tombstone) + (SELECT count(*) FROM folder WHERE id = ?)", f.ID).Scan(&rows)
	}))
	require.Zero(t, rows)
	require.NoError(t, s.DeleteFolder(t.Context(), again.ID))
	sound(t, s)
}

// TestUIDsUsedUp checks the last UID of a folder.
func TestUIDsUsedUp(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	alter(t, s, "UPDATE folder SET uidnext = 4294967294")
	require.NoError(t, deliver(t.Context(), s, "last", inbox))
	require.ErrorIs(t, deliver(t.Context(), s, "one more", inbox), store.ErrFull)
	f, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	require.Equal(t, store.MaxUID, f.UIDNext)
	sound(t, s)
}

// TestUIDValidityFollowsTime checks that numbers given after a backup are not given again by its
// restored copy.
func TestUIDValidityFollowsTime(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	f, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	require.InDelta(t, s.now().Unix(), f.UIDValidity, 3600)
	alter(t, s, "UPDATE sequence SET uidvalidity = 4294967294")
	_, err = s.CreateFolder(t.Context(), store.NewFolder{Name: "last"})
	require.NoError(t, err)
	_, err = s.CreateFolder(t.Context(), store.NewFolder{Name: "one more"})
	require.ErrorIs(t, err, store.ErrFull)
}
