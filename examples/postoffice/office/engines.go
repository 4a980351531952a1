package office

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// smtpServer makes the engine of a virtual server for mail to come in.
func (o *Office) smtpServer(s *setting) (server, func() smtp.Stats, error) {
	srv := &smtp.Server{
		Backend:    o.backend(s),
		Hostname:   s.Hostname,
		Domains:    domainsOf(&s.Virtual),
		Relay:      relayFor(&s.Virtual, s.config.Relaying.Trusted),
		TLSConfig:  s.tls,
		Auth:       s.auth,
		Submission: s.Protocol == "submission",
		LMTP:       s.Protocol == "lmtp",
		Limits: smtp.Limits{
			Message:      int64(s.Limits.MessageSize),
			Recipients:   s.Limits.Recipients,
			Mails:        s.Limits.Messages,
			Errors:       s.Limits.Errors,
			Logins:       s.Limits.Logins,
			Conns:        s.Limits.Conns,
			ConnsPerAddr: s.Limits.ConnsPerAddr,
			Command:      time.Duration(s.Limits.Idle),
			Handshake:    time.Duration(s.Limits.Handshake),
		},
		Allow:     s.Allow.Prefixes(),
		Deny:      s.Deny.Prefixes(),
		ProxyFrom: s.ProxyFrom.Prefixes(),
		Logger:    s.log,
		Trace:     o.watchSMTP(s),
	}
	if srv.Submission {
		srv.MaySend = smtp.SenderIsLogin(o.senders)
	}
	return srv, srv.Stats, nil
}

// inbound is the backend of such a virtual server.
func (o *Office) inbound(s *setting) *inbound {
	return &inbound{
		store:    o.store,
		people:   o.gateway.readers(o.people),
		queue:    o.outbound.queue,
		domains:  o.domains,
		main:     s.Domain,
		dispatch: o.outbound.dispatch,
		gateway:  o.outbound.gateway,
		relay:    relayFor(&s.Virtual, s.config.Relaying.Trusted),
		now:      o.now,
		log:      s.log,
	}
}

func (o *Office) pop3Server(s *setting) (server, func() smtp.Stats, error) {
	srv := &pop3.Server{
		Backend:   pop3.BackendFunc(o.openMaildrop),
		Hostname:  s.Hostname,
		TLSConfig: s.tls,
		Auth:      s.auth,
		Limits: pop3.Limits{
			Errors:       s.Limits.Errors,
			Logins:       s.Limits.Logins,
			Conns:        s.Limits.Conns,
			ConnsPerAddr: s.Limits.ConnsPerAddr,
			Command:      time.Duration(s.Limits.Idle),
			Handshake:    time.Duration(s.Limits.Handshake),
		},
		Allow:     s.Allow.Prefixes(),
		Deny:      s.Deny.Prefixes(),
		ProxyFrom: s.ProxyFrom.Prefixes(),
		Logger:    s.log,
		Trace:     o.watchPOP3(s),
	}
	return srv, func() smtp.Stats { return smtp.Stats(srv.Stats()) }, nil
}

func (o *Office) imap4Server(s *setting) (server, func() smtp.Stats, error) {
	srv := &imap4.Server{
		Backend:   imap4.BackendFunc(o.openMailboxes),
		Hostname:  s.Hostname,
		TLSConfig: s.tls,
		Auth:      s.auth,
		ID:        map[string]string{"name": "postoffice", "support-url": "https://github.com/wirepost/wirepost"},
		Limits: imap4.Limits{
			AppendSize:   int64(s.Limits.MessageSize),
			Bad:          s.Limits.Errors,
			Logins:       s.Limits.Logins,
			Conns:        s.Limits.Conns,
			ConnsPerAddr: s.Limits.ConnsPerAddr,
			ConnsPerUser: s.Limits.ConnsPerUser,
			Idle:         time.Duration(s.Limits.Idle),
			Handshake:    time.Duration(s.Limits.Handshake),
		},
		Allow:     s.Allow.Prefixes(),
		Deny:      s.Deny.Prefixes(),
		ProxyFrom: s.ProxyFrom.Prefixes(),
		Logger:    s.log,
		Trace:     o.watchIMAP4(s),
	}
	return srv, func() smtp.Stats { return smtp.Stats(srv.Stats()) }, nil
}

func (o *Office) nntpServer(s *setting) (server, func() smtp.Stats, error) {
	identity := *s
	identity.Hostname = cmp.Or(o.config.News.PathIdentity, s.Hostname)
	srv := o.newsServer(&identity)
	srv.TLSConfig, srv.Auth = s.tls, s.auth
	srv.Limits = nntp.Limits{
		Article:      int64(s.Limits.MessageSize),
		Errors:       s.Limits.Errors,
		Logins:       s.Limits.Logins,
		Posts:        s.Limits.Posts,
		PostsTime:    time.Duration(s.Limits.PostsTime),
		Conns:        s.Limits.Conns,
		ConnsPerAddr: s.Limits.ConnsPerAddr,
		Command:      time.Duration(s.Limits.Idle),
		Handshake:    time.Duration(s.Limits.Handshake),
	}
	s.config.News.Options.Set(srv)
	if s.config.Unguarded {
		srv.Limits.Posts = cmp.Or(s.Limits.Posts, -1)
	}
	srv.Allow, srv.Deny, srv.ProxyFrom = s.Allow.Prefixes(), s.Deny.Prefixes(), s.ProxyFrom.Prefixes()
	return srv, func() smtp.Stats { return smtp.Stats(srv.Stats()) }, nil
}
