package sqlite

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/diskfile"
)

// together makes changes in one group, in their order, and returns what came of each.
func together(t *testing.T, s *Store, changes ...func() error) []error {
	t.Helper()
	results := make([]error, len(changes))
	release := hold(t, s)
	var wg sync.WaitGroup
	for i, change := range changes {
		wg.Go(func() { results[i] = change() })
		synctest.Wait() // until it is in line
	}
	release()
	wg.Wait()
	return results
}

// Messages that come together cost one update of their folder, and are told apart all the same.
func TestSharedHeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, inbox := withInbox(t, diskfile.OS{})
		alter(t, s, "CREATE TEMP TABLE updates (folder INTEGER)",
			"CREATE TEMP TRIGGER updated AFTER UPDATE ON main.folder BEGIN INSERT INTO updates VALUES (new.id); END")
		to := store.Delivery{To: []store.FolderID{inbox}}
		var changes []func() error
		for i := range 10 {
			changes = append(changes, func() error {
				_, err := s.FileArticle(t.Context(), store.NewArticle{ID: fmt.Sprint(i / 2)}, to, strings.NewReader("text"))
				return err
			})
		}
		for i, err := range together(t, s, changes...) {
			if i%2 == 1 {
				require.ErrorIs(t, err, store.ErrExists)
				continue
			}
			require.NoError(t, err)
		}
		require.NoError(t, s.write(t.Context(), 0, func(t *tx) error {
			n := 0
			if err := t.Row("SELECT count(*) FROM updates").Scan(&n); err != nil || n != 1 {
				return fmt.Errorf("%d updates: %w", n, err)
			}
			return nil
		}))
		last := store.Meta{ModSeq: 1}
		_, metas, err := s.Scan(t.Context(), inbox, 0)
		require.NoError(t, err)
		for m, err := range metas {
			require.NoError(t, err)
			require.Equal(t, last.UID+1, m.UID)
			require.Equal(t, last.ModSeq+1, m.ModSeq)
			last = m
		}
		for a, err := range s.FolderArticles(t.Context(), inbox, store.UIDRange{From: 1, To: store.MaxUID}) {
			require.NoError(t, err)
			require.Equal(t, []store.ArticlePlace{{Folder: inbox, UID: a.Message.UID}}, a.Places)
			require.Equal(t, a.Blob, a.Message.Blob)
		}
		require.EqualValues(t, 5, last.UID)
		sound(t, s)
	})
}

// Changes of one group see what those before them did to a folder, of whatever kind they are.
func TestHeadsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, inbox := withInbox(t, diskfile.OS{})
		bob, err := s.Account(t.Context(), "bob")
		require.NoError(t, err)
		f, err := s.CreateFolder(t.Context(), store.NewFolder{Owner: bob.ID, Name: "f"})
		require.NoError(t, err)
		give := func(folder store.FolderID) func() error {
			return func() error { return deliver(t.Context(), s, "12345", folder) }
		}
		require.NoError(t, s.SetDefaultQuota(t.Context(), store.Quota{NoReceive: 21}))
		got := together(t, s, give(inbox), give(f.ID), give(inbox),
			func() error { return s.RaiseUIDNext(t.Context(), inbox, 100) },
			give(inbox), give(inbox),
			func() error { return s.SetDefaultQuota(t.Context(), store.Quota{NoReceive: 25}) },
			give(inbox), give(f.ID),
			func() error { return s.DeleteFolder(t.Context(), f.ID) },
			give(f.ID), give(inbox),
			func() error { // one that alters a head, and then thinks better of it
				return s.add(t.Context(), 0, func(t *tx) error {
					h, err := t.head(inbox)
					if err != nil {
						return err
					}
					h.count(&entry{}, 1)
					return errTest
				})
			})
		for i, want := range []error{nil, nil, nil, nil, nil, store.ErrQuota, nil, nil, store.ErrQuota, nil, store.ErrNotFound, nil, errTest} {
			require.ErrorIs(t, got[i], want, i)
		}
		var uids []store.UID
		_, metas, err := s.Scan(t.Context(), inbox, 0)
		require.NoError(t, err)
		for m, err := range metas {
			require.NoError(t, err)
			uids = append(uids, m.UID)
		}
		require.Equal(t, []store.UID{1, 2, 100, 101, 102}, uids)
		sound(t, s)
	})
}
