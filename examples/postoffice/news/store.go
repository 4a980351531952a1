package news

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/nntp"
)

// A Store is an nntp.Store over the information store. Make it with New.
type Store struct {
	store    store.Store
	hostname string

	mu     sync.Mutex // guards what follows; never held while the store works
	looked map[store.FolderID]*looks
	names  directory
}

var _ nntp.Store = (*Store)(nil)

// New returns the newsgroups of s. The hostname is for the identifiers and the Path of messages
// that have none.
func New(s store.Store, hostname string) *Store {
	return &Store{store: s, hostname: hostname, looked: make(map[store.FolderID]*looks)}
}

// Add implements nntp.Store.
func (s *Store) Add(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
	var d store.Delivery
	for _, name := range in.Groups {
		k, err := s.lookUp(ctx, name)
		if err != nil {
			return nil, err
		}
		d.To = append(d.To, k.folder)
	}
	var body io.Reader = strings.NewReader("")
	if in.Text != nil {
		body = io.NewSectionReader(in.Text, 0, in.Text.Size())
	}
	a := store.NewArticle{ID: in.MessageID, Data: appendSummary(nil, summary{overview: in.Overview, expires: in.Expires})}
	rec, err := s.store.FileArticle(ctx, a, d, body)
	if err != nil {
		return nil, told(err)
	}
	places := make([]nntp.Place, len(rec.Placed))
	for i, p := range rec.Placed {
		if p.UID > store.UID(nntp.MaxNumber) {
			return nil, errNumbers
		}
		places[i] = nntp.Place{Group: in.Groups[i], Number: nntp.Number(p.UID)}
	}
	s.filed(rec.Placed)
	return places, nil
}

var errNumbers = errors.New("news: the group's numbers are used up: remove it and make it again")

// A knower is a store that can say that it knows an article without saying what it knows.
type knower interface {
	HasArticle(ctx context.Context, id string) (bool, error)
}

// Seen implements nntp.Store. A message that came otherwise, and that nobody has asked about yet,
// is not known to it.
func (s *Store) Seen(ctx context.Context, id string) (bool, error) {
	if k, ok := s.store.(knower); ok {
		seen, err := k.HasArticle(ctx, id)
		return seen, told(err)
	}
	_, err := s.store.Article(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, told(err)
}

// Overview implements nntp.Store.
func (s *Store) Overview(ctx context.Context, group string, r nntp.Range) iter.Seq2[nntp.Entry, error] {
	return func(yield func(nntp.Entry, error) bool) {
		f, err := s.current(ctx, group)
		if err != nil {
			yield(nntp.Entry{}, err)
			return
		}
		if r.Last < r.First {
			return
		}
		for a, err := range s.store.FolderArticles(ctx, f.ID, uids(r)) {
			var e nntp.Entry
			if err == nil {
				e, err = s.entry(ctx, &a)
			}
			if err == nil {
				err = ctx.Err()
			}
			if !yield(e, told(err)) || err != nil {
				return
			}
		}
	}
}

// uids are the UIDs of article numbers.
func uids(r nntp.Range) store.UIDRange {
	return store.UIDRange{From: store.UID(max(r.First, 1)), To: store.UID(min(r.Last, nntp.MaxNumber))}
}

func (s *Store) entry(ctx context.Context, a *store.Article) (nntp.Entry, error) {
	kept, err := parseSummary(a.Data)
	if err != nil {
		return nntp.Entry{}, err
	}
	kept.overview.MessageID = a.ID
	places, err := s.places(ctx, a)
	return nntp.Entry{
		Number: nntp.Number(a.Message.UID), Overview: kept.overview, Places: places,
		Arrived: a.Came, Expires: kept.expires,
	}, err
}

// places are those of an article in groups that there still are.
func (s *Store) places(ctx context.Context, a *store.Article) ([]nntp.Place, error) {
	names, err := s.groupNames(ctx)
	if err != nil {
		return nil, err
	}
	places := make([]nntp.Place, 0, len(a.Places))
	for _, p := range a.Places {
		if name, ok := names[p.Folder]; ok {
			places = append(places, nntp.Place{Group: name, Number: nntp.Number(p.UID)})
		}
	}
	return places, nil
}

// Article implements nntp.Store.
func (s *Store) Article(ctx context.Context, group string, n nntp.Number) (nntp.Article, error) {
	k, err := s.lookUp(ctx, group)
	if err != nil {
		return nntp.Article{}, err
	}
	if n < 1 || n > nntp.MaxNumber {
		return nntp.Article{}, nntp.ErrNoArticle
	}
	a, err := s.numbered(ctx, k.folder, store.UID(n))
	if errors.Is(err, nntp.ErrNoArticle) { // it may have come otherwise, and not been looked at
		if _, err := s.current(ctx, group); err != nil {
			return nntp.Article{}, err
		}
		return s.numbered(ctx, k.folder, store.UID(n))
	}
	return a, err
}

// An opener is a store that finds and opens an article of a folder in one step.
type opener interface {
	OpenArticle(ctx context.Context, folder store.FolderID, uid store.UID) (store.Article, store.Body, error)
}

// numbered opens an article that is known to be one.
func (s *Store) numbered(ctx context.Context, folder store.FolderID, uid store.UID) (nntp.Article, error) {
	if o, ok := s.store.(opener); ok {
		a, body, err := o.OpenArticle(ctx, folder, uid)
		return s.opened(ctx, &a, body, err)
	}
	for a, err := range s.store.FolderArticles(ctx, folder, store.UIDRange{From: uid, To: uid}) {
		if err != nil {
			return nntp.Article{}, told(err)
		}
		return s.open(ctx, &a)
	}
	return nntp.Article{}, nntp.ErrNoArticle
}

// Find implements nntp.Store.
func (s *Store) Find(ctx context.Context, id string) (nntp.Article, error) {
	a, err := s.store.Article(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Folder == 0 {
		if err = s.lookAtAll(ctx); err == nil {
			a, err = s.store.Article(ctx, id)
		}
	}
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid), err == nil && a.Folder == 0:
		return nntp.Article{}, nntp.ErrNoArticle
	case err != nil:
		return nntp.Article{}, told(err)
	}
	return s.open(ctx, &a)
}

