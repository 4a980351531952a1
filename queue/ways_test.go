package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
)

func cheapAndDear(t testing.TB) queue.Router {
	return connectors(
		t,
		queue.Connector{Name: "cheap", Next: []string{"cheap.example"}},
		queue.Connector{Name: "dear", Next: []string{"dear.example"}, Spaces: []queue.AddressSpace{{Pattern: "*", Cost: 9}}},
	)
}

// What is due for a destination that is known to be down is put off, and has had no try.
func TestPutOffIsNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(*queue.Delivery, queue.Recipient) queue.Result { return isDown }}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Limits: queue.Limits{Initial: 1}}
		for range 3 {
			add(t, q, "a@a.example", "b@b.example")
		}
		start(t, q)
		sleep(time.Second)
		require.Equal(t, 1, h.count())
		tries := 0
		for _, l := range items(t, q, queue.Filter{}) {
			tries += l.Item.History.Tries
			require.Equal(t, l.Item.History.Tries == 0, l.Item.History.Last.IsZero())
			require.WithinDuration(t, time.Now().Add(time.Hour), l.Item.Due, 2*time.Second, "put off for as long")
			require.Equal(t, "451 4.4.1 destination does not answer", l.Item.To[0].Last.Error(), "what it is put off for")
		}
		require.Equal(t, 1, tries)
		sleep(71*time.Hour + 30*time.Minute)
		tries = 0
		for _, l := range items(t, q, queue.Filter{}) {
			tries += l.Item.History.Tries
		}
		require.Equal(t, h.count(), tries, "as many as the Transport was asked")
	})
}

// However often an operator has mail tried, it goes another way once its own is down.
func TestRetryFailsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			switch {
			case d.Message.From.Path.Local == "early":
				return later
			case d.Route.Name == "cheap":
				return isDown
			}
			return ok
		}}
		events := new(recorder)
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Router: cheapAndDear(t), Tracker: events}
		start(t, q)
		add(t, q, "early@a.example", "b@b.example")
		sleep(time.Second)
		require.Equal(t, "cheap", h.tries[0].route)
		h.mu.Lock()
		h.does = func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Route.Name == "cheap" {
				return isDown
			}
			return later
		}
		h.mu.Unlock()
		for i := range 3 {
			_, err := q.Retry(t.Context(), queue.Filter{})
			require.NoError(t, err)
			sleep(time.Second)
			last := h.tries[len(h.tries)-1]
			require.Equal(t, "dear", last.route)
			require.Equal(t, i+2, items(t, q, queue.Filter{})[0].Item.History.Tries, "each counts once, by two ways or by one")
		}
		require.Equal(t, 5, h.count(), "cheap, and cheap and dear, and dear twice")
		require.Contains(t, events.kinds(), queue.Redirected)
	})
}

// Ways that are down for one message alone are not tried without an end.
func TestWaysEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Message.From.Path.Local == "odd" {
				return isDown
			}
			return ok
		}}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Router: cheapAndDear(t)}
		start(t, q)
		add(t, q, "odd@a.example", "b@b.example")
		for range 1000 { // others do well, and an operator has patience
			add(t, q, "a@a.example", "c@b.example")
			_, err := q.Retry(t.Context(), queue.Filter{Sender: "odd@a.example"})
			require.NoError(t, err)
			sleep(time.Millisecond)
		}
		require.LessOrEqual(t, len(h.times("b@b.example")), 5*1001)
		require.Len(t, items(t, q, queue.Filter{Sender: "odd@a.example"}), 1)
	})
}

// Recipients who have no other way stay where they are.
func TestSomeGoElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Route.Name == "cheap" {
				return isDown
			}
			return ok
		}}
		q := &queue.Queue{Store: memory.New(nil), Transport: h}
		q.Router = connectors(
			t,
			queue.Connector{Name: "cheap", Next: []string{"cheap.example"}, Spaces: []queue.AddressSpace{{Pattern: "b.example"}, {Pattern: "c.example"}}},
			queue.Connector{Name: "dear", Next: []string{"dear.example"}, Spaces: []queue.AddressSpace{{Pattern: "c.example", Cost: 9}}},
		)
		start(t, q)
		add(t, q, "a@a.example", "b@b.example", "c@c.example")
		sleep(time.Second)
		require.Equal(t, []time.Duration{0, 0}, h.times("c@c.example"))
		left := items(t, q, queue.Filter{})
		require.Len(t, left, 1)
		require.Equal(t, "b", left[0].Item.To[0].Path.Local)
		require.Equal(t, "cheap", left[0].Item.Route)
	})
}
