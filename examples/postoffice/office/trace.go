package office

import (
	"log/slog"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// traceSMTP, tracePOP3, traceIMAP4 and traceNNTP write the protocol log, without arguments.
func traceSMTP(log *slog.Logger) func(*smtp.Conn, smtp.Event) {
	return func(c *smtp.Conn, e smtp.Event) {
		if e.Kind == smtp.CommandDone {
			log.Debug("smtp", "remote", c.RemoteAddr(), "verb", e.Verb, "code", e.Reply.Code, "took", e.Duration)
		}
	}
}

func tracePOP3(log *slog.Logger) func(*pop3.Conn, pop3.Event) {
	return func(c *pop3.Conn, e pop3.Event) {
		if e.Kind == pop3.CommandDone {
			log.Debug("pop3", "remote", c.RemoteAddr(), "verb", e.Verb, "ok", e.Reply.OK, "took", e.Duration)
		}
	}
}

func traceIMAP4(log *slog.Logger) func(*imap4.Conn, imap4.Event) {
	return func(c *imap4.Conn, e imap4.Event) {
		if e.Kind == imap4.CommandDone {
			log.Debug("imap4", "remote", c.RemoteAddr(), "verb", e.Verb, "status", e.Reply.Status, "took", e.Duration)
		}
	}
}

func traceNNTP(log *slog.Logger) func(*nntp.Conn, nntp.Event) {
	return func(c *nntp.Conn, e nntp.Event) {
		if e.Kind == nntp.CommandDone {
			log.Debug("nntp", "remote", c.RemoteAddr(), "verb", e.Verb, "code", e.Reply.Code, "took", e.Duration)
		}
	}
}