// open opens an article where it is.
func (s *Store) open(ctx context.Context, a *store.Article) (nntp.Article, error) {
	body, err := s.store.Open(ctx, a.Folder, a.Message.UID)
	return s.opened(ctx, a, body, err)
}

// opened is an article with its body, or why there is none.
func (s *Store) opened(ctx context.Context, a *store.Article, body store.Body, err error) (nntp.Article, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nntp.Article{}, nntp.ErrNoArticle // gone since
	}
	if err != nil {
		return nntp.Article{}, told(err)
	}
	places, err := s.places(ctx, a)
	if err != nil {
		return nntp.Article{}, errors.Join(err, body.Close())
	}
	var text nntp.Text = body
	if a.Blob != a.Message.Blob {
		if text, err = s.readable(ctx, a, body); err != nil {
			return nntp.Article{}, err
		}
	}
	return nntp.Article{MessageID: a.ID, Places: places, Text: text}, nil
}

// Arrivals implements nntp.Store.
func (s *Store) Arrivals(ctx context.Context, since time.Time) iter.Seq2[nntp.Arrival, error] {
	return func(yield func(nntp.Arrival, error) bool) {
		if err := s.lookAtAll(ctx); err != nil {
			yield(nntp.Arrival{}, err)
			return
		}
		for a, err := range s.store.ArticlesSince(ctx, since) {
			var places []nntp.Place
			if err == nil {
				places, err = s.places(ctx, &a)
			}
			if err != nil {
				yield(nntp.Arrival{}, told(err))
				return
			}
			var groups []string
			for _, p := range places {
				if !slices.Contains(groups, p.Group) {
					groups = append(groups, p.Group)
				}
			}
			if !yield(nntp.Arrival{MessageID: a.ID, Groups: groups, Arrived: a.Came}, nil) {
				return
			}
		}
	}
}

// Remove implements nntp.Store.
func (s *Store) Remove(ctx context.Context, id string) error {
	return told(s.store.RemoveArticle(ctx, id))
}

// Unfile implements nntp.Store.
func (s *Store) Unfile(ctx context.Context, group string, numbers []nntp.Number) error {
	f, err := s.folder(ctx, group)
	if err != nil {
		return err
	}
	var out []store.UID
	for _, n := range numbers {
		if n > 0 {
			out = append(out, store.UID(n))
		}
	}
	_, err = s.store.Expunge(ctx, f.ID, store.NewUIDSet(out...))
	return told(err)
}

// Forget implements nntp.Store.
func (s *Store) Forget(ctx context.Context, before time.Time) error {
	return told(s.store.ForgetArticles(ctx, before))
}

// told turns an error of the store into nntp's that says the same.
func told(err error) error {
	switch {
	case errors.Is(err, store.ErrExists):
		return nntp.ErrDuplicate
	case errors.Is(err, store.ErrNotFound):
		return nntp.ErrNoGroup // nothing else is asked for by its ID
	}
	return err
}
