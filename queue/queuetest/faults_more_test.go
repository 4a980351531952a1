package queuetest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// names notes names of bodies.
type names struct{ noted sync.Map }

func (n *names) note(entries []queue.Entry) {
	for _, e := range entries {
		n.noted.Store(e.Message.Body, true)
	}
}

func (n *names) has(body string) bool {
	_, ok := n.noted.Load(body)
	return ok
}

// nameFaults are about bodies between PutBody and Add.
func nameFaults() []fault {
	// noting has a store note the bodies of each Add, and of each Settle, after it was tried.
	noting := func(s queue.Store, w *wrong, n *names, which func(error) bool) {
		w.add = func(ctx context.Context, entries ...queue.Entry) error {
			err := s.Add(ctx, entries...)
			if which(err) {
				n.note(entries)
			}
			return err
		}
		w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
			errs := s.Settle(ctx, all...)
			for i, err := range errs {
				if which(err) {
					n.note(all[i].Add)
				}
			}
			return errs
		}
	}
	succeeded := func(err error) bool { return err == nil }
	failed := func(err error) bool { return err != nil }
	// opening has a store open only what may be opened.
	opening := func(s queue.Store, w *wrong, may func(body string) error) {
		w.openBody = func(ctx context.Context, body string) (queue.Body, error) {
			if err := may(body); err != nil {
				return nil, err
			}
			return s.OpenBody(ctx, body)
		}
	}
	found := func(is bool) error {
		if is {
			return nil
		}
		return queue.ErrNotFound
	}
	return []fault{
		{"Bodies", "only what was added can be read", with(func(s queue.Store, w *wrong) {
			var added names
			noting(s, w, &added, succeeded)
			opening(s, w, func(body string) error { return found(added.has(body)) })
		})},
		{"Bodies", "an Add that fails has its bodies removed", with(func(s queue.Store, w *wrong) {
			var gone names
			noting(s, w, &gone, failed)
			opening(s, w, func(body string) error { return found(!gone.has(body)) })
		})},
		{"Bodies", "what an Add that failed has named cannot be added", with(func(s queue.Store, w *wrong) {
			var gone names
			noting(s, w, &gone, failed)
			add := w.add
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				if gone.has(entries[0].Message.Body) {
					return queue.ErrNotFound
				}
				return add(ctx, entries...)
			}
		})},
		{"Bodies", "a body is for one message", with(func(s queue.Store, w *wrong) {
			var used names
			noting(s, w, &used, succeeded)
			add := w.add
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				if used.has(entries[0].Message.Body) {
					return queue.ErrNotFound
				}
				return add(ctx, entries...)
			}
		})},
		{"Sharing", "what was added is forgotten by a Close", with(func(s queue.Store, w *wrong) {
			var added, gone names
			noting(s, w, &added, succeeded)
			w.close = func() error {
				added.noted.Range(func(body, _ any) bool { gone.noted.Store(body, true); return true })
				return s.Close()
			}
			opening(s, w, func(body string) error { return found(!gone.has(body)) })
		})},
		{"Sharing", "what a settlement added is forgotten by a Close", with(func(s queue.Store, w *wrong) {
			var added, gone names
			noting(s, w, &added, succeeded)
			w.add = nil
			w.close = func() error {
				added.noted.Range(func(body, _ any) bool { gone.noted.Store(body, true); return true })
				return s.Close()
			}
			opening(s, w, func(body string) error { return found(!gone.has(body)) })
		})},
		{"Sharing", "what was forgotten is another error", with(func(s queue.Store, w *wrong) {
			var added names
			noting(s, w, &added, succeeded)
			closed := false
			w.close = func() error { closed = true; return s.Close() }
			opening(s, w, func(body string) error {
				if closed && !added.has(body) {
					return errors.New("no such file")
				}
				return nil
			})
		})},
		{"Sharing", "what was forgotten can be added", with(func(s queue.Store, w *wrong) {
			var added names
			noting(s, w, &added, succeeded)
			closed := false
			w.close = func() error { closed = true; return s.Close() }
			opening(s, w, func(body string) error { return found(!closed || added.has(body)) })
		})},
		{"Sharing", "names come again after a Close", with(func(s queue.Store, w *wrong) {
			last, closed := "", false
			w.close = func() error { closed = true; return s.Close() }
			w.putBody = func(ctx context.Context, r io.Reader, size int64) (string, error) {
				name, err := s.PutBody(ctx, r, size)
				if closed && last != "" {
					return last, err
				}
				last = name
				return name, err
			}
		})},
	}
}

func findFaults() (all []fault) {
	for name, change := range map[string]func(*queue.Filter){
		"ID": func(f *queue.Filter) { f.ID = "" }, "Message": func(f *queue.Filter) { f.Message = "" },
		"Route": func(f *queue.Filter) { f.Route = "" }, "Domain": func(f *queue.Filter) { f.Domain = "" },
		"Sender": func(f *queue.Filter) { f.Sender = "" }, "Source": func(f *queue.Filter) { f.Source = "" },
		"To": func(f *queue.Filter) { f.To = "" }, "State": func(f *queue.Filter) { f.State = nil },
		"Before": func(f *queue.Filter) { f.Before = time.Time{} }, "Tags": func(f *queue.Filter) { f.Tags = nil },
	} {
		all = append(all, fault{"Find", name + " is ignored", with(func(s queue.Store, w *wrong) {
			w.find = func(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
				change(&f)
				return s.Find(ctx, f, after, n)
			}
		})})
	}
	return append(all, fault{"Find", "an item is lost between pages", with(func(s queue.Store, w *wrong) {
		w.find = func(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
			leases, next, err := s.Find(ctx, f, after, n+1)
			return leases[:min(n, len(leases))], next, err
		}
	})}, fault{"Find", "a list takes leases", with(func(s queue.Store, w *wrong) {
		w.find = func(ctx context.Context, f queue.Filter, after queue.Cursor, n int) ([]queue.Lease, queue.Cursor, error) {
			_, _ = s.Claim(ctx, queue.ClaimRequest{Max: 1, Lease: time.Hour})
			return s.Find(ctx, f, after, n)
		}
	})})
}

