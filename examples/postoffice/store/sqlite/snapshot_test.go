package sqlite

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// While messages come and go, a snapshot is sound and has all that was there before.
func TestSnapshot(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	for i := range 20 {
		require.NoError(t, deliver(t.Context(), s, fmt.Sprintf("kept %d %s", i, large), inbox))
		require.NoError(t, deliver(t.Context(), s, fmt.Sprintf("kept %d", i), inbox))
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for range 3 {
		busy.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, err := s.Deliver(t.Context(), store.Delivery{To: []store.FolderID{inbox}}, strings.NewReader(large))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Expunge(t.Context(), inbox, store.NewUIDSet(r.Placed[0].UID)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 5 {
		dir := filepath.Join(t.TempDir(), "copy")
		require.NoError(t, s.Snapshot(t.Context(), dir))
		if i < 4 {
			continue
		}
		close(stop)
		busy.Wait()
		for _, m := range scanned(t, s, inbox)[:2] { // the copy does not care
			_, err := s.Expunge(t.Context(), inbox, store.NewUIDSet(m.UID))
			require.NoError(t, err)
		}
		c := opened(t, dir, diskfile.OS{})
		sound(t, c)
		kept := 0
		for _, m := range scanned(t, c, inbox) {
			b, err := c.Open(t.Context(), inbox, m.UID)
			require.NoError(t, err)
			content, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
			require.NoError(t, err)
			require.NoError(t, b.Close())
			require.Len(t, content, int(m.Size))
			if strings.HasPrefix(string(content), "kept") {
				kept++
			}
		}
		require.Equal(t, 40, kept)
	}
	sound(t, s)
	require.Len(t, blobFiles(t, s), 19, "what was held back is removed")
	require.Error(t, s.Snapshot(t.Context(), filepath.Join(s.dir, databaseName)))
}

func scanned(t *testing.T, s *Store, folder store.FolderID) (list []store.Meta) {
	t.Helper()
	_, all, err := s.Scan(t.Context(), folder, 0)
	require.NoError(t, err)
	for m, err := range all {
		require.NoError(t, err)
		list = append(list, m)
	}
	return list
}

// A snapshot that fails leaves the store as it was, and it goes on removing files.
func TestSnapshotFails(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	alter(t, s, "UPDATE blob SET file = '../../etc/passwd'")
	require.ErrorContains(t, s.Snapshot(t.Context(), filepath.Join(t.TempDir(), "copy")), "none of ours")
	alter(t, s, "UPDATE blob SET file = '"+filepath.Base(blobFiles(t, s)[0])+"'")
	_, err := s.Expunge(t.Context(), inbox, store.NewUIDSet(1))
	require.NoError(t, err)
	require.Empty(t, blobFiles(t, s))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Snapshot(t.Context(), filepath.Join(t.TempDir(), "copy")), store.ErrClosed)
}
