package queue_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// A recorder is a Tracker that keeps what it is told.
type recorder struct {
	mu     sync.Mutex
	events []queue.Event
}

func (r *recorder) Track(_ context.Context, e *queue.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, *e)
}

// kinds lists what happened, in order.
func (r *recorder) kinds() (all []queue.EventKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		all = append(all, e.Kind)
	}
	return all
}

// sleep lets time pass, and then everything come to rest.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var (
	ok     = queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "ok")}
	later  = queue.Result{Reply: smtp.R(451, smtp.Enhanced{4, 2, 1}, "not now")}
	never  = queue.Result{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")}
	isDown = queue.Result{Down: true}
)

// A host is a Transport that does as a function of the recipient says, and keeps what it did.
type host struct {
	mu    sync.Mutex
	tries []try
	now   int // deliveries under way
	most  int // that were under way at once
	takes time.Duration
	does  func(d *queue.Delivery, to queue.Recipient) queue.Result
}

type try struct {
	at      time.Duration // since the beginning of the test
	route   string
	sender  string
	to      []string
	message string
	text    string
}

func (h *host) Deliver(ctx context.Context, d *queue.Delivery) ([]queue.Result, error) {
	body, err := d.Body.Open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	this := try{route: d.Route.Name, sender: d.Message.From.Path.String(), message: d.Message.ID, text: string(text)}
	this.at = time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) // when synctest's clock begins
	for _, to := range d.To {
		this.to = append(this.to, to.Path.String())
	}
	h.mu.Lock()
	h.tries = append(h.tries, this)
	h.now++
	h.most = max(h.most, h.now)
	h.mu.Unlock()
	if h.takes > 0 {
		select {
		case <-time.After(h.takes):
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now--
	if err != nil {
		return nil, err
	}
	results := make([]queue.Result, len(d.To))
	for i, to := range d.To {
		results[i] = ok
		if h.does != nil {
			results[i] = h.does(d, to)
		}
	}
	return results, nil
}

// times lists when it was tried to deliver to a recipient.
func (h *host) times(to string) (all []time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tries {
		if slices.Contains(t.to, to) {
			all = append(all, t.at)
		}
	}
	return all
}

// count is how many deliveries were tried.
func (h *host) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.tries)
}

// reports lists what senders were told.
func (h *host) reports() (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tries {
		if t.sender == "" || t.sender == "<>" {
			all = append(all, t.text)
		}
	}
	return all
}

// items lists what is in q.
func items(t *testing.T, q *queue.Queue, f queue.Filter) (all []queue.Lease) {
	t.Helper()
	for l, err := range q.Items(t.Context(), f) {
		require.NoError(t, err)
		all = append(all, l)
	}
	return all
}

// silent is a Logger of nothing, where failures are what is wanted.
var silent = slog.New(slog.DiscardHandler)

// start runs q until the test is over.
func start(t *testing.T, q *queue.Queue) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx, time.Minute) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
}

// add gives q a message.
func add(t *testing.T, q *queue.Queue, from string, to ...string) string {
	t.Helper()
	env, err := smtp.NewEnvelope(from, to...)
	require.NoError(t, err)
	id, err := submit(t, q, queue.Submission{Envelope: env})
	require.NoError(t, err)
	return id
}

// submit adds a short message.
func submit(t *testing.T, q *queue.Queue, s queue.Submission) (string, error) {
	t.Helper()
	s.Body, s.Size = strings.NewReader("Subject: one\r\n\r\nHello\r\n"), -1
	return q.Add(t.Context(), s)
}

// reporter is a Reporter that writes one line a recipient.
type reporter struct{}

func (reporter) Report(_ context.Context, r *queue.Report) ([]queue.Letter, error) {
	if r.Message.From.Path.IsNull() {
		return nil, nil
	}
	var text strings.Builder
	for _, to := range r.Recipients {
		text.WriteString(to.Path.String() + " " + to.Action.String() + " " + to.Reply.Error() + "\r\n")
	}
	return []queue.Letter{{
		To:   []smtp.RcptParams{{Path: r.Message.From.Path, Notify: smtp.NotifyNever}},
		Body: strings.NewReader(text.String()),
		Size: -1,
	}}, nil
}

