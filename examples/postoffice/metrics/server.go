package metrics

import (
	"maps"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// Watch has the Stats of a virtual server in m: connections accepted and
// refused, and whether it is paused. They are asked for whenever m is. A later
// call for the same names takes the place of the earlier.
func Watch[S smtp.Stats | pop3.Stats | imap4.Stats | nntp.Stats](m *Metrics, protocol, server string, stats func() S) {
	m.servers.add(serverKey{protocol, label(server)}, func() smtp.Stats { return smtp.Stats(stats()) })
}

type serverKey struct{ protocol, server string }

// servers is the prometheus.Collector of all Stats.
type servers struct {
	accepted, refused, paused *prometheus.Desc

	mu    sync.Mutex // guards all
	stats map[serverKey]func() smtp.Stats
}

func newServers() *servers {
	return &servers{
		accepted: desc("connections_total", "Connections, those refused included.", "protocol", "server"),
		refused:  desc("connections_refused_total", "Connections refused, by what: full, address, denied, proxy.", "protocol", "server", "reason"),
		paused:   desc("server_paused", "Whether the virtual server accepts no connections, 1 or 0.", "protocol", "server"),
		stats:    make(map[serverKey]func() smtp.Stats),
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
}

func (s *servers) add(k serverKey, stats func() smtp.Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats[k] = stats
}

func (s *servers) remove(k serverKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.stats, k)
}

// Describe implements prometheus.Collector.
func (s *servers) Describe(out chan<- *prometheus.Desc) {
	out <- s.accepted
	out <- s.refused
	out <- s.paused
}

// Collect implements prometheus.Collector.
func (s *servers) Collect(out chan<- prometheus.Metric) {
	s.mu.Lock()
	all := maps.Clone(s.stats)
	s.mu.Unlock()
	for k, stats := range all {
		now := stats()
		count := func(d *prometheus.Desc, n uint64, labels ...string) {
			labels = append([]string{k.protocol, k.server}, labels...)
			out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
		}
		count(s.accepted, now.Accepted)
		count(s.refused, now.RefusedFull, "full")
		count(s.refused, now.RefusedAddr, "address")
		count(s.refused, now.Denied, "denied")
		count(s.refused, now.BadProxy, "proxy")
		paused := 0.0
		if now.Paused || now.ShuttingDown {
			paused = 1
		}
		out <- prometheus.MustNewConstMetric(s.paused, prometheus.GaugeValue, paused, k.protocol, k.server)
	}
}
