package pop3test

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/testkit"
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
	host testkit.Host
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
	host := testkit.Host{TB: tb, Kit: "pop3test", Closed: pop3.ErrServerClosed}
	serverTLS, clientTLS := host.TLS()
	log := host.Logger()
	s := &Server{
		tb:   tb,
		host: host,
		// Every form of a password, at no cost: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096, SCRAM: []string{"SHA-256", "SHA-1"}, NTHash: true, Secret: true}},
		Store:     new(Store),
		ClientTLS: clientTLS,
	}
	s.Config = &pop3.Server{
		Backend:   s.Store,
		TLSConfig: serverTLS,
		Auth:      &auth.Authenticator{Accounts: s.Users, AllowInsecure: true, Logger: log},
		Logger:    log,
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
	s.Addr = s.host.Start(s.Config)
}

// StartTLS is Start for clients that begin with TLS.
func (s *Server) StartTLS() {
	s.tb.Helper()
	s.Addr = s.host.StartTLS(s.Config)
}

// StartInMemory listens on a network in memory, which works inside a
// testing/synctest bubble. Dial is the only way to connect.
func (s *Server) StartInMemory() {
	s.host.StartInMemory(s.Config)
}

// Dial connects to the server. The connection is closed at the end of the
// test.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	return s.host.Dial(ctx)
}
