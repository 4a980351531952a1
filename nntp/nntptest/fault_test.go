package nntptest

import (
	"bytes"
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// A recorder is a tester that only remembers whether the check failed.
type recorder struct {
	ctx    context.Context
	mu     sync.Mutex
	failed bool
}

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) FailNow()                 { r.Errorf(""); runtime.Goexit() }
func (r *recorder) Errorf(string, ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

// A faulty store is a good one with some methods replaced.
type faulty struct {
	*memory.Store
	add      func(context.Context, nntp.Incoming) ([]nntp.Place, error)
	change   func(context.Context, nntp.GroupChange) error
	seen     func(context.Context, string) (bool, error)
	group    func(nntp.Group) nntp.Group
	entry    func(nntp.Entry) nntp.Entry
	article  func(nntp.Article) nntp.Article
	groups   func([]nntp.Group) []nntp.Group
	entries  func([]nntp.Entry) []nntp.Entry
	arrivals func([]nntp.Arrival) []nntp.Arrival
	remove   func(context.Context, string) error
	unfile   func(context.Context, string, []nntp.Number) error
	forget   func(context.Context, time.Time) error
}

func (f *faulty) Add(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
	if f.add != nil {
		return f.add(ctx, in)
	}
	return f.Store.Add(ctx, in)
}

func (f *faulty) ChangeGroup(ctx context.Context, c nntp.GroupChange) error {
	if f.change != nil {
		return f.change(ctx, c)
	}
	return f.Store.ChangeGroup(ctx, c)
}

func (f *faulty) Seen(ctx context.Context, id string) (bool, error) {
	if f.seen != nil {
		return f.seen(ctx, id)
	}
	return f.Store.Seen(ctx, id)
}

func (f *faulty) Group(ctx context.Context, name string) (nntp.Group, error) {
	g, err := f.Store.Group(ctx, name)
	if f.group != nil && err == nil {
		g = f.group(g)
	}
	return g, err
}

func (f *faulty) Find(ctx context.Context, id string) (nntp.Article, error) {
	a, err := f.Store.Find(ctx, id)
	if f.article != nil && err == nil {
		a = f.article(a)
	}
	return a, err
}

func (f *faulty) Remove(ctx context.Context, id string) error {
	if f.remove != nil {
		return f.remove(ctx, id)
	}
	return f.Store.Remove(ctx, id)
}

func (f *faulty) Unfile(ctx context.Context, group string, numbers []nntp.Number) error {
	if f.unfile != nil {
		return f.unfile(ctx, group, numbers)
	}
	return f.Store.Unfile(ctx, group, numbers)
}

func (f *faulty) Forget(ctx context.Context, before time.Time) error {
	if f.forget != nil {
		return f.forget(ctx, before)
	}
	return f.Store.Forget(ctx, before)
}

// changed yields what change makes of all items.
func changed[T any](all iter.Seq2[T, error], change func([]T) []T) iter.Seq2[T, error] {
	if change == nil {
		return all
	}
	return func(yield func(T, error) bool) {
		var list []T
		for item, err := range all {
			if err != nil {
				yield(item, err)
				return
			}
			list = append(list, item)
		}
		for _, item := range change(list) {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (f *faulty) Groups(ctx context.Context) iter.Seq2[nntp.Group, error] {
	return changed(f.Store.Groups(ctx), f.groups)
}

func (f *faulty) Overview(ctx context.Context, group string, r nntp.Range) iter.Seq2[nntp.Entry, error] {
	change := f.entries
	if f.entry != nil {
		change = func(list []nntp.Entry) []nntp.Entry {
			for i := range list {
				list[i] = f.entry(list[i])
			}
			return list
		}
	}
	return changed(f.Store.Overview(ctx, group, r), change)
}

func (f *faulty) Arrivals(ctx context.Context, since time.Time) iter.Seq2[nntp.Arrival, error] {
	return changed(f.Store.Arrivals(ctx, since), f.arrivals)
}

func reversed[T any](list []T) []T {
	slices.Reverse(list)
	return list
}

// silent ends an iterator without a word when its context ends.
type silent struct{ *memory.Store }

func (s silent) Overview(ctx context.Context, group string, r nntp.Range) iter.Seq2[nntp.Entry, error] {
	return func(yield func(nntp.Entry, error) bool) {
		for e, err := range s.Store.Overview(context.WithoutCancel(ctx), group, r) {
			if ctx.Err() != nil || !yield(e, err) {
				return
			}
		}
	}
}

// faults are stores that break promises, by the promises that each breaks.
var faults = map[string]struct {
	breaks []string
	store  func(s *memory.Store) nntp.Store
}{
	"groups in any order": {[]string{"groups"}, func(s *memory.Store) nntp.Store { return &faulty{Store: s, groups: reversed[nntp.Group]} }},
	"forgets descriptions": {[]string{"changes of groups"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, change: func(ctx context.Context, c nntp.GroupChange) error {
			if c.Description == nil {
				c.Description = new(string)
			}
			return s.ChangeGroup(ctx, c)
		}}
	}},
	"another text": {[]string{"articles"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, article: func(a nntp.Article) nntp.Article {
			a.Text = other{bytes.NewReader(make([]byte, a.Text.Size()))}
			return a
		}}
	}},
	"places in any order": {[]string{"crossposts"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, add: func(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
			places, err := s.Add(ctx, in)
			return reversed(slices.Clone(places)), err
		}}
	}},
	"says that duplicates are stored": {[]string{"duplicates", "identifiers without articles", "many at once"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, add: func(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
			places, err := s.Add(ctx, in)
			if err == nntp.ErrDuplicate {
				return make([]nntp.Place, len(in.Groups)), nil
			}
			return places, err
		}}
	}},
	"has seen nothing": {[]string{"duplicates", "identifiers without articles", "removal"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, seen: func(context.Context, string) (bool, error) { return false, nil }}
	}},
	"files where it can": {[]string{"all groups or none"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, add: func(ctx context.Context, in nntp.Incoming) ([]nntp.Place, error) {
			in.Groups = slices.DeleteFunc(slices.Clone(in.Groups), func(name string) bool { _, err := s.Group(ctx, name); return err != nil })
			return s.Add(ctx, in)
		}}
	}},
	"forgets Expires": {[]string{"overview"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, entry: func(e nntp.Entry) nntp.Entry { e.Expires = time.Time{}; return e }}
	}},
	"overview in any order": {[]string{"overview"}, func(s *memory.Store) nntp.Store { return &faulty{Store: s, entries: reversed[nntp.Entry]} }},
	"removes nothing": {[]string{"removal", "arrivals"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, remove: func(context.Context, string) error { return nil }}
	}},
	"expires everywhere": {[]string{"expiry"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, unfile: func(ctx context.Context, group string, n []nntp.Number) error {
			err := s.Unfile(ctx, group, n)
			_ = s.Unfile(ctx, "b", n)
			return err
		}}
	}},
	"forgets nothing": {[]string{"expiry"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, forget: func(context.Context, time.Time) error { return nil }}
	}},
	"marks go down": {[]string{"numbers are not given twice"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, group: func(g nntp.Group) nntp.Group {
			if g.Count == 0 {
				g.Low, g.High = 1, 0
			}
			return g
		}}
	}},
	"arrivals twice": {[]string{"arrivals"}, func(s *memory.Store) nntp.Store {
		return &faulty{Store: s, arrivals: func(list []nntp.Arrival) []nntp.Arrival { return append(list, list...) }}
	}},
	"ends without a word": {[]string{"contexts"}, func(s *memory.Store) nntp.Store { return silent{s} }},
}

type other struct{ *bytes.Reader }

func (other) Close() error { return nil }

// TestFaults: each fault is found out by each of the promises that it breaks, and
// each promise by some fault.
func TestFaults(t *testing.T) {
	tried := make(map[string]bool)
	for name, fault := range faults {
		for _, promise := range fault.breaks {
			i := slices.IndexFunc(promises, func(p struct {
				name  string
				check func(*storeTest)
			},
			) bool {
				return p.name == promise
			})
			require.GreaterOrEqual(t, i, 0, promise)
			tried[promise] = true
			for _, good := range []bool{false, true} {
				r := &recorder{ctx: t.Context()}
				var store nntp.Store = memory.New()
				if !good {
					store = fault.store(memory.New())
				}
				var wg sync.WaitGroup
				wg.Go(func() { promises[i].check(newStoreTest(r, store)) })
				wg.Wait()
				require.Equal(t, !good, r.failed, "%s: %s", name, promise)
			}
		}
	}
	for _, p := range promises {
		require.True(t, tried[p.name], "no fault breaks %q", p.name)
	}
}
