package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A class is what a reply comes to. Protocols use some of them each.
type class uint8

const (
	classNone class = iota // none was sent
	class1xx
	class2xx
	class3xx
	class4xx
	class5xx
	classOK
	classErr
	classNo
	classBad
	classOther
	numClasses
)

func (c class) String() string {
	return [numClasses]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx", "ok", "err", "no", "bad", "other"}[c]
}

// classOf is the class of a reply code; 0 is none.
func classOf(code int) class {
	switch {
	case code == 0:
		return classNone
	case code >= 100 && code < 600:
		return class1xx + class(code/100-1)
	}
	return classOther
}

// otherVerb stands for all verbs that are not in the command table, so that
// clients cannot make labels up.
const otherVerb = "other"

// A recorder counts the conversations of a virtual server. What it counts with
// is found once, and then at hand: a command costs no lookup of labels.
type recorder struct {
	m                *Metrics
	protocol, server string
	verbs            map[string]*verb // does not change
	other            *verb

	opened, quit, lost, read, written, loginFailures prometheus.Counter
	active                                           prometheus.Gauge
}

// A verb counts its commands. Its metrics come to be when they are first used,
// so that the page is not full of zeros.
type verb struct {
	name     string
	duration struct {
		once sync.Once
		prometheus.Observer
	}
	classes [numClasses]struct {
		once sync.Once
		prometheus.Counter
	}
}

func (m *Metrics) recorder(protocol, server string, verbs []string) *recorder {
	server = label(server)
	r := &recorder{
		m: m, protocol: protocol, server: server,
		verbs:         make(map[string]*verb, len(verbs)),
		other:         &verb{name: otherVerb},
		opened:        m.opened.WithLabelValues(protocol, server),
		quit:          m.ended.WithLabelValues(protocol, server, "quit"),
		lost:          m.ended.WithLabelValues(protocol, server, "lost"),
		read:          m.read.WithLabelValues(protocol, server),
		written:       m.written.WithLabelValues(protocol, server),
		loginFailures: m.loginFailures.WithLabelValues(protocol, server),
		active:        m.active.WithLabelValues(protocol, server),
	}
	for _, name := range verbs {
		r.verbs[name] = &verb{name: name}
	}
	return r
}

// command counts a command. name is "" if it is not known.
func (r *recorder) command(name string, c class, took time.Duration) {
	v := r.verbs[name]
	if v == nil {
		v = r.other
	}
	d := &v.duration
	d.once.Do(func() { d.Observer = r.m.durations.WithLabelValues(r.protocol, r.server, v.name) })
	d.Observe(took.Seconds())
	n := &v.classes[c]
	n.once.Do(func() { n.Counter = r.m.commands.WithLabelValues(r.protocol, r.server, v.name, c.String()) })
	n.Inc()
}

// open counts the beginning of a conversation.
func (r *recorder) open() {
	r.opened.Inc()
	r.active.Inc()
}

// close counts the end of a conversation. err is why it ended, nil if the
// client said so.
func (r *recorder) close(err error, read, written int64) {
	r.active.Dec()
	r.read.Add(float64(max(0, read)))
	r.written.Add(float64(max(0, written)))
	if err == nil {
		r.quit.Inc()
	} else {
		r.lost.Inc()
	}
}
