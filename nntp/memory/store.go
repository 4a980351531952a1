package memory

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// A Store is an nntp.Store in memory. Make it with New.
type Store struct {
	mu      sync.RWMutex
	groups  map[string]*group
	names   []string               // of groups, sorted
	gone    map[string]nntp.Number // the last number of groups that were removed
	history map[string]*memory
	log     []*article // in the order in which they came; removed ones among them
	removed int        // how many of log are
}

// New returns a Store without groups.
func New() *Store {
	return &Store{
		groups:  make(map[string]*group),
		gone:    make(map[string]nntp.Number),
		history: make(map[string]*memory),
	}
}

// A memory is what the history knows of an identifier.
type memory struct {
	since   time.Time
	article *article // nil if there is none (any more)
}

// An article is one that is in some group.
type article struct {
	id      string
	entry   nntp.Entry // without Number
	text    []byte
	groups  []string
	filings int // places that are left
}

var _ nntp.Store = (*Store)(nil)

// Add implements nntp.Store.
func (s *Store) Add(_ context.Context, in nntp.Incoming) ([]nntp.Place, error) {
	var text []byte
	if len(in.Groups) > 0 {
		text = make([]byte, in.Text.Size())
		if _, err := in.Text.ReadAt(text, 0); err != nil && err != io.EOF {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.history[in.MessageID] != nil {
		return nil, nntp.ErrDuplicate
	}
	for _, name := range in.Groups {
		if s.groups[name] == nil {
			return nil, nntp.ErrNoGroup
		}
	}
	known := &memory{since: in.Arrived}
	s.history[in.MessageID] = known
	if len(in.Groups) == 0 {
		return nil, nil
	}
	a := &article{
		id:      in.MessageID,
		entry:   nntp.Entry{Overview: in.Overview, Arrived: in.Arrived, Expires: in.Expires},
		text:    text,
		groups:  slices.Clone(in.Groups),
		filings: len(in.Groups),
	}
	places := make([]nntp.Place, len(in.Groups))
	for i, name := range in.Groups {
		places[i] = nntp.Place{Group: name, Number: s.groups[name].file(a)}
	}
	a.entry.Places = places
	known.article = a
	s.log = append(s.log, a)
	return places, nil
}

// Seen implements nntp.Store.
func (s *Store) Seen(_ context.Context, id string) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.history[id] != nil, nil
}

// Article implements nntp.Store.
func (s *Store) Article(_ context.Context, name string, n nntp.Number) (nntp.Article, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.groups[name]
	if g == nil {
		return nntp.Article{}, nntp.ErrNoGroup
	}
	i, found := g.find(n)
	if !found {
		return nntp.Article{}, nntp.ErrNoArticle
	}
	return g.filed[i].article.open(), nil
}

// Find implements nntp.Store.
func (s *Store) Find(_ context.Context, id string) (nntp.Article, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := s.history[id]
	if known == nil || known.article == nil {
		return nntp.Article{}, nntp.ErrNoArticle
	}
	return known.article.open(), nil
}

func (a *article) open() nntp.Article {
	return nntp.Article{MessageID: a.id, Places: a.entry.Places, Text: text{a.text}}
}

// A text is the octets of an article, which nobody changes.
type text struct{ octets []byte }

func (t text) Size() int64 { return int64(len(t.octets)) }

func (t text) Close() error { return nil }

func (t text) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(t.octets)) {
		return 0, io.EOF
	}
	n := copy(p, t.octets[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
