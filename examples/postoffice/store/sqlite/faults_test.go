package sqlite

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// TestBlobFaults lets each operation of a large delivery fail in turn: the delivery fails, with the
// right error, and leaves neither a file nor a row.
func TestBlobFaults(t *testing.T) {
	files := new(diskfile.Faulty)
	s, inbox := withInbox(t, files)
	files.Arm(0, nil)
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	steps := files.Ops()
	require.Equal(t, []string{"create", "write", "write", "sync", "close", "rename", "syncDir"}, steps)
	before, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	for _, c := range []struct {
		with, want error
	}{
		{syscall.ENOSPC, store.ErrFull},
		{syscall.EDQUOT, store.ErrFull},
		{syscall.EROFS, store.ErrReadOnly},
		{syscall.EIO, syscall.EIO},
	} {
		for i, step := range steps {
			files.Arm(i+1, c.with)
			err := deliver(t.Context(), s, large, inbox)
			require.ErrorIs(t, err, c.want, step)
			require.ErrorIs(t, err, c.with, step)
			require.Equal(t, 1, strings.Count(err.Error(), "sqlite:"), err)
			require.Len(t, blobFiles(t, s), 1, step)
			after, err := s.Folder(t.Context(), inbox)
			require.NoError(t, err)
			require.Equal(t, before, after, step)
		}
	}
	files.Arm(0, nil)
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	sound(t, s)
}

// TestBlobOrder checks that a file is whole and durable before its row, and goes after it.
func TestBlobOrder(t *testing.T) {
	files := new(diskfile.Faulty)
	s, inbox := withInbox(t, files)
	files.Arm(0, nil)
	err := deliver(t.Context(), s, large, inbox, 9999)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, []string{"create", "write", "write", "sync", "close", "rename", "syncDir", "remove"}, files.Ops())
	require.Empty(t, blobFiles(t, s))

	require.NoError(t, deliver(t.Context(), s, large, inbox))
	files.Arm(1, syscall.EIO)
	gone, err := s.Expunge(t.Context(), inbox, store.UIDSet{{From: 1, To: store.MaxUID}})
	require.NoError(t, err, "the message is gone, whatever becomes of its file")
	require.Len(t, gone, 1)
	require.Equal(t, []string{"remove"}, files.Ops())
	require.Len(t, blobFiles(t, s), 1)
	sound(t, s)
	require.NoError(t, s.Close())
	again := opened(t, s.dir, diskfile.OS{})
	require.Empty(t, blobFiles(t, again))
}

// TestFull checks that a full disk refuses what does not fit, and nothing else.
func TestFull(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, "fits", inbox))
	require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
		var pages int
		return t.Row("PRAGMA max_page_count = 1").Scan(&pages) // it becomes as many as there are
	}))
	before, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	for range 3 {
		err = deliver(t.Context(), s, large[:60_000], inbox)
		require.ErrorIs(t, err, store.ErrFull)
	}
	after, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, deliver(t.Context(), s, "small", inbox), "this one fits the pages there are")
	sound(t, s)
}

// TestReadOnly checks that a store that cannot be written says so, and can still be read.
func TestReadOnly(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	require.NoError(t, deliver(t.Context(), s, "there", inbox))
	require.NoError(t, s.write(t.Context(), 0, func(t *tx) error { return t.Script("PRAGMA query_only = ON") }))
	require.ErrorIs(t, deliver(t.Context(), s, "refused", inbox), store.ErrReadOnly)
	require.ErrorIs(t, deliver(t.Context(), s, large, inbox), store.ErrReadOnly)
	require.Empty(t, blobFiles(t, s))
	body, err := s.Open(t.Context(), inbox, 1)
	require.NoError(t, err)
	require.EqualValues(t, 5, body.Size())
}

// TestMadeAgain lets a change that removes a file be made twice, as its group is rolled back: what
// it has left to do is done once.
func TestMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := new(diskfile.Faulty)
		s, inbox := withInbox(t, files)
		require.NoError(t, deliver(t.Context(), s, large, inbox))
		files.Arm(0, nil)
		release := hold(t, s)
		var wg sync.WaitGroup
		runs := 0
		wg.Go(func() {
			require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
				runs++
				_, err := t.expunge(inbox, store.NewUIDSet(1))
				return err
			}))
		})
		synctest.Wait()
		wg.Go(func() {
			require.ErrorIs(t, s.write(t.Context(), 0, func(t *tx) error {
				t.dirty = true
				return errTest
			}), errTest)
		})
		synctest.Wait()
		release()
		wg.Wait()
		require.Equal(t, 2, runs)
		require.Equal(t, []string{"remove"}, files.Ops())
		sound(t, s)
	})
}