func updateFaults() []fault {
	var all []fault
	for name, is := range map[string]func(queue.Change) bool{
		"Hold": func(c queue.Change) bool { return c.Hold }, "Release": func(c queue.Change) bool { return c.Release },
		"Retry": func(c queue.Change) bool { return c.Retry }, "Route": func(c queue.Change) bool { return c.Route != "" },
		"Remove": func(c queue.Change) bool { return c.Remove }, "Expire": func(c queue.Change) bool { return c.Expire },
		"Verdict": func(c queue.Change) bool { return c.Verdict.Code != 0 },
	} {
		all = append(all, fault{"Update", name + " does nothing", with(func(s queue.Store, w *wrong) {
			w.update = func(ctx context.Context, f queue.Filter, c queue.Change) (int, error) {
				if is(c) {
					found, _, err := s.Find(ctx, f, "", 10_000)
					return len(found), err
				}
				return s.Update(ctx, f, c)
			}
		})})
	}
	return append(all, fault{"Update", "filters are ignored", with(func(s queue.Store, w *wrong) {
		w.update = func(ctx context.Context, _ queue.Filter, c queue.Change) (int, error) {
			return s.Update(ctx, queue.Filter{}, c)
		}
	})}, fault{"Update", "leased ones are changed", with(func(s queue.Store, w *wrong) {
		w.update = func(ctx context.Context, f queue.Filter, c queue.Change) (int, error) {
			found, _, _ := s.Find(ctx, f, "", 10_000)
			for _, l := range found {
				if l.Item.State == queue.Leased {
					s.Settle(ctx, queue.Settlement{Lease: &l, Keep: l.Item.To, State: queue.Held})
				}
			}
			return s.Update(ctx, f, c)
		}
	})})
}

func routeFaults() (all []fault) {
	for name, change := range map[string]func(*queue.RouteStats){
		"Waiting": func(r *queue.RouteStats) { r.Waiting++ }, "Leased": func(r *queue.RouteStats) { r.Leased = 0 },
		"Held": func(r *queue.RouteStats) { r.Held = 0 }, "Parked": func(r *queue.RouteStats) { r.Parked = 0 },
		"Oldest": func(r *queue.RouteStats) { r.Oldest = time.Time{} }, "Next": func(r *queue.RouteStats) { r.Next = start },
		"Octets": func(r *queue.RouteStats) { r.Octets++ },
	} {
		all = append(all, fault{"Routes", name + " is wrong", with(func(s queue.Store, w *wrong) {
			w.routes = func(ctx context.Context, after queue.Cursor, n int) ([]queue.RouteStats, queue.Cursor, error) {
				routes, next, err := s.Routes(ctx, after, n)
				for i := range routes {
					change(&routes[i])
				}
				return routes, next, err
			}
		})})
	}
	return append(all, fault{"Routes", "one page only", with(func(s queue.Store, w *wrong) {
		w.routes = func(ctx context.Context, after queue.Cursor, n int) ([]queue.RouteStats, queue.Cursor, error) {
			routes, _, err := s.Routes(ctx, after, n)
			return routes, "", err
		}
	})})
}

func waitFaults() []fault {
	return []fault{
		{"Wait", "nothing wakes", with(func(s queue.Store, w *wrong) {
			w.wait = func(ctx context.Context, until time.Time) error { return sleep(ctx, until) }
		})},
		{"Wait", "what came before is missed", with(func(s queue.Store, w *wrong) {
			w.wait = func(ctx context.Context, until time.Time) error {
				now, err := s.Now(ctx)
				if err == nil {
					_ = s.Wait(ctx, now) // takes what has happened so far
					err = s.Wait(ctx, until)
				}
				return err
			}
		})},
		{"Wait", "only what is done wakes, not the time", with(func(s queue.Store, w *wrong) {
			woken := make(chan struct{}, 1)
			w.add = func(ctx context.Context, entries ...queue.Entry) error {
				defer func() {
					select {
					case woken <- struct{}{}:
					default:
					}
				}()
				return s.Add(ctx, entries...)
			}
			w.wait = func(ctx context.Context, until time.Time) error {
				select {
				case <-woken:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})},
		{"Wait", "contexts do not end it", with(func(s queue.Store, w *wrong) {
			w.wait = func(ctx context.Context, until time.Time) error { return s.Wait(context.WithoutCancel(ctx), until) }
		})},
		{"Wait", "contexts do not end others", with(func(s queue.Store, w *wrong) {
			w.settle = func(ctx context.Context, all ...queue.Settlement) []error {
				return s.Settle(context.WithoutCancel(ctx), all...)
			}
		})},
		{"Wait", "another clock", with(func(s queue.Store, w *wrong) {
			w.now = func(ctx context.Context) (time.Time, error) { return time.Now(), ctx.Err() }
		})},
	}
}

// sleep waits for nothing but the time.
func sleep(ctx context.Context, until time.Time) error {
	select {
	case <-time.After(time.Until(until)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
