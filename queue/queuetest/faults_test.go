package queuetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// A fault is one way to be wrong, and the group of rules that finds it.
type fault struct {
	group, name string
	wrap        func(queue.Store) queue.Store
}

// A wrong store does some things differently.
type wrong struct {
	queue.Store
	putBody  func(context.Context, io.Reader, int64) (string, error)
	openBody func(context.Context, string) (queue.Body, error)
	add      func(context.Context, ...queue.Entry) error
	claim    func(context.Context, queue.ClaimRequest) ([]queue.Lease, error)
	extend   func(context.Context, *queue.Lease, time.Duration) error
	settle   func(context.Context, ...queue.Settlement) []error
	find     func(context.Context, queue.Filter, queue.Cursor, int) ([]queue.Lease, queue.Cursor, error)
	update   func(context.Context, queue.Filter, queue.Change) (int, error)
	wait     func(context.Context, time.Time) error
	now      func(context.Context) (time.Time, error)
	routes   func(context.Context, queue.Cursor, int) ([]queue.RouteStats, queue.Cursor, error)
	close    func() error
}

func (w *wrong) PutBody(ctx context.Context, r io.Reader, size int64) (string, error) {
	if w.putBody != nil {
		return w.putBody(ctx, r, size)
	}
	return w.Store.PutBody(ctx, r, size)
}

func (w *wrong) OpenBody(ctx context.Context, body string) (queue.Body, error) {
	if w.openBody != nil {
		return w.openBody(ctx, body)
	}
	return w.Store.OpenBody(ctx, body)
}

func (w *wrong) Add(ctx context.Context, entries ...queue.Entry) error {
	if w.add != nil {
		return w.add(ctx, entries...)
	}
	return w.Store.Add(ctx, entries...)
}

func (w *wrong) Claim(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
	if w.claim != nil {
		return w.claim(ctx, q)
	}
	return w.Store.Claim(ctx, q)
}

func (w *wrong) Extend(ctx context.Context, l *queue.Lease, by time.Duration) error {
	if w.extend != nil {
		return w.extend(ctx, l, by)
	}
	return w.Store.Extend(ctx, l, by)
}

func (w *wrong) Settle(ctx context.Context, s ...queue.Settlement) []error {
	if w.settle != nil {
		return w.settle(ctx, s...)
	}
	return w.Store.Settle(ctx, s...)
}

func (w *wrong) Find(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
	if w.find != nil {
		return w.find(ctx, f, after, n)
	}
	return w.Store.Find(ctx, f, after, n)
}

func (w *wrong) Update(ctx context.Context, f queue.Filter, c queue.Change) (int, error) {
	if w.update != nil {
		return w.update(ctx, f, c)
	}
	return w.Store.Update(ctx, f, c)
}

func (w *wrong) Wait(ctx context.Context, until time.Time) error {
	if w.wait != nil {
		return w.wait(ctx, until)
	}
	return w.Store.Wait(ctx, until)
}

func (w *wrong) Now(ctx context.Context) (time.Time, error) {
	if w.now != nil {
		return w.now(ctx)
	}
	return w.Store.Now(ctx)
}

func (w *wrong) Routes(ctx context.Context, after queue.Cursor, n int) ([]queue.RouteStats, queue.Cursor, error) {
	if w.routes != nil {
		return w.routes(ctx, after, n)
	}
	return w.Store.Routes(ctx, after, n)
}

func (w *wrong) Close() error {
	if w.close != nil {
		return w.close()
	}
	return w.Store.Close()
}

// faults are all of them.
func faults() []fault {
	return slices.Concat(bodyFaults(), nameFaults(), addFaults(), claimFaults(), leaseFaults(), settleFaults(), findFaults(), updateFaults(),
		routeFaults(), waitFaults())
}

// with makes the wrap of a fault.
func with(change func(s queue.Store, w *wrong)) func(queue.Store) queue.Store {
	return func(s queue.Store) queue.Store {
		w := &wrong{Store: s}
		change(s, w)
		return w
	}
}

