package queue_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

var errBroken = errors.New("disk is broken")

// broken is a Store that fails while it is told to. What it fails with may have been made.
type broken struct {
	queue.Store
	is, half, full atomic.Bool
}

func (b *broken) Claim(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
	if b.full.Load() {
		return nil, queue.ErrFull
	}
	if b.is.Load() {
		return nil, errBroken
	}
	return b.Store.Claim(ctx, q)
}

func (b *broken) Extend(ctx context.Context, l *queue.Lease, by time.Duration) error {
	if b.is.Load() {
		return errBroken
	}
	return b.Store.Extend(ctx, l, by)
}

func (b *broken) Settle(ctx context.Context, s ...queue.Settlement) []error {
	if b.is.Load() {
		if b.half.Load() {
			b.Store.Settle(ctx, s...)
		}
		return []error{errBroken}
	}
	return b.Store.Settle(ctx, s...)
}

// What was delivered is delivered once, even if the Store cannot be told for a while, or does not know what it did.
func TestStoreFailsForAWhile(t *testing.T) {
	for _, half := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, events := &broken{Store: memory.New(nil)}, new(recorder)
			s.half.Store(half)
			h := &host{takes: time.Second}
			q := &queue.Queue{Store: s, Transport: h, Tracker: events, Logger: silent}
			start(t, q)
			add(t, q, "a@a.example", "b@b.example")
			synctest.Wait()
			s.is.Store(true)
			sleep(time.Minute)
			s.is.Store(false)
			sleep(2 * time.Hour)
			require.Equal(t, 1, h.count())
			require.Equal(t, []queue.EventKind{queue.Received, queue.Transferred}, events.kinds())
			require.Empty(t, items(t, q, queue.Filter{}))
		})
	}
}

// Run gives up a Store that has failed for minutes.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &broken{Store: memory.New(nil)}
		s.is.Store(true)
		q := &queue.Queue{Store: s, Transport: new(host), Logger: silent}
		began := time.Now()
		require.ErrorIs(t, q.Run(t.Context(), time.Minute), errBroken)
		require.Greater(t, time.Since(began), time.Minute)
	})
}

// A full Store ends nothing, however long it is full.
func TestStoreIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := &broken{Store: memory.New(nil)}, new(host)
		q := &queue.Queue{Store: s, Transport: h, Logger: silent}
		add(t, q, "a@a.example", "b@b.example")
		s.full.Store(true)
		start(t, q)
		sleep(24 * time.Hour)
		require.Zero(t, h.count())
		s.full.Store(false)
		sleep(time.Minute)
		require.Equal(t, 1, h.count())
	})
}

// What a process had leased that was killed is tried at once by a Queue that is alone, and counts against no limit; by
// others when the lease has run out.
func TestLeasesOfTheDead(t *testing.T) {
	for sole, after := range map[bool]time.Duration{true: 0, false: 5 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s, h := memory.New(nil), new(host)
			q := &queue.Queue{Store: s, Transport: h, Logger: silent, Sole: sole}
			for range 1200 { // more than a page of Find
				add(t, q, "a@a.example", "b@b.example")
			}
			leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 1200, Lease: 5 * time.Minute})
			require.NoError(t, err)
			require.Len(t, leases, 1200)
			start(t, q)
			sleep(after)
			synctest.Wait()
			require.Equal(t, 1200, h.count())
			require.ErrorIs(t, s.Settle(t.Context(), queue.Settlement{Lease: &leases[0]})[0], queue.ErrLeaseLost)
		})
	}
}

