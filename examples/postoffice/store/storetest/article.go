package storetest

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var articleRules = []rule{
	{name: "filed", why: "an article is found by its identifier and in each of its folders, and is stored once", check: func(e *env) {
		f, g := e.create(store.Public, 0, "f"), e.create(store.Public, 0, "g")
		e.deliver(f.ID, "not an article")
		rec := e.file("<1@x>", g.ID, f.ID)
		e.reopen()
		places := []store.ArticlePlace{{Folder: g.ID, UID: 1}, {Folder: f.ID, UID: 2}}
		a, err := e.s.Article(e.ctx, "<1@x>")
		e.NoError(err)
		e.Equal([]any{"<1@x>", "data of <1@x>", rec.Blob, places}, []any{a.ID, string(a.Data), a.Blob, a.Places})
		e.Equal([]any{g.ID, store.UID(1), rec.Blob}, []any{a.Folder, a.Message.UID, a.Message.Blob})
		in := e.articles(e.s.FolderArticles(e.ctx, f.ID, allUIDs))
		e.Len(in, 1)
		e.Equal([]any{"<1@x>", f.ID, store.UID(2), rec.Blob, places}, []any{in[0].ID, in[0].Folder, in[0].Message.UID, in[0].Message.Blob, in[0].Places})
		e.Equal("body of <1@x>", e.read(f.ID, 2))
		_, err = e.s.Article(e.ctx, "<1@X>")
		e.ErrorIs(err, store.ErrNotFound)
		first, err := e.s.FirstUID(e.ctx, f.ID)
		e.NoError(err)
		e.Equal(store.UID(1), first)
		_, err = e.s.FirstUID(e.ctx, 9999)
		e.ErrorIs(err, store.ErrNotFound)
	}},
	{name: "once", why: "of several articles with one identifier one is filed, and none in part", check: func(e *env) {
		f := e.create(store.Public, 0, "f")
		var wg sync.WaitGroup
		filed := make([]int, 4)
		for w := range filed {
			wg.Go(func() {
				for i := range 20 {
					_, err := e.fileTo(fmt.Sprintf("<%d@x>", i), f.ID)
					switch {
					case err == nil:
						filed[w]++
					case !errors.Is(err, store.ErrExists):
						e.T.Errorf("FileArticle: %v", err)
					}
				}
			})
		}
		wg.Wait()
		e.Equal(20, filed[0]+filed[1]+filed[2]+filed[3])
		e.Len(e.uids(f.ID), 20)
		_, err := e.fileTo("<new@x>", f.ID, 9999)
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.s.Article(e.ctx, "<new@x>")
		e.ErrorIs(err, store.ErrNotFound)
		e.file("<only known@x>")
		_, err = e.fileTo("<only known@x>", f.ID)
		e.ErrorIs(err, store.ErrExists)
		_, err = e.fileTo("", f.ID)
		e.ErrorIs(err, store.ErrInvalid)
		_, err = e.fileTo(strings.Repeat("x", store.MaxArticleID+1), f.ID)
		e.ErrorIs(err, store.ErrInvalid)
		e.Len(e.uids(f.ID), 20)
	}},
	{name: "noted", why: "messages that came otherwise are told until they are noted; then they are articles, or none", check: func(e *env) {
		f, g := e.create(store.Public, 0, "f"), e.create(store.Public, 0, "g")
		e.file("<1@x>", f.ID)
		e.deliver(f.ID, "two")
		e.deliver(f.ID, "three")
		e.deliver(g.ID, "two again")
		unnoted := e.collect(e.s.UnnotedMessages(e.ctx, f.ID, 1))
		e.Equal([]store.UID{2, 3}, uidsOf(unnoted))
		e.Equal([]store.UID{3}, uidsOf(e.collect(e.s.UnnotedMessages(e.ctx, f.ID, 3))))
		two := store.NewArticle{ID: "<2@x>", Data: []byte("two")}
		all := []store.NotedArticle{{Folder: f.ID, UID: 2, NewArticle: two}, {Folder: f.ID, UID: 3}, {Folder: f.ID, UID: 99, NewArticle: store.NewArticle{ID: "<99@x>"}}, {Folder: g.ID, UID: 1, NewArticle: two}}
		e.NoError(e.s.NoteArticles(e.ctx, all))
		e.NoError(e.s.NoteArticles(e.ctx, all), "twice changes nothing")
		e.Empty(e.collect(e.s.UnnotedMessages(e.ctx, f.ID, 1)))
		e.Equal([]string{"<1@x>", "<2@x>"}, ids(e.articles(e.s.FolderArticles(e.ctx, f.ID, allUIDs))))
		a, err := e.s.Article(e.ctx, "<2@x>")
		e.NoError(err)
		e.Equal([]store.ArticlePlace{{Folder: f.ID, UID: 2}, {Folder: g.ID, UID: 1}}, a.Places)
		e.Zero(a.Blob)
		_, err = e.s.Article(e.ctx, "<99@x>")
		e.ErrorIs(err, store.ErrNotFound)
		_, err = e.fileTo("<2@x>", g.ID)
		e.ErrorIs(err, store.ErrExists)
	}},
	{name: "many", why: "articles are yielded in order, by ranges, however many there are", check: func(e *env) {
		f := e.create(store.Public, 0, "f")
		for i := range 600 {
			e.file(fmt.Sprintf("<%d@x>", i), f.ID)
		}
		e.Len(e.articles(e.s.FolderArticles(e.ctx, f.ID, allUIDs)), 600)
		some := e.articles(e.s.FolderArticles(e.ctx, f.ID, store.UIDRange{From: 300, To: 309}))
		e.Len(some, 10)
		e.Equal(store.UID(300), some[0].Message.UID)
		e.Empty(e.articles(e.s.FolderArticles(e.ctx, f.ID, store.UIDRange{From: 601, To: store.MaxUID})))
		since := e.articles(e.s.ArticlesSince(e.ctx, time.Time{}))
		e.Len(since, 600)
		e.Equal([]string{"<0@x>", "<599@x>"}, []string{since[0].ID, since[599].ID})
		for _, err := range e.s.FolderArticles(e.ctx, 9999, allUIDs) {
			e.ErrorIs(err, store.ErrNotFound)
		}
	}},
	{name: "gone", why: "an article is where its messages are, whoever has removed them; its identifier stays known", check: func(e *env) {
		f, g := e.create(store.Public, 0, "f"), e.create(store.Public, 0, "g")
		e.file("<1@x>", f.ID, g.ID)
		e.file("<2@x>", f.ID, g.ID)
		e.file("<3@x>", g.ID)
		e.expunge(f.ID, 1)
		e.Equal([]string{"<2@x>"}, ids(e.articles(e.s.FolderArticles(e.ctx, f.ID, allUIDs))))
		a, err := e.s.Article(e.ctx, "<1@x>")
		e.NoError(err)
		e.Equal(g.ID, a.Folder)
		e.Len(a.Places, 2, "that it had one is remembered")
		e.NoError(e.s.RemoveArticle(e.ctx, "<2@x>"))
		e.NoError(e.s.RemoveArticle(e.ctx, "<2@x>"))
		e.NoError(e.s.RemoveArticle(e.ctx, "<never was@x>"))
		e.Empty(e.uids(f.ID))
		e.NoError(e.s.DeleteFolder(e.ctx, g.ID))
		for _, id := range []string{"<1@x>", "<2@x>", "<3@x>", "<never was@x>"} {
			a, err := e.s.Article(e.ctx, id)
			e.NoError(err)
			e.Zero(a.Folder)
			_, err = e.fileTo(id, f.ID)
			e.ErrorIs(err, store.ErrExists)
		}
		e.Empty(e.articles(e.s.ArticlesSince(e.ctx, time.Time{})))
		uid := e.deliver(f.ID, "1 again")
		e.NoError(e.s.NoteArticles(e.ctx, []store.NotedArticle{{Folder: f.ID, UID: uid, NewArticle: store.NewArticle{ID: "<1@x>", Data: []byte("new")}}}))
		a, err = e.s.Article(e.ctx, "<1@x>")
		e.NoError(err)
		e.Equal([]any{f.ID, "new", store.BlobID(0)}, []any{a.Folder, string(a.Data), a.Blob})
	}},
	{name: "forgotten", why: "identifiers are forgotten by age, but not while their article is somewhere", timed: true, check: func(e *env) {
		f := e.create(store.Public, 0, "f")
		e.file("<stays@x>", f.ID)
		e.file("<goes@x>", f.ID)
		e.file("<refused@x>")
		e.NoError(e.s.RemoveArticle(e.ctx, "<goes@x>"))
		e.subject.Advance(time.Hour)
		e.file("<young@x>")
		middle := e.folder(e.create(store.Public, 0, "g").ID).Created
		e.Len(e.articles(e.s.ArticlesSince(e.ctx, middle.Add(-time.Hour))), 1)
		e.Empty(e.articles(e.s.ArticlesSince(e.ctx, middle)))
		e.NoError(e.s.ForgetArticles(e.ctx, middle.Add(-time.Hour)))
		e.True(e.known("<goes@x>"), "it came no sooner than that")
		e.NoError(e.s.ForgetArticles(e.ctx, middle))
		e.Equal([]bool{true, false, false, true}, []bool{e.known("<stays@x>"), e.known("<goes@x>"), e.known("<refused@x>"), e.known("<young@x>")})
		e.file("<goes@x>", f.ID)
	}},
}

var allUIDs = store.UIDRange{From: 1, To: store.MaxUID}

func (e *env) fileTo(id string, folders ...store.FolderID) (store.Receipt, error) {
	return e.s.FileArticle(e.ctx, store.NewArticle{ID: id, Data: []byte("data of " + id)},
		store.Delivery{To: folders}, io.LimitReader(strings.NewReader("body of "+id), 1<<20))
}

func (e *env) file(id string, folders ...store.FolderID) store.Receipt {
	e.Helper()
	rec, err := e.fileTo(id, folders...)
	e.NoError(err)
	e.Len(rec.Placed, len(folders))
	return rec
}

func (e *env) known(id string) bool {
	e.Helper()
	_, err := e.s.Article(e.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false
	}
	e.NoError(err)
	return true
}

func (e *env) articles(all iter.Seq2[store.Article, error]) []store.Article {
	e.Helper()
	var list []store.Article
	for a, err := range all {
		e.NoError(err)
		list = append(list, a)
	}
	return list
}

func ids(all []store.Article) []string {
	var list []string
	for _, a := range all {
		list = append(list, a.ID)
	}
	return list
}
