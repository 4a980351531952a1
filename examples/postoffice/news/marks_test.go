package news_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/nntp"
)

// A group that is made again goes on counting, also in a later process, unless its numbers are used up.
func TestMarks(t *testing.T) {
	w := newTown(t)
	change := func(c nntp.GroupChange) {
		t.Helper()
		require.NoError(t, w.news.ChangeGroup(t.Context(), c))
	}
	high := func(name string) nntp.Number {
		t.Helper()
		g, err := w.news.Group(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, g.High+1, g.Low)
		return g.High
	}
	require.NoError(t, w.post("<1@x>", "a"))
	change(nntp.GroupChange{Name: "a", Remove: true})
	w.news = news.New(w.store, "news.example")
	change(nntp.GroupChange{Name: "a.b"})
	require.Zero(t, high("a.b"), "the name of another begins as this one's")
	change(nntp.GroupChange{Name: "a"})
	first := high("a")
	require.Positive(t, first)
	require.NoError(t, w.post("<2@x>", "a"))
	require.Equal(t, first+1, w.overview("a")[0].Number)
	change(nntp.GroupChange{Name: "a", Remove: true})
	change(nntp.GroupChange{Name: "a"})
	require.Greater(t, high("a"), first)

	f, err := w.store.FolderAt(t.Context(), store.Public, "a")
	require.NoError(t, err)
	require.NoError(t, w.store.(*sqlite.Store).RaiseUIDNext(t.Context(), f.ID, store.UID(nntp.MaxNumber)))
	change(nntp.GroupChange{Name: "a", Remove: true})
	change(nntp.GroupChange{Name: "a"})
	require.Zero(t, high("a"))
}
