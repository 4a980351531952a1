package pop3test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
	"github.com/wirepost/wirepost/pop3"
)

// A Mailbox is an account and the messages that wait in it at first.
type Mailbox struct {
	User, Password string
	Messages       []string // whole messages; each line, the last one too, ends in CRLF
}

// A Server is a POP3 server for a test. Its users may log in with and without
// TLS, by every mechanism that works with a password, and it offers STLS. It is closed at the end of the test.
type Server struct {
	// Addr is "host:port" on loopback; empty for a server in memory.
	Addr string

	// Config is the engine. What differs from the default is to be set between
	// NewUnstartedServer and Start.
	Config *pop3.Server

	// ClientTLS trusts the server's certificate.
	ClientTLS *tls.Config

	// Users may log in. Those of the mailboxes are there at first.
	Users *auth.Users

	// Store has the messages.
	Store *Store

	tb   testing.TB
	dial func(context.Context) (net.Conn, error)
}

// NewServer starts a server on a free port of the loopback interface.
func NewServer(tb testing.TB, mailboxes ...Mailbox) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb, mailboxes...)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that is to be started by Start,
// StartTLS or StartInMemory.
func NewUnstartedServer(tb testing.TB, mailboxes ...Mailbox) *Server {
	tb.Helper()
	cert, err := testcert.New("localhost", "127.0.0.1", "::1")
	if err != nil {
		tb.Fatalf("pop3test: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	s := &Server{
		tb: tb,
		// Every form of a password, at no cost: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096, SCRAM: []string{"SHA-256", "SHA-1"}, NTHash: true, Secret: true}},
		Store:     new(Store),
		ClientTLS: &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}
	s.Config = &pop3.Server{
		Backend:   s.Store,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
		Auth:      &auth.Authenticator{Accounts: s.Users, AllowInsecure: true, Logger: testLogger(tb)},
		Logger:    testLogger(tb),
	}
	for _, m := range mailboxes {
		s.add(m)
	}
	return s
}

func (s *Server) add(m Mailbox) {
	s.tb.Helper()
	if err := s.Users.Set(m.User, m.Password); err != nil {
		s.tb.Fatalf("pop3test: %q: %v", m.User, err)
	}
	for i, message := range m.Messages {
		bare := strings.ReplaceAll(message, "\r\n", "")
		if strings.ContainsAny(bare, "\r\n\x00") || message != "" && !strings.HasSuffix(message, "\r\n") {
			s.tb.Fatalf("pop3test: message %d of %q has a line that does not end in CRLF, or a NUL", i+1, m.User)
		}
		s.Store.Deliver(m.User, message)
	}
}

// Start listens on a free port of the loopback interface and sets Addr.
func (s *Server) Start() {
	s.tb.Helper()
	s.listen(s.Config.Serve)
}

// StartTLS is Start for clients that begin with TLS.
func (s *Server) StartTLS() {
	s.tb.Helper()
	s.listen(s.Config.ServeTLS)
}

func (s *Server) listen(serve func(net.Listener) error) {
	s.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.tb.Fatalf("pop3test: %v", err)
	}
	s.Addr = l.Addr().String()
	s.dial = func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", s.Addr)
	}
	s.run(l, serve)
}

// StartInMemory listens on a network in memory, which works inside a
// testing/synctest bubble. Dial is the only way to connect.
func (s *Server) StartInMemory() {
	l := memnet.Listen()
	s.dial = l.Dial
	s.run(l, s.Config.Serve)
}

func (s *Server) run(l net.Listener, serve func(net.Listener) error) {
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	s.tb.Cleanup(func() {
		s.Config.Close()
		// After Close it only waits: nothing may log once the test is over.
		if err := s.Config.Shutdown(context.Background()); err != nil {
			s.tb.Errorf("pop3test: Shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, pop3.ErrServerClosed) {
			s.tb.Errorf("pop3test: Serve: %v", err)
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
