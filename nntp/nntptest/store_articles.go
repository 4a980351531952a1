package nntptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func checkArticles(t *storeTest) {
	t.addGroup("a")
	p := t.add("<1@x>", "a")[0]
	require.Equal(t, "a", p.Group)
	a, err := t.store.Article(t.Context(), "a", p.Number)
	t.read(a, err, "<1@x>")
	require.Equal(t, []nntp.Place{p}, a.Places)
	a, err = t.store.Find(t.Context(), "<1@x>")
	t.read(a, err, "<1@x>")
	require.Equal(t, []nntp.Place{p}, a.Places)
	_, err = t.store.Article(t.Context(), "a", p.Number+1)
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	_, err = t.store.Article(t.Context(), "b", p.Number)
	require.ErrorIs(t, err, nntp.ErrNoGroup)
	_, err = t.store.Find(t.Context(), "<2@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	g := t.group("a")
	require.Equal(t, []any{p.Number, p.Number, int64(1)}, []any{g.Low, g.High, g.Count})
}

func checkCrossposts(t *storeTest) {
	t.addGroup("a", "b", "c")
	t.add("<1@x>", "a")
	places := t.add("<2@x>", "c", "a")
	require.Equal(t, []string{"c", "a"}, []string{places[0].Group, places[1].Group}, "in the order in which they were asked for")
	for _, p := range places {
		a, err := t.store.Article(t.Context(), p.Group, p.Number)
		t.read(a, err, "<2@x>")
		require.Equal(t, places, a.Places)
	}
	require.Zero(t, t.group("b").Count)
}

func checkOverview(t *storeTest) {
	t.addGroup("a", "b")
	in := t.incoming("<1@x>", "a", "b")
	in.Expires = t.arrived.Add(time.Hour)
	places, err := t.store.Add(t.Context(), in)
	require.NoError(t, err)
	e := t.overview("b", allArticles)[0]
	require.Equal(t, places[1].Number, e.Number)
	require.Equal(t, in.Overview, e.Overview)
	require.Equal(t, places, e.Places)
	require.True(t, e.Expires.Equal(in.Expires))
	require.WithinDuration(t, t.arrived, e.Arrived, time.Minute)
	require.True(t, t.overview("a", allArticles)[0].Expires.Equal(in.Expires))

	for i := range 300 {
		t.add(fmt.Sprintf("<n%d@x>", i), "a")
	}
	numbers := t.numbers("a", allArticles)
	require.Len(t, numbers, 301)
	require.True(t, slices.IsSorted(numbers))
	require.Equal(t, numbers[10:20], t.numbers("a", nntp.Range{First: numbers[10], Last: numbers[19]}))
	require.Equal(t, numbers[300:], t.numbers("a", nntp.Range{First: numbers[300], Last: nntp.MaxNumber}))
	require.Empty(t, t.numbers("a", nntp.Range{First: numbers[300] + 1, Last: nntp.MaxNumber}))
	require.Empty(t, t.numbers("a", nntp.Range{First: numbers[5], Last: numbers[4]}))
	require.Equal(t, numbers[:1], t.numbers("a", nntp.Range{First: 0, Last: numbers[0]}))
	for e, err := range t.store.Overview(t.Context(), "a", allArticles) {
		require.NoError(t, err)
		require.Equal(t, numbers[0], e.Number)
		// The iterator holds nothing while its caller works.
		require.NoError(t, t.store.Remove(t.Context(), "<n299@x>"))
		break
	}
	for _, err := range t.store.Overview(t.Context(), "none", allArticles) {
		require.ErrorIs(t, err, nntp.ErrNoGroup)
	}
}

func checkParallel(t *storeTest) {
	t.addGroup("a", "b")
	const writers, articles = 4, 50
	added := make([]int, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range articles {
				_, err := t.store.Add(context.Background(), t.incoming(fmt.Sprintf("<%d@x>", i), "a", "b"))
				switch {
				case err == nil:
					added[w]++
				case !errors.Is(err, nntp.ErrDuplicate):
					t.Errorf("Add: %v", err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, articles, added[0]+added[1]+added[2]+added[3], "of several calls with one identifier one succeeds")
	require.Len(t, slices.Compact(t.numbers("a", allArticles)), articles)
	for _, e := range t.overview("b", allArticles) {
		a, err := t.store.Article(t.Context(), "b", e.Number)
		t.read(a, err, e.Overview.MessageID)
	}
}

func checkContexts(t *storeTest) {
	t.addGroup("a")
	for i := range 300 {
		t.add(fmt.Sprintf("<%d@x>", i), "a")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, failed := 0, false
	for _, err := range t.store.Overview(ctx, "a", allArticles) {
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			failed = true
			continue // the error is the last
		}
		if n++; n == 1 {
			cancel()
		}
	}
	require.True(t, failed || n == 300, "an iterator that ends early says why")
}
