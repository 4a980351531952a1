package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// An article is one as its row has it.
type article struct {
	row int64
	store.Article
}

const (
	articleColumns = "a.id, a.name, a.came, a.blob, a.places, a.data"
	articleEntry   = "e.uid, e.modseq, e.blob, e.size, e.received, e.saved, e.system, e.keywords" // entryColumns of a join
)

// scan reads articleColumns, and what more there is.
func (a *article) scan(r scanner, more ...any) error {
	var came int64
	var places string
	if err := r.Scan(append([]any{&a.row, &a.ID, &came, &a.Blob, &places, &a.Data}, more...)...); err != nil {
		return err
	}
	a.Came = fromMicro(came)
	var err error
	a.Places, err = parsePlaces(places)
	return err
}

func formatPlaces(places []store.ArticlePlace) string {
	var b []byte
	for i, p := range places {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(p.Folder), 10)
		b = strconv.AppendUint(append(b, ':'), uint64(p.UID), 10)
	}
	return string(b)
}

func parsePlaces(text string) ([]store.ArticlePlace, error) {
	var places []store.ArticlePlace
	for word := range strings.FieldsSeq(text) {
		folder, uid, _ := strings.Cut(word, ":")
		f, ferr := strconv.ParseInt(folder, 10, 64)
		u, uerr := strconv.ParseUint(uid, 10, 32)
		if ferr != nil || uerr != nil {
			return nil, fmt.Errorf("places of an article %.64q: %w", text, errDamaged)
		}
		places = append(places, store.ArticlePlace{Folder: store.FolderID(f), UID: store.UID(u)})
	}
	return places, nil
}

// article finds an article's row; found is false if there is none.
func (c *conn) article(id string) (a article, found bool, err error) {
	err = a.scan(c.Row("SELECT "+articleColumns+" FROM article a WHERE a.name = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// locate finds out where the article is.
func (c *conn) locate(a *article) error {
	for _, p := range a.Places {
		e, found, err := c.visible(p)
		if err != nil {
			return err
		}
		if found {
			a.Folder, a.Message = p.Folder, e.meta()
			return nil
		}
	}
	return nil
}

// visible finds the message at a place, unless its folder has been deleted.
func (c *conn) visible(p store.ArticlePlace) (e entry, found bool, err error) {
	var row entryScan
	e, err = row.scan(c.Row("SELECT "+articleEntry+` FROM entry e JOIN folder f ON f.id = e.folder
		WHERE e.folder = ? AND e.uid = ? AND f.doomed = 0`, p.Folder, p.UID))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, err
}

// Article implements store.Store.
func (s *Store) Article(ctx context.Context, id string) (store.Article, error) {
	var a article
	err := s.read(ctx, func(c *conn) (err error) {
		found := false
		if a, found, err = c.article(id); err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("article %.64q: %w", id, store.ErrNotFound)
		}
		return c.locate(&a)
	})
	if err != nil {
		return store.Article{}, err
	}
	return a.Article, nil
}

// HasArticle reports whether Article would find one.
func (s *Store) HasArticle(ctx context.Context, id string) (known bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		known, err = c.Has("SELECT 1 FROM article WHERE name = ?", id)
		return err
	})
	return known, err
}

// listedColumns are what a listedScan takes: each column of each row costs about as much as to find the row.
const listedColumns = "a.name, a.came, a.blob, a.places, a.data, e.uid, e.blob, e.received"

// A listedScan reads rows of listedColumns, one after the other, as an entryScan does.
type listedScan struct {
	values [8]any
	dest   []any // to the values, and what more there is
}

