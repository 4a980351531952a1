package metrics

import (
	"strings"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// names are those of a command table.
func names[V any](verbs []V, name func(V) string) []string {
	list := make([]string, len(verbs))
	for i, v := range verbs {
		list[i] = name(v)
	}
	return list
}

// SMTP returns a Server.Trace that counts for the virtual server of that name.
// It costs a few hundred nanoseconds at most and allocates nothing.
func (m *Metrics) SMTP(server string) func(*smtp.Conn, smtp.Event) {
	r := m.recorder("smtp", server, names(smtp.Verbs(), func(v smtp.Verb) string { return v.Name }))
	return func(_ *smtp.Conn, e smtp.Event) {
		switch e.Kind {
		case smtp.ConnOpened:
			r.open()
		case smtp.ConnClosed:
			r.close(e.Err, e.Read, e.Written)
		case smtp.CommandDone:
			r.command(e.Verb, classOf(e.Reply.Code), e.Duration)
			if e.Reply.Code == 535 { // RFC 4954, 6
				r.loginFailures.Inc()
			}
		}
	}
}

// POP3 is SMTP's like.
func (m *Metrics) POP3(server string) func(*pop3.Conn, pop3.Event) {
	r := m.recorder("pop3", server, names(pop3.Verbs(), func(v pop3.Verb) string { return v.Name }))
	return func(_ *pop3.Conn, e pop3.Event) {
		switch e.Kind {
		case pop3.ConnOpened:
			r.open()
		case pop3.ConnClosed:
			r.close(e.Err, e.Read, e.Written)
		case pop3.CommandDone:
			c := classErr
			switch {
			case e.Reply.OK:
				c = classOK
			case e.Reply == pop3.Reply{}:
				c = classNone
			}
			r.command(e.Verb, c, e.Duration)
			if e.Reply.Code == pop3.BadAuth { // RFC 3206, 5
				r.loginFailures.Inc()
			}
		}
	}
}

// IMAP4 is SMTP's like.
func (m *Metrics) IMAP4(server string) func(*imap4.Conn, imap4.Event) {
	r := m.recorder("imap4", server, names(imap4.Verbs(), func(v imap4.Verb) string { return v.Name }))
	classes := map[imap4.Status]class{0: classNone, imap4.StatusOK: classOK, imap4.StatusNO: classNo, imap4.StatusBAD: classBad}
	return func(_ *imap4.Conn, e imap4.Event) {
		switch e.Kind {
		case imap4.ConnOpened:
			r.open()
		case imap4.ConnClosed:
			r.close(e.Err, e.Read, e.Written)
		case imap4.CommandDone:
			c, ok := classes[e.Reply.Status]
			if !ok {
				c = classOther
			}
			r.command(e.Verb, c, e.Duration)
			if e.Reply.Code == "AUTHENTICATIONFAILED" { // RFC 5530, 3
				r.loginFailures.Inc()
			}
		}
	}
}

// NNTP is SMTP's like.
func (m *Metrics) NNTP(server string) func(*nntp.Conn, nntp.Event) {
	r := m.recorder("nntp", server, names(nntp.Verbs(), func(v nntp.Verb) string { return v.Name }))
	return func(_ *nntp.Conn, e nntp.Event) {
		switch e.Kind {
		case nntp.ConnOpened:
			r.open()
		case nntp.ConnClosed:
			r.close(e.Err, e.Read, e.Written)
		case nntp.CommandDone:
			r.command(e.Verb, classOf(e.Reply.Code), e.Duration)
			if e.Reply.Code == 481 && strings.HasPrefix(e.Verb, "AUTHINFO") { // RFC 4643, 2.3.1; LIST has it too
				r.loginFailures.Inc()
			}
		}
	}
}
