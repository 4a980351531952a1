package imap4test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"iter"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// A User is an account and the messages that are in its inbox at first.
type User struct {
	Name, Password string
	Messages       []string // whole messages; each line, the last one too, ends in CRLF
}

// A Server is an IMAP4 server for a test. Its users may log in with and without
// TLS, and it offers STARTTLS. It is closed at the end of the test.
type Server struct {
	// Addr is "host:port" on loopback; empty for a server in memory.
	Addr string

	// Config is the engine. What differs from the default is to be set between
	// NewUnstartedServer and Start.
	Config *imap4.Server

	// ClientTLS trusts the server's certificate.
	ClientTLS *tls.Config

	// Users may log in.
	Users *auth.Users

	// Store has the mail. Its fields may be set before Start.
	Store *memory.Store

	tb    testing.TB
	users []User
	dial  func(context.Context) (net.Conn, error)
}

// NewServer starts a server on a free port of the loopback interface.
func NewServer(tb testing.TB, users ...User) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb, users...)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that is to be started by Start, StartTLS
// or StartInMemory.
func NewUnstartedServer(tb testing.TB, users ...User) *Server {
	tb.Helper()
	cert, err := testcert.New("localhost", "127.0.0.1", "::1")
	if err != nil {
		tb.Fatalf("imap4test: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	s := &Server{
		tb:    tb,
		users: users,
		// A hash that costs next to nothing: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}},
		Store:     new(memory.Store),
		ClientTLS: &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}
	log := slog.New(slog.NewTextHandler(tb.Output(), nil))
	s.Config = &imap4.Server{
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) {
			return s.Store.Account(c.Identity().Name()), nil
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
		Auth:      &auth.Authenticator{Accounts: s.Users, AllowInsecure: true, Logger: log},
		Logger:    log,
	}
	return s
}

// fill lets the users in and gives them their messages.
func (s *Server) fill() {
	s.tb.Helper()
	for _, u := range s.users {
		if err := s.Users.Set(u.Name, u.Password); err != nil {
			s.tb.Fatalf("imap4test: %q: %v", u.Name, err)
		}
		s.Deliver(u.Name, u.Messages...)
	}
}

// Deliver puts messages into a user's inbox.
func (s *Server) Deliver(user string, messages ...string) {
	s.tb.Helper()
	a := s.Store.Account(user)
	defer a.Close()
	for m, err := range a.Mailboxes(s.tb.Context()) {
		if err == nil && slices.Equal(m.Name, []string{"INBOX"}) {
			_, err = a.Append(s.tb.Context(), m.ID, incoming(messages))
		}
		if err != nil {
			s.tb.Fatalf("imap4test: %v", err)
		}
	}
}

func incoming(messages []string) iter.Seq2[imap4.Incoming, error] {
	return func(yield func(imap4.Incoming, error) bool) {
		for _, m := range messages {
			if !yield(imap4.Incoming{R: strings.NewReader(m), Size: int64(len(m))}, nil) {
				return
			}
		}
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
		s.tb.Fatalf("imap4test: %v", err)
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
	s.tb.Helper()
	l := memnet.Listen()
	s.dial = l.Dial
	s.run(l, s.Config.Serve)
}

func (s *Server) run(l net.Listener, serve func(net.Listener) error) {
	s.tb.Helper()
	s.fill()
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	s.tb.Cleanup(func() {
		s.Config.Close()
		// After Close it only waits: nothing may log once the test is over.
		if err := s.Config.Shutdown(context.Background()); err != nil {
			s.tb.Errorf("imap4test: Shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, imap4.ErrServerClosed) {
			s.tb.Errorf("imap4test: Serve: %v", err)
		}
	})
}

// Dial connects to the server. The connection is closed at the end of the test.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	nc, err := s.dial(ctx)
	if err == nil {
		s.tb.Cleanup(func() { nc.Close() })
	}
	return nc, err
}
