package news_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// open returns an information store of its own.
func open(tb testing.TB) store.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), tb.TempDir(), sqlite.Options{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	nntptest.TestStore(t, func(t *testing.T) nntp.Store { return news.New(open(t), "news.example") })
}

// A town has groups a and b, whose folders tests put messages into.
type town struct {
	*testing.T
	store store.Store
	news  *news.Store
	a, b  store.FolderID
}

func newTown(t *testing.T) *town {
	w := &town{T: t, store: open(t)}
	w.news = news.New(w.store, "news.example")
	for name, id := range map[string]*store.FolderID{"a": &w.a, "b": &w.b} {
		require.NoError(t, w.news.ChangeGroup(t.Context(), nntp.GroupChange{Name: name}))
		f, err := w.store.FolderAt(t.Context(), store.Public, name)
		require.NoError(t, err)
		*id = f.ID
	}
	return w
}

// put appends a message, as IMAP does.
func (w *town) put(folder store.FolderID, text string) {
	w.Helper()
	_, err := w.store.Append(w.Context(), folder, store.Each(store.Incoming{Body: strings.NewReader(text), Received: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}))
	require.NoError(w, err)
}

// post files an article, as the engine does.
func (w *town) post(id string, groups ...string) error {
	text := "Message-ID: " + id + "\r\n\r\nbody of " + id + "\r\n"
	_, err := w.news.Add(w.Context(), nntp.Incoming{MessageID: id, Groups: groups, Text: bytes.NewReader([]byte(text))})
	return err
}

func (w *town) overview(group string) (list []nntp.Entry) {
	w.Helper()
	for e, err := range w.news.Overview(w.Context(), group, nntp.Range{First: 1, Last: nntp.MaxNumber}) {
		require.NoError(w, err)
		list = append(list, e)
	}
	return list
}

func (w *town) text(a nntp.Article, err error) string {
	w.Helper()
	require.NoError(w, err)
	text, err := io.ReadAll(io.NewSectionReader(a.Text, 0, a.Text.Size()))
	require.NoError(w, err)
	require.NoError(w, a.Text.Close())
	return string(text)
}

// What a message lacks of an article is made up, the same each time.
func TestArrival(t *testing.T) {
	w := newTown(t)
	f, err := w.store.Folder(t.Context(), w.a)
	require.NoError(t, err)
	madeUp := fmt.Sprintf("<folder-%d-1@news.example>", f.UIDValidity)
	w.put(w.a, "From bob Fri Jan  2 03:04:05 2026\nSubject:bare\n \nX-Empty:\nXref: x a:9\nMessage-ID: not one\n\none\x00\rtwo")
	const want = "Path: news.example!not-for-mail\r\nFrom: nobody@news.example\r\nNewsgroups: a\r\nMessage-ID: %s\r\n" +
		"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\nSubject: bare\r\n\r\none\r\ntwo\r\n"
	for range 2 {
		require.Equal(t, fmt.Sprintf(want, madeUp), w.text(w.news.Find(t.Context(), madeUp)))
		require.Equal(t, fmt.Sprintf(want, madeUp), w.text(w.news.Article(t.Context(), "a", 1)))
		w.news = news.New(w.store, "news.example") // of a later process
	}
	e := w.overview("a")[0]
	require.Equal(t, nntp.Overview{
		Subject: "bare", From: "nobody@news.example", Date: "Fri, 2 Jan 2026 03:04:05 +0000",
		MessageID: madeUp, Bytes: int64(len(fmt.Sprintf(want, madeUp))), Lines: 2,
	}, e.Overview)
	require.Equal(t, []nntp.Place{{Group: "a", Number: 1}}, e.Places)
}

// A message is the article that its identifier says; those that were gone come anew.
func TestIdentifiers(t *testing.T) {
	w := newTown(t)
	require.NoError(t, w.post("<1@x>", "a"))
	_, err := w.store.Copy(t.Context(), store.CopyRequest{From: w.a, To: w.b, UIDs: store.NewUIDSet(1)})
	require.NoError(t, err)
	w.put(w.b, "Message-ID: <1@x>\r\nSubject: another text\r\n\r\nx\r\n")
	places := []nntp.Place{{Group: "a", Number: 1}, {Group: "b", Number: 1}, {Group: "b", Number: 2}}
	for i, e := range w.overview("b") {
		require.Equal(t, places, e.Places)
		require.Equal(t, "<1@x>", e.Overview.MessageID, i)
	}
	require.Equal(t, "Message-ID: <1@x>\r\n\r\nbody of <1@x>\r\n", w.text(w.news.Article(t.Context(), "b", 1)), "a copy of what was posted")
	require.Contains(t, w.text(w.news.Article(t.Context(), "b", 2)), "Subject: another text\r\n")
	for a, err := range w.news.Arrivals(t.Context(), time.Time{}) {
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, a.Groups)
	}

	require.NoError(t, w.news.Remove(t.Context(), "<1@x>"))
	require.Empty(t, w.overview("b"))
	require.ErrorIs(t, w.post("<1@x>", "a"), nntp.ErrDuplicate)
	w.put(w.a, "Message-ID: <1@x>\r\nSubject: somebody wants it here\r\n\r\nx\r\n")
	require.Contains(t, w.text(w.news.Find(t.Context(), "<1@x>")), "Subject: somebody wants it here\r\n")
}

