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

// counted is what counts for a virtual server, or nothing if nobody wants to know.
func counted[C, E any](s *setting, count func(server string) func(C, E)) func(C, E) {
	if s.config.NoMetrics {
		return func(C, E) {}
	}
	return count(s.Name)
}

// watchSMTP returns the trace of a virtual server: it logs, counts, and notes
// who is connected.
func (o *Office) watchSMTP(s *setting) func(*smtp.Conn, smtp.Event) {
	log, count := traceSMTP(s.log), counted(s, o.metrics.SMTP)
	return func(c *smtp.Conn, e smtp.Event) {
		log(c, e)
		count(c, e)
		o.attend(s, c, e.Kind == smtp.CommandDone, e.Kind == smtp.ConnClosed)
	}
}

// watchPOP3 is watchSMTP's like.
func (o *Office) watchPOP3(s *setting) func(*pop3.Conn, pop3.Event) {
	log, count := tracePOP3(s.log), counted(s, o.metrics.POP3)
	return func(c *pop3.Conn, e pop3.Event) {
		log(c, e)
		count(c, e)
		o.attend(s, c, e.Kind == pop3.CommandDone, e.Kind == pop3.ConnClosed)
	}
}

// watchIMAP4 is watchSMTP's like.
func (o *Office) watchIMAP4(s *setting) func(*imap4.Conn, imap4.Event) {
	log, count := traceIMAP4(s.log), counted(s, o.metrics.IMAP4)
	return func(c *imap4.Conn, e imap4.Event) {
		log(c, e)
		count(c, e)
		o.attend(s, c, e.Kind == imap4.CommandDone, e.Kind == imap4.ConnClosed)
	}
}

// watchNNTP is watchSMTP's like.
func (o *Office) watchNNTP(s *setting) func(*nntp.Conn, nntp.Event) {
	log, count := traceNNTP(s.log), counted(s, o.metrics.NNTP)
	return func(c *nntp.Conn, e nntp.Event) {
		log(c, e)
		count(c, e)
		o.attend(s, c, e.Kind == nntp.CommandDone, e.Kind == nntp.ConnClosed)
	}
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
