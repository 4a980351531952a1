package queue_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

func parking(t testing.TB) *queue.Connectors {
	return connectors(
		t,
		queue.Connector{Name: "dial-up", Spaces: []queue.AddressSpace{{Pattern: "b.example"}}, Options: queue.RouteOptions{Park: true}},
		queue.Connector{},
	)
}

// Parked mail is tried once each time that it is asked for, and goes back when its time is over.
func TestParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, to queue.Recipient) queue.Result {
			switch {
			case to.Path.Domain == "a.example":
				return ok
			case len(d.To) == 1 && to.Path.Local == "down":
				return isDown
			}
			return later
		}}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Reporter: reporter{}}
		q.Router = parking(t)
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(10 * time.Hour)
		require.Empty(t, h.times("b@b.example"))
		for i := range 2 {
			n, err := q.Release(t.Context(), queue.Filter{Domain: "B.example"})
			require.NoError(t, err)
			require.Equal(t, 1, n)
			sleep(20 * time.Hour)
			require.Len(t, h.times("b@b.example"), i+1)
			require.Equal(t, queue.Parked, items(t, q, queue.Filter{})[0].Item.State)
		}
		sleep(30 * time.Hour)
		require.Empty(t, items(t, q, queue.Filter{}))
		require.Len(t, h.times("a@a.example"), 1)
		require.InDelta(t, 72, h.times("a@a.example")[0].Hours(), .1)

		add(t, q, "a@a.example", "down@b.example")
		for range 3 { // whoever asks is not down
			_, err := q.Release(t.Context(), queue.Filter{Domain: "b.example"})
			require.NoError(t, err)
			sleep(time.Second)
		}
		require.Len(t, h.times("down@b.example"), 3)
	})
}

// What an operator holds stays, whatever its age; released, it is tried once more before it goes back.
func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, events := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Message.From.Path.IsNull() {
				return ok
			}
			return later
		}}, new(recorder)
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Reporter: reporter{}, Tracker: events}
		add(t, q, "a@a.example", "b@b.example")
		n, err := q.Hold(t.Context(), queue.Filter{Sender: "a@a.example"})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		start(t, q)
		sleep(100 * time.Hour)
		require.Zero(t, h.count())
		require.Equal(t, queue.Held, items(t, q, queue.Filter{})[0].Item.State)
		_, err = q.Release(t.Context(), queue.Filter{})
		require.NoError(t, err)
		sleep(time.Second)
		require.Len(t, h.times("b@b.example"), 1)
		require.Len(t, h.reports(), 1)
		require.Empty(t, items(t, q, queue.Filter{}))
		require.Equal(t, []queue.EventKind{queue.Received, queue.Holding, queue.Released, queue.Deferred, queue.Failed, queue.Reported, queue.Transferred}, events.kinds())
	})
}

func TestDropRetryReroute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, events := &host{does: func(d *queue.Delivery, to queue.Recipient) queue.Result {
			if d.Message.From.Path.IsNull() || d.Route.Name == "other" {
				return ok
			}
			return isDown
		}}, new(recorder)
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Reporter: reporter{}, Tracker: events}
		q.Router = connectors(
			t,
			queue.Connector{Name: "first", Next: []string{"first.example"}, Spaces: []queue.AddressSpace{{Pattern: "*.example"}}},
			queue.Connector{Name: "other", Next: []string{"other.example"}, Spaces: []queue.AddressSpace{{Pattern: "none.example"}}},
			queue.Connector{Name: "third", Next: []string{"third.example"}, Spaces: []queue.AddressSpace{{Pattern: "a.example"}}},
		)
		start(t, q)
		var ids []string
		for i := range 5 {
			ids = append(ids, add(t, q, "a@a.example", fmt.Sprintf("u%d@b.example", i)))
		}
		sleep(time.Second)
		n, err := q.Drop(t.Context(), queue.Filter{Message: ids[0]}, "")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = q.Return(t.Context(), queue.Filter{Message: ids[1]}, "")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		before := len(h.times("u2@b.example"))
		n, err = q.Retry(t.Context(), queue.Filter{Message: ids[2]})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		sleep(time.Second)
		require.Len(t, h.times("u2@b.example"), before+1)
		n, err = q.Reroute(t.Context(), queue.Filter{Message: ids[3]}, "other")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = q.Reroute(t.Context(), queue.Filter{Message: ids[4]}, "unknown")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		sleep(time.Second)
		require.Len(t, h.reports(), 1)
		require.Contains(t, h.reports()[0], "u1@b.example failed 554")
		require.Len(t, items(t, q, queue.Filter{}), 2)
		require.Len(t, items(t, q, queue.Filter{Route: "first"}), 2, "the unknown way was left again")
		require.Contains(t, events.kinds(), queue.Removed)
		_, err = q.Reroute(t.Context(), queue.Filter{}, "")
		require.Error(t, err)
	})
}

// Exchange's transfer modes.
func TestModes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := new(host)
		q := &queue.Queue{Store: memory.New(nil), Transport: h}
		start(t, q)
		env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
		require.NoError(t, err)
		try := func(own bool) error {
			_, err := submit(t, q, queue.Submission{Envelope: env, Own: own})
			return err
		}
		q.SetMode(queue.NoAccept)
		require.Equal(t, queue.NotAccepting, try(false))
		require.NoError(t, try(true))
		sleep(time.Second)
		require.Equal(t, 1, h.count())

		q.SetMode(queue.NoDeliver)
		require.NoError(t, try(false))
		sleep(100 * time.Hour)
		require.Equal(t, 1, h.count())
		require.Len(t, items(t, q, queue.Filter{}), 1, "it does not even expire")

		q.SetMode(queue.NoAccept | queue.NoQueue)
		require.Equal(t, queue.NotQueuing, try(true))
		require.Equal(t, queue.NoAccept|queue.NoQueue, q.Mode())
		sleep(time.Second)
		require.Empty(t, items(t, q, queue.Filter{}), "what was there has ended")
	})
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue.Queue{Store: memory.New(nil), Transport: new(host)}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		for s, err := range q.Watch(ctx, -1) {
			require.NoError(t, err)
			require.EqualValues(t, n, s.Messages)
			add(t, q, "a@a.example", "b@b.example")
			if n++; n == 3 {
				cancel()
			}
		}
		require.Equal(t, 3, n)
		s, err := q.Snapshot(t.Context())
		require.NoError(t, err)
		require.Len(t, s.Routes, 1)
		require.Equal(t, 3, s.Routes[0].Waiting)
		require.Equal(t, 5, s.Routes[0].Window)
	})
}
