package memory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// held finds the item of a lease that still holds. The caller has the lock.
func (s *Store) held(l *queue.Lease) (*item, error) {
	i, ok := s.items[l.Item.ID]
	if !ok || i.State != queue.Leased || i.token != l.Token {
		return nil, queue.ErrLeaseLost
	}
	return i, nil
}

// Extend implements queue.Store.
func (s *Store) Extend(ctx context.Context, l *queue.Lease, by time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.held(l)
	if err != nil {
		return err
	}
	i.until = s.now().Add(by)
	return nil
}

// Settle implements queue.Store.
func (s *Store) Settle(ctx context.Context, all ...queue.Settlement) []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := make([]error, len(all))
	for n := range all {
		if errs[n] = ctx.Err(); errs[n] != nil {
			continue
		}
		errs[n] = s.settle(&all[n])
	}
	s.wakeUp()
	return errs
}

func (s *Store) settle(t *queue.Settlement) error {
	i, err := s.held(t.Lease)
	if err != nil {
		return err
	}
	if err := s.add(t.Add); err != nil {
		return err
	}
	if len(t.Keep) == 0 {
		s.remove(i)
		return nil
	}
	i.To, i.State, i.Due, i.History = slices.Clone(t.Keep), t.State, t.Due, t.History
	if t.Route != "" {
		i.Route = t.Route
	}
	return nil
}

// remove takes an item away, and its message with the last one. The caller has the lock.
func (s *Store) remove(i *item) {
	delete(s.items, i.ID)
	m := s.messages[i.Message]
	if m.items--; m.items == 0 {
		delete(s.messages, i.Message)
		if b := s.bodies[m.Body]; b.messages > 1 {
			b.messages--
		} else {
			delete(s.bodies, m.Body)
		}
	}
}

// Find implements queue.Store.
func (s *Store) Find(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []queue.Lease
	for _, i := range s.items {
		if i.ID > string(after) && s.passes(f, i) {
			found = append(found, s.view(i))
		}
	}
	slices.SortFunc(found, func(a, b queue.Lease) int { return strings.Compare(a.Item.ID, b.Item.ID) })
	if len(found) <= n {
		return found, "", nil
	}
	found = found[:n:n]
	return found, queue.Cursor(found[n-1].Item.ID), nil
}

// passes tells whether the filter lets an item through. The caller has the lock.
func (s *Store) passes(f queue.Filter, i *item) bool {
	m := s.messages[i.Message]
	for k, v := range f.Tags {
		if is, ok := m.Tags[k]; !ok || is != v {
			return false
		}
	}
	return is(f.ID, i.ID) && is(f.Message, i.Message) && is(f.Route, i.Route) && is(f.Source, m.Source) &&
		is(f.Sender, m.From.Path.String()) &&
		(f.State == nil || *f.State == i.State) &&
		(f.Before.IsZero() || m.Arrived.Before(f.Before)) &&
		slices.ContainsFunc(i.To, func(r queue.Recipient) bool {
			return is(f.To, r.Path.String()) && (f.Domain == "" || f.HoldsDomain(r.Path.Domain))
		})
}

// is compares with what a filter names, if it names it.
func is(want, got string) bool { return want == "" || want == got }

// Update implements queue.Store.
func (s *Store) Update(ctx context.Context, f queue.Filter, c queue.Change) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, now := 0, s.now()
	for _, i := range s.items {
		if i.State == queue.Leased || !s.passes(f, i) || !s.change(i, c, now) {
			continue
		}
		n++
	}
	s.wakeUp()
	return n, nil
}

// change changes an item that is not leased, and tells whether it did. The caller has the lock.
func (s *Store) change(i *item, c queue.Change, now time.Time) bool {
	switch {
	case c.Hold:
		if i.State == queue.Held {
			return false
		}
		i.State = queue.Held
	case c.Release:
		if i.State == queue.Waiting {
			return false
		}
		i.State, i.Due = queue.Waiting, now
	case c.Retry:
		if i.State != queue.Waiting {
			return false
		}
		i.Due = now
	case c.Route != "":
		i.Route, i.State, i.Due = c.Route, queue.Waiting, now
	case c.Expire:
		i.State, i.Due, i.Expires = queue.Waiting, now, now
	case c.Verdict.Code != 0:
		i.State, i.Due, i.Verdict = queue.Waiting, now, c.Verdict
	case c.Remove:
		s.remove(i)
	}
	return true
}

// Routes implements queue.Store.
func (s *Store) Routes(ctx context.Context, after queue.Cursor, n int) ([]queue.RouteStats, queue.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := make(map[string]*queue.RouteStats)
	for _, i := range s.items {
		if after != "" && i.Route <= string(after[1:]) { // the cursor has a mark in front: a route's name may be empty
			continue
		}
		r, ok := sums[i.Route]
		if !ok {
			r = &queue.RouteStats{Route: i.Route}
			sums[i.Route] = r
		}
		s.sum(r, i)
	}
	var all []queue.RouteStats
	for _, r := range sums {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b queue.RouteStats) int { return strings.Compare(a.Route, b.Route) })
	if len(all) <= n {
		return all, "", nil
	}
	return all[:n:n], queue.Cursor("=" + all[n-1].Route), nil
}

// sum adds an item to its route. The caller has the lock.
func (s *Store) sum(r *queue.RouteStats, i *item) {
	m := s.messages[i.Message]
	switch i.State {
	case queue.Waiting:
		r.Waiting++
		if r.Next.IsZero() || i.Due.Before(r.Next) {
			r.Next = i.Due
		}
	case queue.Leased:
		r.Leased++
	case queue.Held:
		r.Held++
	case queue.Parked:
		r.Parked++
	}
	if r.Oldest.IsZero() || m.Arrived.Before(r.Oldest) {
		r.Oldest = m.Arrived
	}
	r.Octets += m.Size
}
