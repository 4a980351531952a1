package sqlite

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

var errTest = errors.New("on purpose")

// hold keeps the writer busy until the returned function is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		left <- s.write(t.Context(), 0, func(*tx) error { close(entered); <-leave; return nil })
	}()
	<-entered
	return func() { close(leave); require.NoError(t, <-left) }
}

// TestGroup makes a group of changes in which some are refused and some fail halfway: each gets its
// own answer, and those that succeed are committed.
func TestGroup(t *testing.T) {
	for _, failing := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { testGroup(t, failing) })
	}
}

func testGroup(t *testing.T, failing bool) {
	s, inbox := withInbox(t, diskfile.OS{})
	release := hold(t, s)
	const n = 40
	results := make([]error, n)
	runs := make([]int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			switch {
			case i%10 == 3:
				results[i] = deliver(t.Context(), s, "nowhere", 9999)
			case i%10 == 7 && failing:
				results[i] = s.write(t.Context(), 0, func(t *tx) error {
					runs[i]++
					if _, err := t.Exec("UPDATE account SET quota = 1"); err != nil {
						return err
					}
					return errTest
				})
			default:
				results[i] = deliver(t.Context(), s, "text", inbox)
			}
		})
	}
	synctest.Wait() // until all wait for the writer
	release()
	wg.Wait()
	stored, failedInGroup := 0, 0
	for i, err := range results {
		switch {
		case i%10 == 3:
			require.ErrorIs(t, err, store.ErrNotFound)
		case i%10 == 7 && failing:
			require.ErrorIs(t, err, errTest)
			failedInGroup += runs[i] - 1
		default:
			require.NoError(t, err)
			stored++
		}
	}
	require.Equal(t, failing, failedInGroup == 1, "all were one group, and the first that failed ended it")
	f, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	require.EqualValues(t, stored, f.Counts.Messages)
	a, err := s.Account(t.Context(), "bob")
	require.NoError(t, err)
	require.Zero(t, a.Quota, "what failed was undone")
	sound(t, s)
}

// TestWaitingEnds checks that a call which waits for the writer can give up, and has then done nothing.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, inbox := withInbox(t, diskfile.OS{})
		release := hold(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- deliver(ctx, s, large, inbox) }()
		synctest.Wait()
		require.Len(t, blobFiles(t, s), 1)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		require.Empty(t, blobFiles(t, s))
		release()
		f, err := s.Folder(t.Context(), inbox)
		require.NoError(t, err)
		require.Zero(t, f.Counts.Messages)
	})
}

// TestCommitOutlivesContext checks that a call whose change is being made reports what came of it.
func TestCommitOutlivesContext(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	ctx, cancel := context.WithCancel(t.Context())
	err := s.write(ctx, 0, func(t *tx) error {
		cancel()
		h, err := t.head(inbox)
		if err != nil {
			return err
		}
		return t.place(h, &entry{})
	})
	require.NoError(t, err)
	f, err := s.Folder(t.Context(), inbox)
	require.NoError(t, err)
	require.EqualValues(t, 1, f.Counts.Messages)
	alter(t, s, "DELETE FROM entry", "UPDATE folder SET messages = 0, unseen = 0")
}

// TestReadersWait checks that a reader without a connection can give up.
func TestReadersWait(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	var conns []*conn
	for range cap(s.readers) {
		conns = append(conns, <-s.readers)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Folder(ctx, inbox)
		done <- err
	}()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	for _, c := range conns {
		s.readers <- c
	}
	require.Len(t, s.readers, cap(s.readers))
}

// TestMemory checks that a large body goes through in a small part of its size.
func TestMemory(t *testing.T) {
	s, inbox := withInbox(t, diskfile.OS{})
	const size, most = 64 << 20, 4 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := s.Deliver(t.Context(), store.Delivery{To: []store.FolderID{inbox}}, io.LimitReader(endless{}, size))
	require.NoError(t, err)
	require.EqualValues(t, size, r.Size)
	body, err := s.Open(t.Context(), inbox, 1)
	require.NoError(t, err)
	n, err := io.Copy(expect{t}, io.NewSectionReader(body, 0, body.Size()))
	require.NoError(t, err)
	require.EqualValues(t, size, n)
	require.NoError(t, body.Close())
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(most), "octets allocated, collected ones included")
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'e'
	}
	return len(b), nil
}

// expect fails its test if anything but endless's octets is written to it.
type expect struct{ t *testing.T }

func (e expect) Write(b []byte) (int, error) {
	for _, c := range b {
		if c != 'e' {
			require.Fail(e.t, "a wrong octet")
		}
	}
	return len(b), nil
}