// Many messages are looked at once each; what is too long for an article, or beyond repair, is none.
func TestManyArrivals(t *testing.T) {
	w := newTown(t)
	const n = 150
	for i := range n {
		w.put(w.a, fmt.Sprintf("Message-ID: <%d@x>\r\n\r\nx\r\n", i))
	}
	w.put(w.a, "Subject: long\r\n\r\n"+strings.Repeat("x", news.MaxArticle))
	w.put(w.a, strings.Repeat("X: y\r\n", 1100)+"\r\nx\r\n")
	require.Len(t, w.overview("a"), n)
	g, err := w.news.Group(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, nntp.Number(n+2), g.High)
	_, err = w.news.Article(t.Context(), "a", n+1)
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	var unnoted int
	for range w.store.UnnotedMessages(t.Context(), w.a, 1) {
		unnoted++
	}
	require.Zero(t, unnoted)
}

// Only folders at the root of Public that are for news are groups.
func TestWhatIsAGroup(t *testing.T) {
	w := newTown(t)
	for _, f := range []store.NewFolder{
		{Name: "mail", Kind: store.Mail},
		{Name: "no group", Kind: store.News},
		{Name: "below", Kind: store.News, Parent: w.a},
	} {
		_, err := w.store.CreateFolder(t.Context(), f)
		require.NoError(t, err)
	}
	var names []string
	for g, err := range w.news.Groups(t.Context()) {
		require.NoError(t, err)
		names = append(names, g.Name)
	}
	require.Equal(t, []string{"a", "b"}, names)
	for _, name := range []string{"mail", "no group", "below", strings.Repeat("x", 300), "\xff"} {
		_, err := w.news.Group(t.Context(), name)
		require.ErrorIs(t, err, nntp.ErrNoGroup, name)
	}
	require.Error(t, w.news.ChangeGroup(t.Context(), nntp.GroupChange{Name: "mail"}))
	require.Error(t, w.news.ChangeGroup(t.Context(), nntp.GroupChange{Name: "no group"}))
	require.ErrorIs(t, w.news.ChangeGroup(t.Context(), nntp.GroupChange{Name: "a", Remove: true}), store.ErrNotEmpty)
	require.NoError(t, w.news.ChangeGroup(t.Context(), nntp.GroupChange{Name: "b", Remove: true}))
}

// A group's description is the comment that IMAP tells of its folder.
func TestDescription(t *testing.T) {
	w := newTown(t)
	require.NoError(t, w.store.SetNotes(t.Context(), []store.Note{{Folder: w.a, Name: "shared/comment", Value: []byte("two\r\nlines\xff")}}))
	g, err := w.news.Group(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "two lines\ufffd", g.Description)
	moderators, err := w.news.Moderators(t.Context())
	require.NoError(t, err)
	require.Empty(t, moderators)
	require.NoError(t, w.news.SetModerator(t.Context(), "a", "ann@example.org"))
	moderators, err = w.news.Moderators(t.Context())
	require.NoError(t, err)
	require.Equal(t, []news.Moderator{{Group: "a", Address: "ann@example.org"}}, moderators)
	require.ErrorIs(t, w.news.SetModerator(t.Context(), "none", "x"), nntp.ErrNoGroup)
}

func BenchmarkOverview(b *testing.B) {
	s := open(b)
	groups := news.New(s, "news.example")
	require.NoError(b, groups.ChangeGroup(b.Context(), nntp.GroupChange{Name: "a"}))
	const articles = 1000
	var msgs []store.Incoming
	for i := range articles {
		msgs = append(msgs, store.Incoming{Body: strings.NewReader(fmt.Sprintf("Message-ID: <%d@x>\r\nSubject: s\r\n\r\nx\r\n", i))})
	}
	f, err := s.FolderAt(b.Context(), store.Public, "a")
	require.NoError(b, err)
	_, err = s.Append(b.Context(), f.ID, store.Each(msgs...))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range groups.Overview(b.Context(), "a", nntp.Range{First: 1, Last: nntp.MaxNumber}) {
			require.NoError(b, err)
			n++
		}
		require.Equal(b, articles, n)
	}
	b.ReportMetric(articles*float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}

func BenchmarkAdd(b *testing.B) {
	groups := news.New(open(b), "news.example")
	require.NoError(b, groups.ChangeGroup(b.Context(), nntp.GroupChange{Name: "a"}))
	text := strings.Repeat("x", 2000) + "\r\n"
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	b.SetParallelism(16)
	var last atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			in := nntp.Incoming{MessageID: fmt.Sprintf("<%d@x>", last.Add(1)), Groups: []string{"a"}, Text: bytes.NewReader([]byte(text))}
			if _, err := groups.Add(context.Background(), in); err != nil {
				b.Error(err)
			}
		}
	})
}

// A full store cannot be written to.
type full struct{ store.Store }

func (full) NoteArticles(context.Context, []store.NotedArticle) error { return store.ErrFull }

// On a full disk what was known before is read; what has come since is seen when there is room.
func TestFullStore(t *testing.T) {
	w := newTown(t)
	require.NoError(t, w.post("<1@x>", "a"))
	w.put(w.a, "Message-ID: <2@x>\r\n\r\nx\r\n")
	room := w.news
	w.news = news.New(full{w.store}, "news.example")
	require.Len(t, w.overview("a"), 1)
	w.news = room
	require.Len(t, w.overview("a"), 2)
}
