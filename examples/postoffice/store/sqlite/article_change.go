package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// FileArticle implements store.Store.
func (s *Store) FileArticle(ctx context.Context, a store.NewArticle, d store.Delivery, body io.Reader) (store.Receipt, error) {
	d.Key = ""
	if err := a.Check(); err != nil {
		return store.Receipt{}, fail(err)
	}
	if len(d.To) == 0 {
		return store.Receipt{}, s.add(ctx, len(a.Data), func(t *tx) error {
			_, err := t.newArticle(a, 0, nil)
			return err
		})
	}
	if err := d.Check(); err != nil {
		return store.Receipt{}, fail(err)
	}
	d.To = distinct(d.To)
	d.Flags = d.Flags.Sorted()
	b, err := s.stage(ctx, body, InlineLimit)
	if err != nil {
		return store.Receipt{}, fail(err)
	}
	var rec store.Receipt
	err = s.add(ctx, len(b.inline())+len(a.Data), func(t *tx) (err error) {
		rec, err = t.fileArticle(a, d, b)
		return err
	})
	s.unstage(b, err == nil)
	if err != nil {
		return store.Receipt{}, err
	}
	return rec, nil
}

// fileArticle delivers an article, which must be new. Its row comes first: that tells whether it is.
func (t *tx) fileArticle(a store.NewArticle, d store.Delivery, b staged) (store.Receipt, error) {
	heads, err := t.destinations(d, b)
	if err != nil {
		return store.Receipt{}, cmp.Or(t.mustBeNew(a.ID), err)
	}
	blob := t.newBlob()
	places := make([]store.ArticlePlace, len(heads))
	for i, h := range heads {
		places[i] = store.ArticlePlace{Folder: h.id, UID: store.UID(h.uidnext)}
	}
	row, err := t.newArticle(a, blob, places)
	if err != nil {
		return store.Receipt{}, err
	}
	return t.put(d, b, entry{blob: blob, article: row}, heads)
}

// mustBeNew returns ErrExists if the identifier is known.
func (t *tx) mustBeNew(id string) error {
	known, err := t.Has("SELECT 1 FROM article WHERE name = ?", id)
	if known {
		err = errKnown(id)
	}
	return err
}

func errKnown(id string) error { return fmt.Errorf("article %.64q: %w", id, store.ErrExists) }

// newArticle makes a row for an identifier, or returns ErrExists if there is one.
func (t *tx) newArticle(a store.NewArticle, blob store.BlobID, places []store.ArticlePlace) (row int64, err error) {
	row, made, err := t.Insert("INSERT INTO article (name, came, blob, places, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
		a.ID, t.now.UnixMicro(), blob, formatPlaces(places), present(a.Data))
	if err == nil && !made {
		return 0, errKnown(a.ID)
	}
	t.dirty = true
	return row, err
}

// present is data that is not NULL.
func present(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// setArticle notes which article the message at a place is, if there is one; 0: none.
func (t *tx) setArticle(p store.ArticlePlace, row int64) error {
	_, err := t.Exec("UPDATE entry SET article = ? WHERE folder = ? AND uid = ?", row, p.Folder, p.UID)
	return err
}

// NoteArticles implements store.Store.
func (s *Store) NoteArticles(ctx context.Context, all []store.NotedArticle) error {
	for _, n := range all {
		if n.ID == "" {
			continue
		}
		if err := n.Check(); err != nil {
			return fail(err)
		}
	}
	for some := range slices.Chunk(all, listPage) { // others get their turn between
		size := 0
		for _, n := range some {
			size += len(n.Data)
		}
		err := s.write(ctx, size, func(t *tx) error {
			for _, n := range some {
				if err := t.noteArticle(n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) noteArticle(n store.NotedArticle) error {
	place := store.ArticlePlace{Folder: n.Folder, UID: n.UID}
	if _, found, err := t.visible(place); err != nil || !found {
		return err
	}
	known, err := t.Has("SELECT 1 FROM entry WHERE folder = ? AND uid = ? AND article IS NOT NULL", n.Folder, n.UID)
	switch {
	case err != nil || known:
		return err
	case n.ID == "":
		return t.setArticle(place, 0)
	}
	a, known, err := t.article(n.ID)
	if err != nil {
		return err
	}
	if known {
		err = t.addPlace(&a, place, n.Data)
	} else {
		a.row, err = t.newArticle(n.NewArticle, 0, []store.ArticlePlace{place})
	}
	if err != nil {
		return err
	}
	return t.setArticle(place, a.row)
}

// addPlace notes one more place of an article; one that is nowhere begins anew.
func (t *tx) addPlace(a *article, p store.ArticlePlace, data []byte) error {
	if err := t.locate(a); err != nil {
		return err
	}
	if a.Folder == 0 {
		a.Came, a.Blob, a.Data = t.now, 0, present(data)
	}
	a.Places = append(a.Places, p)
	_, err := t.Exec("UPDATE article SET came = ?, blob = ?, places = ?, data = ? WHERE id = ?",
		a.Came.UnixMicro(), a.Blob, formatPlaces(a.Places), a.Data, a.row)
	return err
}

// RemoveArticle implements store.Store.
func (s *Store) RemoveArticle(ctx context.Context, id string) error {
	n := store.NewArticle{ID: id}
	if err := n.Check(); err != nil {
		return fail(err)
	}
	return s.free(ctx, func(t *tx) error {
		a, known, err := t.article(id)
		if err != nil {
			return err
		}
		if !known {
			_, err := t.newArticle(n, 0, nil)
			return err
		}
		for _, p := range a.Places {
			_, found, err := t.visible(p)
			if err == nil && found {
				_, err = t.expunge(p.Folder, store.NewUIDSet(p.UID))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetArticles implements store.Store.
func (s *Store) ForgetArticles(ctx context.Context, before time.Time) error {
	last, through := int64(0), int64(0)
	for more := true; more; { // others get their turn between
		err := s.write(ctx, 0, func(t *tx) error {
			var page []article
			err := t.Each(func(r scanner) error {
				var a article
				err := a.scan(r)
				page = append(page, a)
				return err
			}, "SELECT "+articleColumns+" FROM article a WHERE a.id > ? AND a.came < ? ORDER BY a.id"+litedb.Limit(sweepStep), last, before.UnixMicro())
			if err != nil {
				return err
			}
			for i := range page {
				through = page[i].row
				if err := t.forgetArticle(&page[i]); err != nil {
					return err
				}
			}
			more = len(page) == sweepStep
			return nil
		})
		if err != nil {
			return err
		}
		last = through
	}
	return nil
}

// forgetArticle forgets an article, unless it is somewhere.
func (t *tx) forgetArticle(a *article) error {
	if err := t.locate(a); err != nil || a.Folder != 0 {
		return err
	}
	for _, p := range a.Places { // in folders that are being deleted
		if err := t.setArticle(p, 0); err != nil {
			return err
		}
	}
	_, err := t.Exec("DELETE FROM article WHERE id = ?", a.row)
	return err
}