// A Transport that does what it must not costs no mail, and not the process.
func TestBadTransports(t *testing.T) {
	for name, bad := range map[string]func(d *queue.Delivery) ([]queue.Result, error){
		"panics":           func(*queue.Delivery) ([]queue.Result, error) { panic("transport") },
		"too few results":  func(*queue.Delivery) ([]queue.Result, error) { return []queue.Result{ok}, nil },
		"too many results": func(*queue.Delivery) ([]queue.Result, error) { return []queue.Result{ok, ok, ok}, nil },
		"no results":       func(*queue.Delivery) ([]queue.Result, error) { return nil, nil },
		"an error":         func(*queue.Delivery) ([]queue.Result, error) { return nil, errBroken },
		"no verdicts":      func(*queue.Delivery) ([]queue.Result, error) { return make([]queue.Result, 2), nil },
		"codes of no verdict": func(*queue.Delivery) ([]queue.Result, error) {
			return []queue.Result{{Reply: smtp.R(354, smtp.Enhanced{}, "go on")}, {Reply: smtp.R(999, smtp.Enhanced{}, "?")}}, nil
		},
		"codes below zero": func(*queue.Delivery) ([]queue.Result, error) {
			return []queue.Result{{Reply: smtp.R(-250, smtp.Enhanced{}, "")}, {Reply: smtp.R(1, smtp.Enhanced{}, "")}}, nil
		},
		"meddles": func(d *queue.Delivery) ([]queue.Result, error) {
			clear(d.To)
			return []queue.Result{later, later}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				q := &queue.Queue{
					Store:  memory.New(nil),
					Logger: silent,
					Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
						if tries++; tries == 1 {
							return bad(d)
						}
						return []queue.Result{ok, ok}, nil
					}),
				}
				start(t, q)
				add(t, q, "a@a.example", "b@b.example", "c@b.example")
				sleep(time.Second)
				left := items(t, q, queue.Filter{})
				require.Len(t, left, 1)
				require.Len(t, left[0].Item.To, 2)
				for i, to := range left[0].Item.To {
					require.Equal(t, 4, to.Last.Code/100)
					require.Equal(t, i, to.Index)
				}
				sleep(2 * time.Hour)
				require.Empty(t, items(t, q, queue.Filter{}))
				require.Equal(t, 2, tries)
			})
		})
	}
}

// badRouter fails, or panics, while it is told to.
type badRouter struct {
	queue.Router
	how atomic.Int32
}

func (r *badRouter) fail() error {
	switch r.how.Load() {
	case 1:
		return errBroken
	case 2:
		panic("router")
	}
	return nil
}

func (r *badRouter) Route(ctx context.Context, to smtp.Path, down func(string) bool) (queue.Route, error) {
	if err := r.fail(); err != nil {
		return queue.Route{}, err
	}
	return r.Router.Route(ctx, to, down)
}

func (r *badRouter) Named(ctx context.Context, name string, to smtp.Path) (queue.Route, bool) {
	if r.fail() != nil {
		return queue.Route{}, false
	}
	return r.Router.Named(ctx, name, to)
}

func TestBadRouter(t *testing.T) {
	for how := range int32(3) {
		synctest.Test(t, func(t *testing.T) {
			h, r := new(host), &badRouter{Router: new(queue.Connectors)}
			q := &queue.Queue{Store: memory.New(nil), Transport: h, Router: r, Logger: silent}
			add(t, q, "a@a.example", "b@b.example")
			r.how.Store(how)
			if how > 0 {
				env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
				require.NoError(t, err)
				_, err = submit(t, q, queue.Submission{Envelope: env})
				require.Error(t, err)
			}
			start(t, q)
			sleep(time.Second)
			require.Equal(t, map[bool]int{true: 1}[how == 0], h.count())
			r.how.Store(0)
			sleep(time.Hour)
			require.Equal(t, 1, h.count())
		})
	}
}

type panics struct{}

func (panics) Track(context.Context, *queue.Event) { panic("tracker") }

func TestBadTracker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue.Queue{Store: memory.New(nil), Transport: new(host), Tracker: panics{}, Logger: silent}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(time.Second)
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}

// badReporter does wrong for a while.
type badReporter struct {
	until time.Time
	how   func() ([]queue.Letter, error)
}

func (r badReporter) Report(ctx context.Context, report *queue.Report) ([]queue.Letter, error) {
	if time.Now().Before(r.until) {
		return r.how()
	}
	return reporter{}.Report(ctx, report)
}

type badReader struct{ panics bool }

func (r badReader) Read([]byte) (int, error) {
	if r.panics {
		panic("reader")
	}
	return 0, errBroken
}

