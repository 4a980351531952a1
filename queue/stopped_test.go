package queue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// TestStopped: on a route that is stopped nothing is tried, and nothing counts as a try; then mail goes on, or back when its time is
// over.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stopped atomic.Bool
		stopped.Store(true)
		h := &host{}
		events := new(recorder)
		q := &queue.Queue{
			Store: memory.New(time.Now), Transport: h, Tracker: events,
			Router: routerFunc(func(smtp.Path) queue.Route {
				return queue.Route{Name: "out", Options: queue.RouteOptions{Stopped: stopped.Load()}}
			}),
		}
		start(t, q)
		add(t, q, "a@example.net", "b@example.org")
		sleep(5 * time.Hour)
		require.Zero(t, h.count())
		stopped.Store(false)
		sleep(time.Minute)
		require.Equal(t, 1, h.count())
		stopped.Store(true)
		add(t, q, "a@example.net", "c@example.org")
		sleep(73 * time.Hour)
		require.Equal(t, 1, h.count())
		require.Equal(t, []queue.EventKind{queue.Received, queue.Transferred, queue.Received, queue.Failed}, events.kinds())
	})
}

// TestScheduleTimeout: what a priority's schedule says comes before what the route's content does, and that before the Queue.
func TestScheduleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := make(map[string]time.Duration)
		q := &queue.Queue{
			Store:  memory.New(time.Now),
			Limits: queue.Limits{Timeout: time.Hour},
			Transport: queue.TransportFunc(func(ctx context.Context, d *queue.Delivery) ([]queue.Result, error) {
				deadline, _ := ctx.Deadline()
				got[d.Message.ID] = time.Until(deadline)
				return []queue.Result{ok}, nil
			}),
		}
		route := queue.Route{Name: "out", Options: queue.RouteOptions{Schedules: &queue.Schedules{Urgent: &queue.Schedule{Timeout: time.Minute}}}}
		q.Router = routerFunc(func(to smtp.Path) queue.Route {
			r := route
			if to.Local == "content" {
				r.Options.Content.Timeout = time.Second
			}
			return r
		})
		start(t, q)
		for id, priority := range map[string]queue.Priority{"usual": queue.Normal, "urgent": queue.Urgent, "content": queue.Normal, "both": queue.Urgent} {
			local := id
			if id == "both" {
				local = "content"
			}
			env, err := smtp.NewEnvelope("a@example.net", local+"@example.org")
			require.NoError(t, err)
			_, err = submit(t, q, queue.Submission{ID: id, Envelope: env, Priority: &priority})
			require.NoError(t, err)
			sleep(time.Second)
		}
		require.Equal(t, map[string]time.Duration{"usual": time.Hour, "urgent": time.Minute, "content": time.Second, "both": time.Minute}, got)
	})
}

type routerFunc func(to smtp.Path) queue.Route

func (f routerFunc) Route(_ context.Context, to smtp.Path, _ func(string) bool) (queue.Route, error) {
	return f(to), nil
}

func (f routerFunc) Named(_ context.Context, _ string, to smtp.Path) (queue.Route, bool) {
	return f(to), true
}
