package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wirepost/wirepost/queue"
)

// askTime is how long an answer to Prometheus waits for a Store: less than the
// ten seconds that Prometheus waits.
const askTime = 5 * time.Second

// WatchQueue has the queue in m, by its Snapshot, which is asked for whenever m
// is. Routes are summed up: there are as many as the world has domains. It
// panics if it is called twice.
func (m *Metrics) WatchQueue(snapshot func(context.Context) (*queue.Snapshot, error)) {
	m.registry.MustRegister(&queueCollector{
		snapshot:   snapshot,
		readable:   desc("queue_readable", "Whether the queue's store answers, 1 or 0."),
		messages:   desc("queue_messages_total", "Messages accepted."),
		octets:     desc("queue_accepted_bytes_total", "Octets of the messages accepted."),
		recipients: desc("queue_recipients_total", "What came of recipients: delivered, transferred, deferred, failed, ambiguous.", "outcome"),
		reports:    desc("queue_reports_total", "Reports written to senders."),
		items:      desc("queue_items", "Items in the queue, by their state: waiting, leased, held, parked.", "state"),
		bytes:      desc("queue_bytes", "Octets of the messages in the queue, each counted for every route it takes."),
		oldest:     desc("queue_oldest_seconds", "Age of the oldest message in the queue; 0 if there is none."),
		active:     desc("queue_deliveries_active", "Deliveries under way."),
		routes:     desc("queue_routes", "Routes with mail, by whether their destination answers: up, down.", "state"),
	})
}

// queueCollector is the prometheus.Collector of a queue.
type queueCollector struct {
	snapshot func(context.Context) (*queue.Snapshot, error)

	readable, messages, octets, recipients, reports *prometheus.Desc
	items, bytes, oldest, active, routes            *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (q *queueCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		q.readable, q.messages, q.octets, q.recipients, q.reports, q.items, q.bytes, q.oldest, q.active, q.routes,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (q *queueCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	s, err := q.snapshot(ctx)
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err != nil {
		gauge(q.readable, 0)
		return
	}
	gauge(q.readable, 1)
	count := func(d *prometheus.Desc, n int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	count(q.messages, s.Messages)
	count(q.octets, s.Octets)
	count(q.reports, s.Reports)
	count(q.recipients, s.Delivered, "delivered")
	count(q.recipients, s.Transferred, "transferred")
	count(q.recipients, s.Deferred, "deferred")
	count(q.recipients, s.Failed, "failed")
	count(q.recipients, s.Ambiguous, "ambiguous")

	var sum queue.RouteState
	var up, down int
	for _, r := range s.Routes {
		sum.Waiting += r.Waiting
		sum.Leased += r.Leased
		sum.Held += r.Held
		sum.Parked += r.Parked
		sum.Octets += r.Octets
		sum.Active += r.Active
		if !r.Oldest.IsZero() && (sum.Oldest.IsZero() || r.Oldest.Before(sum.Oldest)) {
			sum.Oldest = r.Oldest
		}
		if r.Down != "" {
			down++
		} else {
			up++
		}
	}
	gauge(q.items, float64(sum.Waiting), queue.Waiting.String())
	gauge(q.items, float64(sum.Leased), queue.Leased.String())
	gauge(q.items, float64(sum.Held), queue.Held.String())
	gauge(q.items, float64(sum.Parked), queue.Parked.String())
	gauge(q.bytes, float64(sum.Octets))
	gauge(q.active, float64(sum.Active))
	gauge(q.routes, float64(up), "up")
	gauge(q.routes, float64(down), "down")
	age := 0.0
	if !sum.Oldest.IsZero() {
		age = max(0, s.Time.Sub(sum.Oldest).Seconds())
	}
	gauge(q.oldest, age)
}