// A report that cannot be made is made later. Nothing is delivered again for that, and no event comes twice.
func TestBadReporter(t *testing.T) {
	letter := func(r badReader) ([]queue.Letter, error) {
		return []queue.Letter{{To: []smtp.RcptParams{{Path: smtp.Path{Local: "a", Domain: "a.example"}}}, Body: r, Size: -1}}, nil
	}
	for name, how := range map[string]func() ([]queue.Letter, error){
		"an error":           func() ([]queue.Letter, error) { return nil, errBroken },
		"panics":             func() ([]queue.Letter, error) { panic("reporter") },
		"a body that fails":  func() ([]queue.Letter, error) { return letter(badReader{}) },
		"a body that panics": func() ([]queue.Letter, error) { return letter(badReader{true}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				events := new(recorder)
				h := &host{does: func(_ *queue.Delivery, to queue.Recipient) queue.Result {
					switch to.Path.Local {
					case "never":
						return never
					case "later":
						return later
					case "mailbox":
						return queue.Result{Reply: ok.Reply, Final: true}
					case "passed-on":
						return queue.Result{Reply: ok.Reply, Relayed: true}
					}
					return ok
				}}
				q := &queue.Queue{
					Store: memory.New(nil), Transport: h, Tracker: events, Logger: silent,
					Reporter: badReporter{time.Now().Add(80 * time.Hour), how},
				}
				env, err := smtp.NewEnvelope("a@a.example", "never@b.example", "later@b.example", "mailbox@b.example", "passed-on@b.example", "plain@b.example")
				require.NoError(t, err)
				for i := range env.To {
					env.To[i].Notify = smtp.NotifySuccess | smtp.NotifyFailure
				}
				_, err = submit(t, q, queue.Submission{Envelope: env})
				require.NoError(t, err)
				start(t, q)
				sleep(79 * time.Hour)
				require.Empty(t, h.reports())
				sleep(2 * time.Hour)
				for _, once := range []string{"never", "mailbox", "passed-on", "plain"} {
					require.Len(t, h.times(once+"@b.example"), 1, once)
				}
				require.Len(t, h.times("later@b.example"), 9)
				var lines []string
				for _, r := range h.reports() {
					lines = append(lines, strings.Split(strings.TrimSpace(r), "\r\n")...)
				}
				require.ElementsMatch(t, []string{
					"never@b.example failed 550 5.1.1 no such user",
					"later@b.example failed 554 5.4.7 delivery time expired; the last try had: 451 4.2.1 not now",
					"mailbox@b.example delivered 250 2.1.5 ok",
					"passed-on@b.example relayed 250 2.1.5 ok",
				}, lines)
				require.Empty(t, items(t, q, queue.Filter{}))
				ends := make(map[string]int)
				for _, e := range events.events {
					if e.Kind == queue.Failed || e.Kind == queue.Delivered || e.Kind == queue.Transferred {
						ends[e.To[0].Path.String()]++
					}
				}
				require.Equal(t, map[string]int{
					"never@b.example": 1, "later@b.example": 1, "mailbox@b.example": 1, "passed-on@b.example": 1, "plain@b.example": 1, "a@a.example": ends["a@a.example"],
				}, ends)
			})
		})
	}
}

// lossy is a Store that has lost a body.
type lossy struct {
	queue.Store
	lost string
}

func (l *lossy) OpenBody(ctx context.Context, body string) (queue.Body, error) {
	if body == l.lost {
		return nil, queue.ErrNotFound
	}
	return l.Store.OpenBody(ctx, body)
}

// The sender learns of a message that the Store has lost.
func TestLostBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := &lossy{Store: memory.New(nil)}, new(host)
		q := &queue.Queue{Store: s, Transport: h, Reporter: reporter{}, Logger: silent}
		add(t, q, "a@a.example", "b@b.example")
		s.lost = items(t, q, queue.Filter{})[0].Message.Body
		start(t, q)
		sleep(73 * time.Hour)
		require.Empty(t, h.times("b@b.example"))
		require.Equal(t, []string{"b@b.example failed 554 5.4.7 delivery time expired; the last try had: 451 4.3.0 local problem, trying again later\r\n"}, h.reports())
	})
}
