package nntptest

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// TestStore holds a Store to what its interface promises. For each promise it
// calls open for a fresh and empty Store.
func TestStore(t *testing.T, open func(t *testing.T) nntp.Store) {
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) {
			p.check(newStoreTest(t, open(t)))
		})
	}
}

var promises = []struct {
	name  string
	check func(*storeTest)
}{
	{"groups", checkGroups},
	{"changes of groups", checkGroupChanges},
	{"articles", checkArticles},
	{"crossposts", checkCrossposts},
	{"duplicates", checkDuplicates},
	{"identifiers without articles", checkRemembered},
	{"all groups or none", checkAtomic},
	{"overview", checkOverview},
	{"removal", checkRemoval},
	{"expiry", checkExpiry},
	{"numbers are not given twice", checkNumbers},
	{"arrivals", checkArrivals},
	{"many at once", checkParallel},
	{"contexts", checkContexts},
}

// A storeTest is the check of one promise.
type storeTest struct {
	tester
	store   nntp.Store
	arrived time.Time
}

// A tester is what a *testing.T has that the checks need.
type tester interface {
	require.TestingT
	Helper()
	Context() context.Context
}

func newStoreTest(t tester, store nntp.Store) *storeTest {
	return &storeTest{tester: t, store: store, arrived: time.Now().UTC().Truncate(time.Second)}
}

func (t *storeTest) addGroup(names ...string) {
	t.Helper()
	for _, name := range names {
		require.NoError(t, t.store.ChangeGroup(t.Context(), nntp.GroupChange{Name: name}))
	}
}

func articleText(id string) string {
	return "Path: x!not-for-mail\r\nSubject: s\r\nMessage-ID: " + id + "\r\n\r\n" + id + "\r\n"
}

func (t *storeTest) incoming(id string, groups ...string) nntp.Incoming {
	in := nntp.Incoming{
		MessageID: id, Groups: groups, Arrived: t.arrived,
		Overview: nntp.Overview{
			Subject: "s", From: "f", Date: "d", MessageID: id, References: "<r@x>",
			Bytes: int64(len(articleText(id))), Lines: 1,
		},
	}
	if len(groups) > 0 {
		in.Text = bytes.NewReader([]byte(articleText(id)))
	}
	return in
}

func (t *storeTest) add(id string, groups ...string) []nntp.Place {
	t.Helper()
	places, err := t.store.Add(t.Context(), t.incoming(id, groups...))
	require.NoError(t, err)
	require.Len(t, places, len(groups))
	return places
}

func (t *storeTest) group(name string) nntp.Group {
	t.Helper()
	g, err := t.store.Group(t.Context(), name)
	require.NoError(t, err)
	return g
}

func (t *storeTest) overview(group string, r nntp.Range) []nntp.Entry {
	t.Helper()
	var list []nntp.Entry
	for e, err := range t.store.Overview(t.Context(), group, r) {
		require.NoError(t, err)
		list = append(list, e)
	}
	return list
}

func (t *storeTest) numbers(group string, r nntp.Range) []nntp.Number {
	t.Helper()
	var list []nntp.Number
	for _, e := range t.overview(group, r) {
		list = append(list, e.Number)
	}
	return list
}

func (t *storeTest) seen(id string) bool {
	t.Helper()
	seen, err := t.store.Seen(t.Context(), id)
	require.NoError(t, err)
	return seen
}

// read checks that a is the article of id, and closes it.
func (t *storeTest) read(a nntp.Article, err error, id string) {
	t.Helper()
	require.NoError(t, err)
	require.Equal(t, id, a.MessageID)
	b, err := io.ReadAll(io.NewSectionReader(a.Text, 0, a.Text.Size()))
	require.NoError(t, err)
	require.Equal(t, articleText(id), string(b))
	part := make([]byte, 4)
	n, err := a.Text.ReadAt(part, 6)
	require.NoError(t, err)
	require.Equal(t, articleText(id)[6:10], string(part[:n]))
	require.NoError(t, a.Text.Close())
}

var allArticles = nntp.Range{First: 1, Last: nntp.MaxNumber}
