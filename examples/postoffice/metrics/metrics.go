package metrics

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace is what all names begin with, but for those of the Go runtime and
// the process.
const namespace = "postoffice"

// A Metrics counts. It has a registry of its own, so that a program may have
// several. Its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	opened, ended, read, written *prometheus.CounterVec
	commands                     *prometheus.CounterVec
	durations                    *prometheus.HistogramVec
	loginFailures, held          *prometheus.CounterVec
	active                       *prometheus.GaugeVec
	servers                      *servers
	sizes                        *sizes
	messaging                    *messaging
}

// buckets are those of commands, in seconds: from what is in memory to what
// waits for other hosts.
var buckets = [...]float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 30}

// New makes a Metrics. version is the program's, for the metric build_info; what
// the Go command has noted is used if it is empty.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		opened:   counter("conversations_total", "Conversations that have begun.", "protocol", "server"),
		ended:    counter("conversations_ended_total", "Conversations that are over, by how: quit or lost.", "protocol", "server", "end"),
		read:     counter("received_bytes_total", "Octets from clients, in conversations that are over.", "protocol", "server"),
		written:  counter("sent_bytes_total", "Octets to clients, in conversations that are over.", "protocol", "server"),
		commands: counter("commands_total", "Commands, by the class of their reply.", "protocol", "server", "verb", "class"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "command_duration_seconds", Help: "How long commands took, with what they carried.", Buckets: buckets[:],
		}, []string{"protocol", "server", "verb"}),
		loginFailures: counter("login_failures_total", "Logins refused for a wrong name or password.", "protocol", "server"),
		held:          counter("login_holds_total", "Logins held back after failures, by what came of it: delayed or refused.", "protocol", "result"),
		active: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "conversations_active", Help: "Conversations now.",
		}, []string{"protocol", "server"}),
		servers:   newServers(),
		sizes:     newSizes(),
		messaging: newMessaging(),
	}
	m.registry.MustRegister(
		m.opened, m.ended, m.read, m.written, m.commands, m.durations, m.loginFailures, m.held, m.active, m.servers, m.sizes,
		m.messaging.requests, m.messaging.notifications, m.messaging.changes, m.messaging.durations,
		buildInfo(version), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// buildInfo is always 1; its labels are what it tells.
func buildInfo(version string) prometheus.Collector {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if version == "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "What the program was built of; always 1.",
		ConstLabels: prometheus.Labels{"version": label(version), "revision": label(revision), "goversion": runtime.Version()},
	})
	g.Set(1)
	return g
}

// label makes s fit to be a label's value: what is not UTF-8 cannot be one.
func label(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// Handler answers with all metrics, in the form that Prometheus asks for. What
// cannot be read is left out.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
}

// Forget drops what was counted of a virtual server that there is no more, or of a domain of
// instant messages, whose protocol is "rvp".
func (m *Metrics) Forget(protocol, server string) {
	labels := prometheus.Labels{"protocol": protocol, "server": label(server)}
	for _, v := range []*prometheus.CounterVec{m.opened, m.ended, m.read, m.written, m.commands, m.loginFailures} {
		v.DeletePartialMatch(labels)
	}
	m.durations.DeletePartialMatch(labels)
	m.active.DeletePartialMatch(labels)
	m.servers.remove(serverKey{protocol, label(server)})
	if protocol == "rvp" {
		m.messaging.forget(label(server))
	}
}
