package office

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// A server is one of the library's engines, or what looks like one.
type server interface {
	Serve(net.Listener) error
	ServeTLS(net.Listener) error
	Pause()
	Resume()
	Shutdown(context.Context) error
	Close() error
}

// A setting is what an engine is made from.
type setting struct {
	config.Virtual         // with all that it takes from elsewhere
	config         *Config // what holds for all
	tls            *tls.Config
	shown          []tls.Certificate   // by tls
	auth           *auth.Authenticator // nil: there are no logins
	log            *slog.Logger
}

// protocols are how the engines of virtual servers are made, by config.Virtual.Protocol. The second
// result counts their connections.
var protocols = map[string]func(*Office, *setting) (server, func() smtp.Stats, error){
	"smtp":       (*Office).smtpServer,
	"submission": (*Office).smtpServer,
	"lmtp":       (*Office).smtpServer,
	"pop3":       (*Office).pop3Server,
	"imap4":      (*Office).imap4Server,
	"nntp":       (*Office).nntpServer,
	"http":       (*Office).httpServer,
	"ldap":       (*Office).ldapServer,
	"admin":      (*Office).adminServer,
}

// An engine answers for a virtual server until its settings change.
type engine struct {
	server
	stats  func() smtp.Stats
	doors  []*door
	served sync.WaitGroup
	left   time.Time // when it had to leave
}

func (o *Office) engine(s *setting) (*engine, error) {
	create, ok := protocols[s.Protocol]
	if !ok {
		return nil, fmt.Errorf("protocol %q is not served here", s.Protocol)
	}
	srv, stats, err := create(o, s)
	if err == nil && !s.config.NoMetrics {
		metrics.Watch(o.metrics, s.Protocol, s.Name, stats)
	}
	return &engine{server: srv, stats: stats}, err
}

// begin serves all places. What goes wrong there is told to failed.
func (e *engine) begin(places []*place, failed func(error)) {
	for _, p := range places {
		d := p.door()
		e.doors = append(e.doors, d)
		serve := e.Serve
		if p.tls {
			serve = e.ServeTLS
		}
		e.served.Go(func() {
			if err := serve(d); !isClosed(err) && !d.isOver() {
				p.close() // for another to be opened there
				failed(err)
			}
		})
	}
}

// leave lets no more clients in. Those that are there stay; those of HTTP till the end of a request, since
// they could ask for ever.
func (e *engine) leave(now time.Time) {
	e.left = now
	for _, d := range e.doors {
		d.leave()
	}
	if h, ok := e.server.(*httpServer); ok {
		h.left.Store(true)
	}
}

// settleTime is how long it may take until a client that has come in counts.
const settleTime = time.Minute

// hasLeft tells whether the last conversation is over.
func (e *engine) hasLeft(now time.Time) bool {
	return e.stats().Active == 0 && now.Sub(e.left) > settleTime
}

func isClosed(err error) bool {
	for _, closed := range []error{
		smtp.ErrServerClosed, pop3.ErrServerClosed, imap4.ErrServerClosed, nntp.ErrServerClosed,
		ldapserver.ErrServerClosed, http.ErrServerClosed,
	} {
		if errors.Is(err, closed) {
			return true
		}
	}
	return false
}