// Exchange's schedule: the tries come at 0, 1, 2.5, 4.75, 8.1, 13.2, 20.8, 32.2 and 49.3 hours, the report at 72.
func TestExchangeSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tried []float64
		var reports []string
		began := time.Now()
		q := &queue.Queue{
			Store:    memory.New(nil),
			Reporter: reporter{},
			Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
				if d.Message.From.Path.IsNull() {
					body, err := d.Body.Open()
					require.NoError(t, err)
					text, err := io.ReadAll(body)
					require.NoError(t, err)
					reports = append(reports, time.Since(began).String()+" "+string(text))
					return []queue.Result{{Reply: smtp.R(250, smtp.Enhanced{2, 0, 0}, "ok")}}, nil
				}
				tried = append(tried, time.Since(began).Hours())
				return []queue.Result{{Reply: smtp.R(451, smtp.Enhanced{4, 2, 1}, "not now")}}, nil
			}),
		}
		start(t, q)
		add(t, q, "alice@a.example", "bob@b.example")
		sleep(100 * time.Hour)
		require.InDeltaSlice(t, []float64{0, 1, 2.5, 4.75, 8.125, 13.19, 20.78, 32.17, 49.26}, tried, .01)
		require.Equal(t, []string{"72h0m0s bob@b.example failed 554 5.4.7 delivery time expired; the last try had: 451 4.2.1 not now\r\n"}, reports)
		for range q.Items(t.Context(), queue.Filter{}) {
			t.Error("something is left")
		}
	})
}

// Each recipient ends as its own replies say.
func TestEachRecipient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := new(recorder)
		try := 0
		q := &queue.Queue{
			Store:   memory.New(nil),
			Tracker: events,
			Transport: queue.TransportFunc(func(_ context.Context, d *queue.Delivery) (results []queue.Result, _ error) {
				try++
				for _, to := range d.To {
					switch r := (queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "ok")}); {
					case to.Path.Local == "later" && try == 1:
						r.Reply = smtp.R(450, smtp.Enhanced{4, 2, 0}, "greylisted")
						fallthrough
					default:
						if to.Path.Local == "never" {
							r.Reply = smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")
						}
						results = append(results, r)
					}
				}
				return results, nil
			}),
		}
		start(t, q)
		add(t, q, "alice@a.example", "now@b.example", "later@b.example", "never@b.example")
		sleep(2 * time.Hour)
		require.Equal(t, []queue.EventKind{queue.Received, queue.Transferred, queue.Deferred, queue.Failed, queue.Transferred}, events.kinds())
		last := events.events[4]
		require.Equal(t, "later", last.To[0].Path.Local)
		require.Equal(t, 1, last.To[0].Index)
		require.Equal(t, time.Hour, last.Latency)
	})
}

// One dead destination costs one try each time it is probed, and delays nobody else.
func TestDeadDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Route.Name == "dead.example" {
				return isDown
			}
			return ok
		}}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Limits: queue.Limits{Deliveries: 3, Initial: 1}}
		for range 200 {
			add(t, q, "alice@a.example", "bob@dead.example")
		}
		for range 20 {
			add(t, q, "alice@a.example", "bob@well.example")
		}
		start(t, q)
		sleep(time.Second)
		require.Len(t, h.times("bob@well.example"), 20)
		require.Len(t, h.times("bob@dead.example"), 1)
		sleep(time.Hour)
		require.Len(t, h.times("bob@dead.example"), 2, "a probe, when the second tries are due")
		snap, err := q.Snapshot(t.Context())
		require.NoError(t, err)
		i := slices.IndexFunc(snap.Routes, func(r queue.RouteState) bool { return r.Route == "dead.example" })
		require.Equal(t, 200, snap.Routes[i].Waiting)
		require.Equal(t, "451 4.4.1 destination does not answer", snap.Routes[i].Down)
	})
}

// A destination that is slow to fail takes no more than its share of the deliveries, and one sender's bulk does not keep
// another's message waiting.
func TestFairness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: time.Minute}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Limits: queue.Limits{Deliveries: 10, Initial: 4, PerRoute: 4}}
		env, err := smtp.NewEnvelope("bulk@a.example", "x@slow.example")
		require.NoError(t, err)
		for range 500 {
			_, err = submit(t, q, queue.Submission{Envelope: env, Source: "bulk"})
			require.NoError(t, err)
		}
		start(t, q)
		sleep(time.Second)
		require.Equal(t, 4, h.count())
		add(t, q, "alice@a.example", "bob@well.example")
		env, err = smtp.NewEnvelope("single@a.example", "single@slow.example")
		require.NoError(t, err)
		_, err = submit(t, q, queue.Submission{Envelope: env, Source: "single"})
		require.NoError(t, err)
		sleep(time.Second)
		require.Len(t, h.times("bob@well.example"), 1)
		sleep(2 * time.Minute)
		require.Len(t, h.times("single@slow.example"), 1, "though 500 others came before")
	})
}

// A message for many goes out in portions, each recipient in one of them.
func TestManyRecipients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, events := new(host), new(recorder)
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Tracker: events}
		var to []string
		for i := range 10000 {
			to = append(to, fmt.Sprintf("u%d@b%d.example", i, i%3))
		}
		add(t, q, "a@a.example", to...)
		start(t, q)
		sleep(time.Second)
		require.Equal(t, 102, h.count(), "3334, 3333 and 3333, by the hundred")
		served := make(map[int]int)
		for _, e := range events.events {
			if e.Kind == queue.Transferred {
				served[e.To[0].Index]++
			}
		}
		require.Len(t, served, 10000)
		for _, n := range served {
			require.Equal(t, 1, n)
		}
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}
