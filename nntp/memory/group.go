package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// A group is a newsgroup.
type group struct {
	name, description, creator string
	status                     nntp.Status
	created                    time.Time
	high                       nntp.Number
	filed                      []filed // ascending
}

// A filed article is one with its number.
type filed struct {
	number  nntp.Number
	article *article
}

// file gives a the next number.
func (g *group) file(a *article) nntp.Number {
	g.high++
	g.filed = append(g.filed, filed{g.high, a})
	return g.high
}

// find returns where the article of a number is, or would be.
func (g *group) find(n nntp.Number) (at int, found bool) {
	return slices.BinarySearchFunc(g.filed, n, func(f filed, n nntp.Number) int { return cmp.Compare(f.number, n) })
}

func (g *group) info() nntp.Group {
	low := g.high + 1
	if len(g.filed) > 0 {
		low = g.filed[0].number
	}
	return nntp.Group{
		Name: g.name, Low: low, High: g.high, Count: int64(len(g.filed)),
		Status: g.status, Description: g.description, Created: g.created, Creator: g.creator,
	}
}

// Group implements nntp.Store.
func (s *Store) Group(_ context.Context, name string) (nntp.Group, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.groups[name]
	if g == nil {
		return nntp.Group{}, nntp.ErrNoGroup
	}
	return g.info(), nil
}

// step is how many items an iterator takes at a time, so that it holds the
// lock neither long nor while its caller works.
const step = 128

// Groups implements nntp.Store.
func (s *Store) Groups(ctx context.Context) iter.Seq2[nntp.Group, error] {
	return func(yield func(nntp.Group, error) bool) {
		some := make([]nntp.Group, 0, step)
		for from := ""; ; from = some[len(some)-1].Name + "\x00" {
			if some = s.someGroups(some[:0], from); len(some) == 0 {
				return
			}
			for _, g := range some {
				if !yield(g, nil) {
					return
				}
			}
			if err := ctx.Err(); err != nil {
				yield(nntp.Group{}, err)
				return
			}
		}
	}
}

// someGroups appends the groups from a name on, as far as there is room.
func (s *Store) someGroups(to []nntp.Group, from string) []nntp.Group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, _ := slices.BinarySearch(s.names, from)
	for _, name := range s.names[i:min(len(s.names), i+step)] {
		to = append(to, s.groups[name].info())
	}
	return to
}

// Overview implements nntp.Store.
func (s *Store) Overview(ctx context.Context, name string, r nntp.Range) iter.Seq2[nntp.Entry, error] {
	return func(yield func(nntp.Entry, error) bool) {
		var room [step]filed
		for next, want := r.First, 1; next <= r.Last; want = step {
			some, err := s.someFiled(room[:0:want], name, nntp.Range{First: next, Last: r.Last})
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nntp.Entry{}, err)
				return
			}
			for _, f := range some {
				e := f.article.entry
				e.Number = f.number
				if !yield(e, nil) {
					return
				}
			}
			if len(some) < want {
				return
			}
			next = some[len(some)-1].number + 1
		}
	}
}

// someFiled appends the articles of a range, as far as there is room.
func (s *Store) someFiled(to []filed, name string, r nntp.Range) ([]filed, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.groups[name]
	if g == nil {
		return nil, nntp.ErrNoGroup
	}
	i, _ := g.find(r.First)
	for ; i < len(g.filed) && len(to) < cap(to) && g.filed[i].number <= r.Last; i++ {
		to = append(to, g.filed[i])
	}
	return to, nil
}

// ChangeGroup implements nntp.Store.
func (s *Store) ChangeGroup(_ context.Context, c nntp.GroupChange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[c.Name]
	switch {
	case c.Remove && g == nil:
		return nntp.ErrNoGroup
	case c.Remove:
		s.removeGroup(g)
		return nil
	case g == nil:
		g = &group{name: c.Name, status: nntp.Posting, created: time.Now(), high: s.gone[c.Name]}
		delete(s.gone, c.Name)
		s.groups[c.Name] = g
		i, _ := slices.BinarySearch(s.names, c.Name)
		s.names = slices.Insert(s.names, i, c.Name)
	}
	set(&g.status, c.Status)
	set(&g.description, c.Description)
	set(&g.creator, c.Creator)
	return nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *Store) removeGroup(g *group) {
	for _, f := range g.filed {
		s.drop(f.article)
	}
	s.gone[g.name] = g.high
	delete(s.groups, g.name)
	if i, found := slices.BinarySearch(s.names, g.name); found {
		s.names = slices.Delete(s.names, i, i+1)
	}
}
