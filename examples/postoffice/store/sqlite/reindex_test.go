package sqlite

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
)

// What is counted is counted again; what is lost is told.
func TestReindex(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, "short", inbox))
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	r, err := s.Reindex(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, &Reindexed{}, r)
	alter(t, s, "UPDATE folder SET messages = 9, bytes = 1, uidnext = 1, modseq = 1", "UPDATE blob SET refs = 7",
		"INSERT INTO summary SELECT id, x'00' FROM blob",
		"INSERT INTO blob (id, refs, size, sender, body) VALUES (1000000, 1, 1, '', x'00')")
	problems, err := s.Check(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, problems)
	var done, total int64
	r, err = s.Reindex(t.Context(), func(d, all int64) { done, total = d, all })
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Positive(t, r.Mended)
	require.EqualValues(t, 3, r.Dropped)
	require.EqualValues(t, 1, done)
	require.EqualValues(t, 1, total)
	sound(t, s)

	// A body that nobody has goes, with its file.
	require.NoError(t, deliver(t.Context(), s, large+"x", inbox))
	require.Len(t, blobFiles(t, s), 2)
	alter(t, s, "DELETE FROM entry WHERE uid = (SELECT max(uid) FROM entry)")
	r, err = s.Reindex(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, &Reindexed{Mended: 1, Dropped: 1}, r)
	require.Len(t, blobFiles(t, s), 1)
	sound(t, s)

	require.NoError(t, os.Remove(blobFiles(t, s)[0]))
	r, err = s.Reindex(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, r.Problems, 1)
	require.Contains(t, r.Problems[0], "is missing")
}
