package nntptest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func checkDuplicates(t *storeTest) {
	t.addGroup("a", "b")
	require.False(t, t.seen("<1@x>"))
	t.add("<1@x>", "a")
	require.True(t, t.seen("<1@x>"))
	_, err := t.store.Add(t.Context(), t.incoming("<1@x>", "b"))
	require.ErrorIs(t, err, nntp.ErrDuplicate)
	require.Zero(t, t.group("b").Count)
	_, err = t.store.Add(t.Context(), t.incoming("<1@x>"))
	require.ErrorIs(t, err, nntp.ErrDuplicate)
	require.False(t, t.seen("<1@X>"), "identifiers compare octet by octet")
}

func checkRemembered(t *storeTest) {
	t.addGroup("a")
	t.add("<1@x>")
	require.True(t, t.seen("<1@x>"))
	_, err := t.store.Find(t.Context(), "<1@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	_, err = t.store.Add(t.Context(), t.incoming("<1@x>", "a"))
	require.ErrorIs(t, err, nntp.ErrDuplicate)
}

func checkAtomic(t *storeTest) {
	t.addGroup("a")
	_, err := t.store.Add(t.Context(), t.incoming("<1@x>", "a", "gone"))
	require.ErrorIs(t, err, nntp.ErrNoGroup)
	require.Zero(t, t.group("a").Count)
	require.False(t, t.seen("<1@x>"))
	t.add("<1@x>", "a")
}

func checkRemoval(t *storeTest) {
	t.addGroup("a", "b")
	first := t.add("<1@x>", "a", "b")[0].Number
	t.add("<2@x>", "a")
	require.NoError(t, t.store.Remove(t.Context(), "<1@x>"))
	require.NoError(t, t.store.Remove(t.Context(), "<1@x>"), "twice is no error")
	_, err := t.store.Find(t.Context(), "<1@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	_, err = t.store.Article(t.Context(), "a", first)
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	require.Len(t, t.numbers("a", allArticles), 1)
	require.Empty(t, t.numbers("b", allArticles))
	g := t.group("a")
	require.Greater(t, g.Low, first)
	require.EqualValues(t, 1, g.Count)
	require.True(t, t.seen("<1@x>"))
	require.NoError(t, t.store.Remove(t.Context(), "<late@x>"))
	_, err = t.store.Add(t.Context(), t.incoming("<late@x>", "a"))
	require.ErrorIs(t, err, nntp.ErrDuplicate, "a cancel may come before what it cancels")
}

func checkExpiry(t *storeTest) {
	t.addGroup("a", "b")
	places := t.add("<1@x>", "a", "b")
	t.add("<2@x>", "a")
	require.NoError(t, t.store.Unfile(t.Context(), "a", []nntp.Number{places[0].Number, places[0].Number + 1000}))
	_, err := t.store.Article(t.Context(), "a", places[0].Number)
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	a, err := t.store.Find(t.Context(), "<1@x>")
	t.read(a, err, "<1@x>")
	require.NoError(t, t.store.Forget(t.Context(), t.arrived.Add(time.Hour)))
	require.True(t, t.seen("<1@x>"), "it is still there")
	require.NoError(t, t.store.Unfile(t.Context(), "b", []nntp.Number{places[1].Number}))
	_, err = t.store.Find(t.Context(), "<1@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	require.True(t, t.seen("<1@x>"))
	require.NoError(t, t.store.Forget(t.Context(), t.arrived.Add(-time.Hour)))
	require.True(t, t.seen("<1@x>"), "it came later than that")
	require.NoError(t, t.store.Forget(t.Context(), time.Now().Add(time.Hour)))
	require.False(t, t.seen("<1@x>"))
	require.True(t, t.seen("<2@x>"))
	require.ErrorIs(t, t.store.Unfile(t.Context(), "none", []nntp.Number{1}), nntp.ErrNoGroup)
}

func checkArrivals(t *storeTest) {
	t.addGroup("a", "b")
	arrivals := func(since time.Time) (list []string) {
		for a, err := range t.store.Arrivals(t.Context(), since) {
			require.NoError(t, err)
			list = append(list, fmt.Sprint(a.MessageID, a.Groups))
		}
		return list
	}
	t.add("<1@x>", "a", "b")
	t.add("<2@x>", "b")
	t.add("<3@x>", "a")
	t.add("<remembered@x>")
	require.NoError(t, t.store.Remove(t.Context(), "<2@x>"))
	require.Equal(t, []string{"<1@x>[a b]", "<3@x>[a]"}, arrivals(t.arrived))
	require.Equal(t, []string{"<1@x>[a b]", "<3@x>[a]"}, arrivals(time.Time{}))
	require.Empty(t, arrivals(time.Now().Add(time.Hour)))
}
