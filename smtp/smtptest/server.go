package smtptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
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
	dial func(context.Context) (net.Conn, error)

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
	cert, err := testcert.New("localhost", "127.0.0.1", "::1")
	if err != nil {
		tb.Fatalf("smtptest: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	s := &Server{
		tb:        tb,
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}}, // the secrets of a test need no work
		ClientTLS: &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}
	s.Config = &smtp.Server{
		Domains:   []string{"*"},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
		Auth:      &auth.Authenticator{Accounts: s.Users, Logger: testLogger(tb)},
		Backend:   smtp.BackendFunc(s.newSession),
		Logger:    testLogger(tb),
	}
	return s
}

// Start listens on a free port of the loopback interface and sets Addr.
func (s *Server) Start() {
	s.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.tb.Fatalf("smtptest: %v", err)
	}
	s.Addr = l.Addr().String()
	s.dial = func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", s.Addr)
	}
	s.serve(l)
}

// StartInMemory listens on a network in memory, which works inside a
// testing/synctest bubble. Dial is the only way to connect.
func (s *Server) StartInMemory() {
	l := memnet.Listen()
	s.dial = l.Dial
	s.serve(l)
}

func (s *Server) serve(l net.Listener) {
	// Outermost, so that Records show what the client is told.
	s.Config.Middleware = append([]smtp.Middleware{s.scripted}, s.Config.Middleware...)
	done := make(chan error, 1)
	go func() { done <- s.Config.Serve(l) }()
	s.tb.Cleanup(func() {
		s.Config.Close()
		if err := <-done; !errors.Is(err, smtp.ErrServerClosed) {
			s.tb.Errorf("smtptest: Serve: %v", err)
		}
	})
}

// Dial connects to the server. The connection is closed at the end of the
// test.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	nc, err := s.dial(ctx)
	if err == nil {
		s.tb.Cleanup(func() { nc.Close() })
	}
	return nc, err
}

// testLogger writes to the test's log.
func testLogger(tb testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(tb.Output(), nil))
}