func (s *listedScan) scan(r scanner, folder store.FolderID, more ...any) (a store.Article, err error) {
	if s.dest == nil {
		for i := range s.values {
			s.dest = append(s.dest, &s.values[i])
		}
		s.dest = append(s.dest, more...)
	}
	if err := r.Scan(s.dest...); err != nil {
		return a, err
	}
	v := &s.values
	number := func(i int) int64 {
		n, _ := v[i].(int64) // the tables are STRICT
		return n
	}
	a.ID, _ = v[0].(string)
	places, _ := v[3].(string)
	a.Data, _ = v[4].([]byte)
	a.Came, a.Blob, a.Folder = fromMicro(number(1)), store.BlobID(number(2)), folder
	a.Message = store.Meta{UID: store.UID(number(5)), Blob: store.BlobID(number(6)), Received: fromMicro(number(7))}
	a.Places, err = parsePlaces(places)
	return a, err
}

// firstPage is how many articles FolderArticles reads at first; often no more are wanted.
const firstPage = 8

// FolderArticles implements store.Store.
func (s *Store) FolderArticles(ctx context.Context, folder store.FolderID, r store.UIDRange) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) {
		for size := firstPage; r.From <= r.To; size = listPage {
			page := make([]store.Article, 0, size)
			err := s.read(ctx, func(c *conn) error {
				var row listedScan
				err := c.Each(func(r scanner) error {
					a, err := row.scan(r, folder)
					page = append(page, a)
					return err
				}, "SELECT "+listedColumns+` FROM entry e CROSS JOIN article a ON a.id = e.article
					WHERE e.folder = ? AND e.uid BETWEEN ? AND ? ORDER BY e.uid`+litedb.Limit(size), folder, r.From, r.To)
				if err != nil {
					return err
				}
				_, _, err = c.folder(folder) // as in live
				return err
			})
			if err != nil {
				yield(store.Article{}, err)
				return
			}
			for _, a := range page {
				if !yield(a, nil) {
					return
				}
			}
			if len(page) < size || page[size-1].Message.UID == store.MaxUID {
				return
			}
			r.From = page[size-1].Message.UID + 1
		}
	}
}

// ArticlesSince implements store.Store.
func (s *Store) ArticlesSince(ctx context.Context, since time.Time) iter.Seq2[store.Article, error] {
	return func(yield func(store.Article, error) bool) {
		came, row := since.UnixMicro()-1, int64(math.MaxInt64)
		for more := true; more; {
			var page []article
			err := s.read(ctx, func(c *conn) error {
				err := c.Each(func(r scanner) error {
					var a article
					err := a.scan(r)
					page = append(page, a)
					return err
				}, "SELECT "+articleColumns+" FROM article a WHERE (a.came, a.id) > (?, ?) ORDER BY a.came, a.id"+litedb.Limit(listPage), came, row)
				for i := range page {
					if err == nil {
						err = c.locate(&page[i])
					}
				}
				return err
			})
			if err != nil {
				yield(store.Article{}, err)
				return
			}
			for i := range page {
				a := &page[i]
				came, row = a.Came.UnixMicro(), a.row
				if a.Folder != 0 && !yield(a.Article, nil) {
					return
				}
			}
			more = len(page) == listPage
		}
	}
}

// UnnotedMessages implements store.Store.
func (s *Store) UnnotedMessages(ctx context.Context, folder store.FolderID, from store.UID) iter.Seq2[store.Meta, error] {
	return paged(func(last store.Meta) (page []store.Meta, err error) {
		err = s.read(ctx, func(c *conn) error {
			err := c.metas(&page, "SELECT "+articleEntry+` FROM entry e WHERE e.folder = ? AND e.uid >= ? AND e.article IS NULL ORDER BY e.uid`+litedb.Limit(listPage),
				folder, max(from, last.UID+1))
			if err != nil {
				return err
			}
			_, _, err = c.folder(folder) // as in live
			return err
		})
		return page, err
	})
}

// FirstUID implements store.Store.
func (s *Store) FirstUID(ctx context.Context, folder store.FolderID) (uid store.UID, err error) {
	err = s.read(ctx, func(c *conn) error {
		err := c.Row(`SELECT (SELECT coalesce(min(e.uid), 0) FROM entry e WHERE e.folder = f.id)
			FROM folder f WHERE f.id = ? AND f.doomed = 0`, folder).Scan(&uid)
		return orNotFound(err, "folder", folder)
	})
	return uid, err
}