// bytesBody is a body that a wrong store makes.
type bytesBody struct{ *bytes.Reader }

func (bytesBody) Close() error { return nil }

func bodyFaults() []fault {
	return []fault{
		{"Bodies", "octets are cut", with(func(s queue.Store, w *wrong) {
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) {
				return s.PutBody(ctx, io.LimitReader(r, 64<<10), -1)
			}
		})},
		{"Bodies", "sizes are not checked", with(func(s queue.Store, w *wrong) {
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) { return s.PutBody(ctx, r, -1) }
		})},
		{"Bodies", "errors of readers are dropped", with(func(s queue.Store, w *wrong) {
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) {
				b, _ := io.ReadAll(r)
				return s.PutBody(ctx, bytes.NewReader(b), size)
			}
		})},
		{"Bodies", "any name is one", with(func(s queue.Store, w *wrong) {
			w.openBody = func(ctx context.Context, name string) (queue.Body, error) {
				b, err := s.OpenBody(ctx, name)
				if err != nil && !errors.Is(err, context.Canceled) {
					return bytesBody{bytes.NewReader(nil)}, nil
				}
				return b, err
			}
		})},
		{"Bodies", "bodies are never removed", with(func(s queue.Store, w *wrong) {
			var kept sync.Map
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) {
				b, err := io.ReadAll(r)
				if err != nil {
					return "", err
				}
				name, err := s.PutBody(ctx, bytes.NewReader(b), size)
				kept.Store(name, b)
				return name, err
			}
			w.openBody = func(ctx context.Context, name string) (queue.Body, error) {
				if b, ok := kept.Load(name); ok {
					return bytesBody{bytes.NewReader(b.([]byte))}, nil
				}
				return s.OpenBody(ctx, name)
			}
		})},
		{"Bodies", "a body goes with the first message", with(func(s queue.Store, w *wrong) {
			var gone sync.Map
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				for _, one := range all {
					gone.Store(one.Lease.Message.Body, true)
				}
				return s.Settle(ctx, all...)
			}
			w.openBody = func(ctx context.Context, name string) (queue.Body, error) {
				if _, ok := gone.Load(name); ok {
					return nil, queue.ErrNotFound
				}
				return s.OpenBody(ctx, name)
			}
		})},
		{"Bodies", "writing a body keeps others out", with(func(s queue.Store, w *wrong) {
			var mu sync.Mutex
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) {
				mu.Lock()
				defer mu.Unlock()
				return s.PutBody(ctx, r, size)
			}
		})},
	}
}

func addFaults() []fault {
	return []fault{
		{"Add", "entries one by one", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				for _, e := range entries {
					if err := s.Add(ctx, e); err != nil {
						return err
					}
				}
				return nil
			}
		})},
		{"Add", "ErrExists is not told", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				if err := s.Add(ctx, entries...); !errors.Is(err, queue.ErrExists) {
					return err
				}
				return nil
			}
		})},
		{"Add", "messages that are gone are forgotten", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				err := s.Add(ctx, entries...)
				if found, _, ferr := s.Find(ctx, queue.Filter{Message: entries[0].Message.ID}, "", 1); ferr == nil && len(found) == 0 {
					return nil
				}
				return err
			}
		})},
		{"Add", "held items wait", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				entries[0].Items = slices.Clone(entries[0].Items)
				entries[0].Items[0].State = queue.Waiting
				return s.Add(ctx, entries...)
			}
		})},
		{"Add", "tags are lost", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				entries[0].Message.Tags = nil
				return s.Add(ctx, entries...)
			}
		})},
		{"Add", "IDs are folded", with(func(s queue.Store, w *wrong) {
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				entries[0].Message.ID = strings.ToLower(entries[0].Message.ID)
				return s.Add(ctx, entries...)
			}
		})},
	}
}

