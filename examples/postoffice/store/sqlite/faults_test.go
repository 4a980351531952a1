package sqlite

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A faulty file system fails at one operation, and notes which there were.
type faulty struct {
	osFiles
	mu   sync.Mutex
	ops  []string
	fail int // at this one, from 1; 0: never
	with error
}

func (f *faulty) op(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops = append(f.ops, name)
	if len(f.ops) == f.fail {
		return f.with
	}
	return nil
}

func (f *faulty) arm(fail int, with error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops, f.fail, f.with = nil, fail, with
}

func (f *faulty) create(path string) (file, error) {
	if err := f.op("create"); err != nil {
		return nil, err
	}
	real, err := f.osFiles.create(path)
	return &faultyFile{real, f}, err
}

func (f *faulty) rename(from, to string) error {
	if err := f.op("rename"); err != nil {
		return err
	}
	return f.osFiles.rename(from, to)
}

func (f *faulty) remove(path string) error {
	if err := f.op("remove"); err != nil {
		return err
	}
	return f.osFiles.remove(path)
}

func (f *faulty) syncDir(path string) error {
	if err := f.op("syncDir"); err != nil {
		return err
	}
	return f.osFiles.syncDir(path)
}

type faultyFile struct {
	file
	fs *faulty
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.fs.op("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, err
	}
	return f.file.Write(b)
}

func (f *faultyFile) Sync() error {
	if err := f.fs.op("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *faultyFile) Close() error { return errors.Join(f.fs.op("close"), f.file.Close()) }

// TestBlobFaults lets each operation of a large delivery fail in turn: the delivery fails, with the
// right error, and leaves neither a file nor a row.
func TestBlobFaults(t *testing.T) {
	files := &faulty{}
	s, inbox := withInbox(t, files)
	files.arm(0, nil)
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	steps := files.ops
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
			files.arm(i+1, c.with)
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
	files.arm(0, nil)
	require.NoError(t, deliver(t.Context(), s, large, inbox))
	sound(t, s)
}

// TestBlobOrder checks that a file is whole and durable before its row, and goes after it.
func TestBlobOrder(t *testing.T) {
	files := &faulty{}
	s, inbox := withInbox(t, files)
	files.arm(0, nil)
	err := deliver(t.Context(), s, large, inbox, 9999)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, []string{"create", "write", "write", "sync", "close", "rename", "syncDir", "remove"}, files.ops)
	require.Empty(t, blobFiles(t, s))

	require.NoError(t, deliver(t.Context(), s, large, inbox))
	files.arm(1, syscall.EIO)
	gone, err := s.Expunge(t.Context(), inbox, store.UIDSet{{From: 1, To: store.MaxUID}})
	require.NoError(t, err, "the message is gone, whatever becomes of its file")
	require.Len(t, gone, 1)
	require.Equal(t, []string{"remove"}, files.ops)
	require.Len(t, blobFiles(t, s), 1)
	sound(t, s)
	require.NoError(t, s.Close())
	again := opened(t, s.dir, osFiles{})
	require.Empty(t, blobFiles(t, again))
}

// TestFull checks that a full disk refuses what does not fit, and nothing else.
func TestFull(t *testing.T) {
	s, inbox := withInbox(t, osFiles{})
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
	s, inbox := withInbox(t, osFiles{})
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
		files := &faulty{}
		s, inbox := withInbox(t, files)
		require.NoError(t, deliver(t.Context(), s, large, inbox))
		files.arm(0, nil)
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
		require.Equal(t, []string{"remove"}, files.ops)
		sound(t, s)
	})
}
