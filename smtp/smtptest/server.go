package smtptest

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/testkit"
	"github.com/wirepost/wirepost/smtp"
)

// A Server is an SMTP server for a test. It accepts mail for every domain from
// everybody and keeps what it is sent. It is closed at the end of the test.
type Server struct {
	// Addr is "host:port" on loopback; empty for a server in memory.
	Addr string

	// Config is the engine. What differs from the default is to be set between
	// NewUnstartedServer and Start.
	Config *smtp.Server

	// ClientTLS trusts the server's certificate.
	ClientTLS *tls.Config

	// Mailboxes are those that exist, as "local@domain"; nil: all do. It is
	// to be set before Start.
	Mailboxes []string

	// Users may log in: under TLS only, if there is TLS. There are none at
	// first.
	Users *auth.Users

	tb   testing.TB
	host testkit.Host

	mu       sync.Mutex
	messages []Message
	answers  map[string][]Answer
	records  []Record
}

// NewServer starts a server on a free port of the loopback interface. It
// offers no TLS, so that the code under test need trust no certificate.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb)
	s.Config.TLSConfig = nil
	s.Config.Auth.AllowInsecure = true
	s.Start()
	return s
}

// NewTLSServer starts a server on a free port of the loopback interface. It
// offers STARTTLS, with a certificate that ClientTLS trusts.
func NewTLSServer(tb testing.TB) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that is to be started by Start or
// StartInMemory. It offers STARTTLS.
func NewUnstartedServer(tb testing.TB) *Server {
	tb.Helper()
	host := testkit.Host{TB: tb, Kit: "smtptest", Closed: smtp.ErrServerClosed}
	serverTLS, clientTLS := host.TLS()
	log := host.Logger()
	s := &Server{
		tb:        tb,
		host:      host,
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}}, // the secrets of a test need no work
		ClientTLS: clientTLS,
	}
	s.Config = &smtp.Server{
		Domains:   []string{"*"},
		TLSConfig: serverTLS,
		Auth:      &auth.Authenticator{Accounts: s.Users, Logger: log},
		Backend:   smtp.BackendFunc(s.newSession),
		Logger:    log,
	}
	return s
}

// Start listens on a free port of the loopback interface and sets Addr.
func (s *Server) Start() {
	s.tb.Helper()
	s.script()
	s.Addr = s.host.Start(s.Config)
}

// StartInMemory listens on a network in memory, which works inside a
// testing/synctest bubble. Dial is the only way to connect.
func (s *Server) StartInMemory() {
	s.script()
	s.host.StartInMemory(s.Config)
}

// script has the engine ask for scripted answers, outermost, so that Records show
// what the client is told.
func (s *Server) script() {
	s.Config.Middleware = append([]smtp.Middleware{s.scripted}, s.Config.Middleware...)
}

// Dial connects to the server. The connection is closed at the end of the
// test.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	return s.host.Dial(ctx)
}
