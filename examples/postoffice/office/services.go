package office

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// A service is a place where the Office listens. Its name is what flags and
// the ready file call it, and does not change.
type service struct {
	name   string
	port   int // by default
	tls    bool
	server func(*Office) server
}

// A server is one of the library's engines.
type server interface {
	Serve(net.Listener) error
	ServeTLS(net.Listener) error
	Shutdown(context.Context) error
	Close() error
}

var services = []service{
	{"smtp", 2525, false, func(o *Office) server { return o.transfer }},
	{"smtps", 2526, true, func(o *Office) server { return o.transfer }},
	{"submission", 2587, false, func(o *Office) server { return o.submission }},
	{"submissions", 2465, true, func(o *Office) server { return o.submission }},
	{"pop3", 2110, false, func(o *Office) server { return o.pop3 }},
	{"pop3s", 2995, true, func(o *Office) server { return o.pop3 }},
	{"imap", 2143, false, func(o *Office) server { return o.imap4 }},
	{"imaps", 2993, true, func(o *Office) server { return o.imap4 }},
	{"nntp", 2119, false, func(o *Office) server { return o.nntp }},
	{"nntps", 2563, true, func(o *Office) server { return o.nntp }},
}

// A Service tells of a place where an Office listens.
type Service struct {
	Name string // as in Config.Addresses
	Port int    // by default, on 127.0.0.1
}

// Services lists where an Office listens.
func Services() []Service {
	list := make([]Service, len(services))
	for i, s := range services {
		list[i] = Service{s.name, s.port}
	}
	return list
}

func findService(name string) *service {
	for i := range services {
		if services[i].name == name {
			return &services[i]
		}
	}
	return nil
}

// connsPerAddr is generous: on a demo everybody comes from one address.
const connsPerAddr = 1000

// setUp makes the servers.
func (o *Office) setUp(ctx context.Context, hostname string, domains []string, cert tls.Certificate) error {
	tlsConfig := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if err := o.askForCertificates(tlsConfig); err != nil {
		return err
	}
	authenticator, err := o.authenticator(ctx)
	if err != nil {
		return err
	}
	o.auth = authenticator
	backend := &inbound{
		store:    o.store,
		people:   o.people,
		queue:    o.outbound.queue,
		domains:  make(map[string]bool),
		main:     domains[0],
		parked:   o.config.Relaying.Park,
		dispatch: o.outbound.dispatch,
		now:      o.now,
		log:      o.log,
	}
	for _, d := range domains {
		backend.domains[store.FoldDomain(d)] = true
	}
	mayRelay := smtp.RelayFor(o.config.Relaying.Trusted...)
	o.transfer = &smtp.Server{
		Backend:   backend,
		Hostname:  hostname,
		Domains:   domains,
		Relay:     mayRelay,
		TLSConfig: tlsConfig,
		Auth:      authenticator,
		Limits:    smtp.Limits{ConnsPerAddr: connsPerAddr},
		Logger:    o.log,
		Trace:     o.traceSMTP,
	}
	o.submission = &smtp.Server{
		Backend:    backend,
		Hostname:   hostname,
		Domains:    domains,
		Relay:      mayRelay,
		TLSConfig:  tlsConfig,
		Auth:       authenticator,
		Submission: true,
		MaySend:    smtp.SenderIsLogin(o.senders),
		Limits:     smtp.Limits{ConnsPerAddr: connsPerAddr},
		Logger:     o.log,
		Trace:      o.traceSMTP,
	}
	o.pop3 = &pop3.Server{
		Backend:   pop3.BackendFunc(o.openMaildrop),
		Hostname:  hostname,
		TLSConfig: tlsConfig,
		Auth:      authenticator,
		Limits:    pop3.Limits{ConnsPerAddr: connsPerAddr},
		Logger:    o.log,
		Trace:     o.tracePOP3,
	}
	o.imap4 = &imap4.Server{
		Backend:   imap4.BackendFunc(o.openMailboxes),
		Hostname:  hostname,
		TLSConfig: tlsConfig,
		Auth:      authenticator,
		ID:        map[string]string{"name": "postoffice", "support-url": "https://github.com/wirepost/wirepost"},
		Limits:    imap4.Limits{ConnsPerAddr: connsPerAddr},
		Logger:    o.log,
		Trace:     o.traceIMAP4,
	}
	if o.nntp, err = o.newsServer(hostname, domains[0]); err != nil {
		return err
	}
	o.nntp.TLSConfig, o.nntp.Auth = tlsConfig, authenticator
	return nil
}

// listen opens all listeners, or none.
func (o *Office) listen() (err error) {
	defer func() {
		if err != nil {
			o.closeListeners()
		}
	}()
	for i := range services {
		s := &services[i]
		l, err := net.Listen("tcp", o.config.address(s))
		if err != nil {
			return fmt.Errorf("%s: %w; choose another address with -%s HOST:PORT, or free ports with -ephemeral", s.name, err, s.name)
		}
		o.listeners = append(o.listeners, listener{s, l})
	}
	return nil
}

func (o *Office) closeListeners() {
	for _, l := range o.listeners {
		l.Close()
	}
}

// A listener is where a service listens.
type listener struct {
	service *service
	net.Listener
}

// serve runs the service until its server is closed.
func (l listener) serve(o *Office) error {
	srv := l.service.server(o)
	serve := srv.Serve
	if l.service.tls {
		serve = srv.ServeTLS
	}
	err := serve(l.Listener)
	if isClosed(err) {
		return nil
	}
	return fmt.Errorf("%s: %w", l.service.name, err)
}
