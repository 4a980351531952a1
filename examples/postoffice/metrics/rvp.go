package metrics

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wirepost/wirepost/rvp"
)

// messaging counts what domains of instant messages do.
type messaging struct {
	requests, notifications, changes *prometheus.CounterVec
	durations                        *prometheus.HistogramVec
}

func newMessaging() *messaging {
	return &messaging{
		requests:      counter("im_requests_total", "Requests for instant messages, by method and status.", "server", "method", "status"),
		notifications: counter("im_notifications_total", "What came of notifications: delivered, failed, superseded by a newer one, dropped since too many wait.", "server", "result"),
		changes:       counter("im_state_changes_total", "Changes of what others see of users' states.", "server"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "im_request_duration_seconds", Help: "How long requests for instant messages took.", Buckets: buckets[:],
		}, []string{"server", "method"}),
	}
}

// rvpMethods are those of RVP; clients cannot make labels up.
var rvpMethods = [...]string{"SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIPTIONS", "PROPFIND", "PROPPATCH", "NOTIFY", "ACL"}

// RVP returns the Trace of a rvp.HomeServer, a rvp.Router or both, which counts for the domain of
// that name.
func (m *Metrics) RVP(domain string) func(rvp.Event) {
	domain = label(domain)
	return func(e rvp.Event) {
		switch e.Kind {
		case rvp.RequestDone:
			method := knownMethod(e.Method)
			m.messaging.requests.WithLabelValues(domain, method, statusLabel(e.Status)).Inc()
			m.messaging.durations.WithLabelValues(domain, method).Observe(e.Duration.Seconds())
		case rvp.StateChanged:
			m.messaging.changes.WithLabelValues(domain).Inc()
		default:
			if result := resultOf(e); result != "" {
				m.messaging.notifications.WithLabelValues(domain, result).Inc()
			}
		}
	}
}

func knownMethod(method string) string {
	for _, known := range rvpMethods {
		if method == known {
			return known
		}
	}
	return otherVerb
}

// statusLabel is a status that HTTP knows, since that of a home server behind a router
// may be anything.
func statusLabel(status int) string {
	if http.StatusText(status) == "" {
		return otherVerb
	}
	return strconv.Itoa(status)
}

// resultOf is what came of a notification.
func resultOf(e rvp.Event) string {
	switch e.Kind {
	case rvp.DeliveryDone:
		if e.Status/100 == 2 {
			return "delivered"
		}
		return "failed"
	case rvp.DeliverySuperseded:
		return "superseded"
	case rvp.DeliveryDropped:
		return "dropped"
	}
	return ""
}

// forget drops what was counted of a domain.
func (m *messaging) forget(domain string) {
	labels := prometheus.Labels{"server": domain}
	for _, v := range []*prometheus.CounterVec{m.requests, m.notifications, m.changes} {
		v.DeletePartialMatch(labels)
	}
	m.durations.DeletePartialMatch(labels)
}

// WatchRVP has the users of instant messages in m who are online, and the subscriptions, by
// a rvp.NodeStore's Counts, which is asked for whenever m is. It panics
// if it is called twice.
func (m *Metrics) WatchRVP(counts func(context.Context) (rvp.Counts, error)) {
	m.registry.MustRegister(&nodes{
		counts:        counts,
		online:        desc("im_users_online", "Users who are logged on to instant messages."),
		subscriptions: desc("im_subscriptions", "Subscriptions, by what they are for: logon, watcher.", "type"),
	})
}

// nodes is the prometheus.Collector of a NodeStore.
type nodes struct {
	counts                func(context.Context) (rvp.Counts, error)
	online, subscriptions *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (n *nodes) Describe(out chan<- *prometheus.Desc) {
	out <- n.online
	out <- n.subscriptions
}

// Collect implements prometheus.Collector. What the store does not tell is left out.
func (n *nodes) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	c, err := n.counts(ctx)
	if err != nil {
		return
	}
	out <- prometheus.MustNewConstMetric(n.online, prometheus.GaugeValue, float64(c.Online))
	out <- prometheus.MustNewConstMetric(n.subscriptions, prometheus.GaugeValue, float64(c.Logons), "logon")
	out <- prometheus.MustNewConstMetric(n.subscriptions, prometheus.GaugeValue, float64(c.Watchers), "watcher")
}
