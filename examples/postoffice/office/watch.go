package office

import (
	"log/slog"
	"net"
	"path/filepath"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/smtp"
)

// watchData has the queue and the data folder counted. It is called once; the
// engines of virtual servers are when they are made.
func (o *Office) watchData() {
	o.metrics.WatchQueue(o.queue.Snapshot)
	for _, part := range []string{storeDir, queueDir, trackDir, imDir} {
		o.metrics.WatchSize(part, metrics.DirSize(filepath.Join(o.config.Dir, part)))
	}
}

// watch returns the trace of a virtual server: it logs, counts unless nobody wants to know, and notes who is
// connected. kind tells of an event whether a command is done, and whether the connection is closed.
func watch[C visitor, E any](o *Office, s *setting, log func(C, E), count func(server string) func(C, E), kind func(E) (commanded, closed bool)) func(C, E) {
	counted := func(C, E) {}
	if !s.config.NoMetrics {
		counted = count(s.Name)
	}
	return func(c C, e E) {
		log(c, e)
		counted(c, e)
		commanded, closed := kind(e)
		o.attend(s, c, commanded, closed)
	}
}

func (o *Office) watchSMTP(s *setting) func(*smtp.Conn, smtp.Event) {
	return watch(o, s, traceSMTP(s.log), o.metrics.SMTP, func(e smtp.Event) (commanded, closed bool) {
		return e.Kind == smtp.CommandDone, e.Kind == smtp.ConnClosed
	})
}

func (o *Office) watchPOP3(s *setting) func(*pop3.Conn, pop3.Event) {
	return watch(o, s, tracePOP3(s.log), o.metrics.POP3, func(e pop3.Event) (commanded, closed bool) {
		return e.Kind == pop3.CommandDone, e.Kind == pop3.ConnClosed
	})
}

func (o *Office) watchIMAP4(s *setting) func(*imap4.Conn, imap4.Event) {
	return watch(o, s, traceIMAP4(s.log), o.metrics.IMAP4, func(e imap4.Event) (commanded, closed bool) {
		return e.Kind == imap4.CommandDone, e.Kind == imap4.ConnClosed
	})
}

func (o *Office) watchNNTP(s *setting) func(*nntp.Conn, nntp.Event) {
	return watch(o, s, traceNNTP(s.log), o.metrics.NNTP, func(e nntp.Event) (commanded, closed bool) {
		return e.Kind == nntp.CommandDone, e.Kind == nntp.ConnClosed
	})
}

// watchRVP returns the trace of a domain of instant messages: it logs and counts.
func (o *Office) watchRVP(domain string) func(rvp.Event) {
	count := o.metrics.RVP(domain)
	return func(e rvp.Event) {
		o.log.Debug("rvp", "kind", e.Kind, "method", e.Method, "node", e.Node.String(), "remote", e.Remote, "to", e.To,
			slog.Int("status", e.Status), "took", e.Duration)
		count(e)
	}
}

// A visitor is a connection of any of the engines.
type visitor interface {
	Identity() auth.Identity
	RemoteAddr() net.Addr
	End()
}

// attend notes who is connected, after each command and at the end.
func (o *Office) attend(s *setting, c visitor, commanded, closed bool) {
	switch {
	case commanded:
		if o.connected.note(c, c.Identity().Name(), desk{s.Protocol, s.Name}, c.RemoteAddr) {
			o.recheck(c, s.Protocol)
		}
	case closed:
		o.connected.forget(c)
	}
}