// reordering makes a Claim that takes what is first by an order of its own: it leases all and lets the rest go.
func reordering(order func(a, b queue.Lease) int) func(queue.Store) queue.Store {
	return with(func(s queue.Store, w *wrong) {
		w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
			n := q.Max
			q.Max = 10_000
			all, err := s.Claim(ctx, q)
			slices.SortStableFunc(all, order)
			for _, l := range all[min(n, len(all)):] {
				s.Settle(ctx, queue.Settlement{Lease: &l, Keep: l.Item.To, Due: l.Item.Due, History: l.Item.History})
			}
			return all[:min(n, len(all))], err
		}
	})
}

// asking makes a Claim that asks for something else.
func asking(change func(context.Context, queue.Store, *queue.ClaimRequest)) func(queue.Store) queue.Store {
	return with(func(s queue.Store, w *wrong) {
		w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
			change(ctx, s, &q)
			return s.Claim(ctx, q)
		}
	})
}

func claimFaults() []fault {
	byRoute := func(a, b queue.Lease) int { return cmp.Compare(a.Item.Route, b.Item.Route) }
	bySource := func(a, b queue.Lease) int { return cmp.Compare(a.Message.Source, b.Message.Source) }
	byUrgency := func(a, b queue.Lease) int { return cmp.Compare(a.Item.Priority, b.Item.Priority) }
	return []fault{
		{"Claim", "one more than Max", asking(func(_ context.Context, _ queue.Store, q *queue.ClaimRequest) { q.Max++ })},
		{"Claim", "PerRoute is ignored", asking(func(_ context.Context, _ queue.Store, q *queue.ClaimRequest) { q.PerRoute = 0 })},
		{"Claim", "Limits are ignored", asking(func(_ context.Context, _ queue.Store, q *queue.ClaimRequest) { q.Limits = nil })},
		{"Claim", "what is not due is claimed", asking(func(ctx context.Context, s queue.Store, _ *queue.ClaimRequest) {
			_, _ = s.Update(ctx, queue.Filter{}, queue.Change{Retry: true})
		})},
		{"Claim", "what is held is claimed", asking(func(ctx context.Context, s queue.Store, _ *queue.ClaimRequest) {
			_, _ = s.Update(ctx, queue.Filter{}, queue.Change{Release: true})
		})},
		{"Claim", "urgency is ignored", reordering(func(a, b queue.Lease) int { return -byUrgency(a, b) })},
		{"Claim", "the latest first", reordering(func(a, b queue.Lease) int {
			return cmp.Or(byUrgency(a, b), b.Item.Due.Compare(a.Item.Due))
		})},
		{"Claim", "old items are forgotten", with(func(s queue.Store, w *wrong) {
			w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
				leases, err := s.Claim(ctx, q)
				return slices.DeleteFunc(leases, func(l queue.Lease) bool { return l.Item.Due.Before(start.Add(-10_000 * time.Hour)) }), err
			}
		})},
		{"Turns", "routes by name", reordering(byRoute)},
		{"Turns", "sources by name", reordering(bySource)},
		{"Turns", "the urgent before all", reordering(byUrgency)},
		{"Sharing", "items are leased twice", with(func(s queue.Store, w *wrong) {
			var mu sync.Mutex
			var last []queue.Lease
			w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
				leases, err := s.Claim(ctx, q)
				mu.Lock()
				defer mu.Unlock()
				if len(leases) == 0 {
					leases, last = last, nil
				} else {
					last = leases[:1:1]
				}
				return leases, err
			}
		})},
		{"Leases", "a lease that has run out is nobody's", with(func(s queue.Store, w *wrong) {
			w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
				leases, err := s.Claim(ctx, q)
				return slices.DeleteFunc(leases, func(l queue.Lease) bool { return l.Token > 1 }), err
			}
		})},
	}
}

