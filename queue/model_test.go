package queue_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// A chance is a source of randomness for many goroutines.
type chance struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (c *chance) n(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.IntN(n)
}

// unreliable is a Store that now and then fails to settle, or says so.
type unreliable struct {
	queue.Store
	*chance
}

func (u unreliable) Settle(ctx context.Context, s ...queue.Settlement) []error {
	switch u.n(10) {
	case 0:
		return []error{errBroken}
	case 1:
		u.Store.Settle(ctx, s...)
		return []error{errBroken}
	}
	return u.Store.Settle(ctx, s...)
}

// unreliableReporter fails now and then.
type unreliableReporter struct{ *chance }

func (u unreliableReporter) Report(ctx context.Context, r *queue.Report) ([]queue.Letter, error) {
	switch u.n(8) {
	case 0:
		return nil, errBroken
	case 1:
		panic("reporter")
	}
	return reporter{}.Report(ctx, r)
}

// A world is a Transport that answers at random and remembers whom it has served.
type world struct {
	*chance
	mu     sync.Mutex
	served map[string]int // recipients, of messages that were not reports
	told   map[string]int // reports by their text
	unsure map[string]bool
}

func (w *world) Deliver(ctx context.Context, d *queue.Delivery) ([]queue.Result, error) {
	select {
	case <-time.After(time.Duration(w.n(30)) * time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if d.Message.From.Path.IsNull() {
		return w.tell(d)
	}
	switch w.n(12) {
	case 0:
		return nil, errors.New("nothing is known")
	case 1:
		panic("transport")
	case 2:
		return make([]queue.Result, len(d.To)+1), nil
	}
	results := make([]queue.Result, len(d.To))
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, to := range d.To {
		switch w.n(8) {
		case 0, 1:
			results[i] = queue.Result{Reply: ok.Reply, Final: w.n(2) == 0, Relayed: w.n(2) == 0}
			w.served[key(d.Message.ID, to.Index)]++
		case 2:
			results[i] = never
		case 3:
			results[i] = isDown
		case 4:
			results[i] = queue.Result{Ambiguous: true}
			w.unsure[key(d.Message.ID, to.Index)] = true
		case 5:
			results[i] = queue.Result{Reply: smtp.R(w.n(1200), smtp.Enhanced{}, "?")}
			if results[i].Reply.Code/100 == 2 {
				w.served[key(d.Message.ID, to.Index)]++
			}
		default:
			results[i] = later
		}
	}
	return results, nil
}

// tell takes a report.
func (w *world) tell(d *queue.Delivery) ([]queue.Result, error) {
	body, err := d.Body.Open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told[string(text)]++
	return []queue.Result{ok}, err
}

func key(message string, index int) string { return fmt.Sprint(message, " ", index) }

// Whatever Transport, Store, Reporter, Router and operator do, each recipient comes to one end, or is still there; and
// nobody is served twice.
func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { model(t, &chance{r: rand.New(rand.NewPCG(seed, 0))}) })
		})
	}
}

func model(t *testing.T, c *chance) {
	w := &world{chance: c, served: make(map[string]int), told: make(map[string]int), unsure: make(map[string]bool)}
	events := new(recorder)
	store := unreliable{memory.New(nil), c}
	var queues []*queue.Queue
	for i := range 2 { // two processes, of which one has other ways
		spaces := []queue.AddressSpace{{Pattern: "*", Cost: 1 + i}}
		q := &queue.Queue{
			Store: store, Transport: w, Tracker: events, Reporter: unreliableReporter{c}, Logger: silent,
			Router: connectors(
				t,
				queue.Connector{Name: "x", Next: []string{"x"}, Spaces: spaces, Options: queue.RouteOptions{Concurrency: 2, PerMinute: 30}},
				queue.Connector{Name: "y", Next: []string{"y"}, Spaces: []queue.AddressSpace{{Pattern: "*", Cost: 2}}},
				queue.Connector{Name: []string{"p", "q"}[i], Spaces: []queue.AddressSpace{{Pattern: "*.parked.example"}}, Options: queue.RouteOptions{Park: i == 0}},
			),
			Schedules: queue.Schedules{Normal: &queue.Schedule{Notice: 5 * time.Hour, Jitter: .1}},
			Limits:    queue.Limits{Recipients: 3, Deliveries: 8, Idle: 10 * time.Minute},
		}
		start(t, q)
		queues = append(queues, q)
	}
	want := make(map[string]bool)
	for n := range 30 {
		q := queues[c.n(2)]
		var to []string
		for i := range 1 + c.n(8) {
			to = append(to, fmt.Sprintf("u%d@d%d%s.example", i, c.n(3), []string{"", ".parked"}[c.n(2)]))
		}
		env, err := smtp.NewEnvelope(fmt.Sprintf("m%d@a.example", n), to...)
		require.NoError(t, err)
		for i := range env.To {
			env.To[i].Notify = []smtp.Notify{0, smtp.NotifyNever, smtp.NotifySuccess | smtp.NotifyFailure | smtp.NotifyDelay}[c.n(3)]
		}
		id, err := submit(t, q, queue.Submission{Envelope: env})
		require.NoError(t, err)
		for i := range to {
			want[key(id, i)] = true
		}
		sleep(time.Duration(c.n(3))*time.Hour + 7)
		operate(t, c, q, id)
	}
	sleep(300*time.Hour + 3)
	check(t, w, events, queues[0], want)
}

// operate does what an operator may do.
func operate(t *testing.T, c *chance, q *queue.Queue, id string) {
	f := queue.Filter{}
	if c.n(2) == 0 {
		f.Message = id
	}
	var err error
	switch c.n(8) {
	case 0:
		_, err = q.Hold(t.Context(), f)
	case 1, 2:
		_, err = q.Release(t.Context(), f)
	case 3:
		_, err = q.Retry(t.Context(), f)
	case 4:
		_, err = q.Reroute(t.Context(), f, []string{"x", "y", "nowhere"}[c.n(3)])
	case 5:
		if c.n(2) == 0 {
			_, err = q.Drop(t.Context(), queue.Filter{Message: id}, "")
		} else {
			_, err = q.Return(t.Context(), queue.Filter{Message: id}, "")
		}
	case 6:
		q.SetMode(queue.NoDeliver)
		sleep(time.Hour + 1)
		q.SetMode(0)
	}
	require.NoError(t, err)
}

// check compares what has happened with what may happen.
func check(t *testing.T, w *world, events *recorder, q *queue.Queue, want map[string]bool) {
	left := make(map[string]bool)
	for _, l := range items(t, q, queue.Filter{}) {
		for _, to := range l.Item.To {
			k := key(l.Message.ID, to.Index)
			require.False(t, left[k], "in two items")
			left[k] = true
			require.Equal(t, queue.Held, l.Item.State, "nothing else may be left after that time")
		}
	}
	ends, kept := make(map[string]int), 0
	for _, e := range events.events {
		switch e.Kind {
		case queue.Delivered, queue.Transferred, queue.Failed, queue.Removed:
			for _, to := range e.To {
				ends[key(e.Message, to.Index)]++
			}
		}
	}
	for k := range want {
		if left[k] {
			kept++
			require.LessOrEqual(t, ends[k], 1)
			continue
		}
		require.Equal(t, 1, ends[k], k)
	}
	for k, n := range w.served {
		require.Equal(t, 1, n, k)
	}
	require.NotEmpty(t, w.served)
	require.NotEmpty(t, w.told)
}