// current is a lease as it is now, whoever has it: what a store without tokens goes by.
func current(ctx context.Context, s queue.Store, l *queue.Lease) *queue.Lease {
	found, _, err := s.Find(ctx, queue.Filter{ID: l.Item.ID}, "", 1)
	if err != nil || len(found) == 0 {
		return l
	}
	return &found[0]
}

func leaseFaults() []fault {
	return []fault{
		{"Leases", "Extend does nothing", with(func(s queue.Store, w *wrong) {
			w.extend = func(context.Context, *queue.Lease, time.Duration) error { return nil }
		})},
		{"Leases", "Extend adds to what is left", with(func(s queue.Store, w *wrong) {
			w.extend = func(ctx context.Context, l *queue.Lease, by time.Duration) error {
				now, err := s.Now(ctx)
				return errors.Join(err, s.Extend(ctx, l, current(ctx, s, l).Until.Sub(now)+by))
			}
		})},
		{"Leases", "Extend goes without a token", with(func(s queue.Store, w *wrong) {
			w.extend = func(ctx context.Context, l *queue.Lease, by time.Duration) error {
				return s.Extend(ctx, current(ctx, s, l), by)
			}
		})},
		{"Leases", "tokens do not grow", with(func(s queue.Store, w *wrong) {
			w.claim = func(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
				leases, err := s.Claim(ctx, q)
				for i := range leases {
					leases[i].Token = 1
				}
				return leases, err
			}
		})},
		{"Leases", "who is late has lost the lease", with(func(s queue.Store, w *wrong) {
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				now, _ := s.Now(ctx)
				if all[0].Lease.Until.Before(now) {
					return []error{queue.ErrLeaseLost}
				}
				return s.Settle(ctx, all...)
			}
		})},
	}
}

func settleFaults() []fault {
	settling := func(change func(*queue.Settlement)) func(queue.Store) queue.Store {
		return with(func(s queue.Store, w *wrong) {
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				for i := range all {
					change(&all[i])
				}
				return s.Settle(ctx, all...)
			}
		})
	}
	return []fault{
		{"Settle", "without a token", with(func(s queue.Store, w *wrong) { // trap 4
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				for i := range all {
					all[i].Lease = current(ctx, s, all[i].Lease)
				}
				return s.Settle(ctx, all...)
			}
		})},
		{"Settle", "the report of who has lost the lease is sent", with(func(s queue.Store, w *wrong) { // trap 4
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				errs := s.Settle(ctx, all...)
				for i, err := range errs {
					if errors.Is(err, queue.ErrLeaseLost) {
						_ = s.Add(ctx, all[i].Add...)
					}
				}
				return errs
			}
		})},
		{"Settle", "all or none", with(func(s queue.Store, w *wrong) {
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				errs := make([]error, len(all))
				for i, one := range all {
					if errs[i] = s.Settle(ctx, one)[0]; errs[i] != nil {
						return slices.Repeat([]error{errs[i]}, len(all))
					}
				}
				return errs
			}
		})},
		{"Settle", "a settlement in parts", with(func(s queue.Store, w *wrong) {
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				var errs []error
				for _, one := range all {
					added := one.Add
					one.Add = nil
					err := s.Settle(ctx, one)[0]
					if err == nil && len(added) > 0 {
						err = s.Add(ctx, added...)
					}
					errs = append(errs, err)
				}
				return errs
			}
		})},
		{"Settle", "nothing is added", settling(func(s *queue.Settlement) { s.Add = nil })},
		{"Settle", "nothing is kept", settling(func(s *queue.Settlement) { s.Keep = nil })},
		{"Settle", "State is ignored", settling(func(s *queue.Settlement) { s.State = queue.Waiting })},
		{"Settle", "Due is ignored", settling(func(s *queue.Settlement) { s.Due = time.Time{} })},
		{"Settle", "History is ignored", settling(func(s *queue.Settlement) { s.History = queue.History{} })},
		{"Settle", "Route is ignored", settling(func(s *queue.Settlement) { s.Route = "" })},
	}
}
