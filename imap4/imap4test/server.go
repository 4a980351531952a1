package imap4test

import (
	"context"
	"crypto/tls"
	"iter"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
	"github.com/wirepost/wirepost/internal/testkit"
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
	host  testkit.Host
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
	host := testkit.Host{TB: tb, Kit: "imap4test", Closed: imap4.ErrServerClosed}
	serverTLS, clientTLS := host.TLS()
	log := host.Logger()
	s := &Server{
		tb:    tb,
		host:  host,
		users: users,
		// A hash that costs next to nothing: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8}},
		Store:     new(memory.Store),
		ClientTLS: clientTLS,
	}
	s.Config = &imap4.Server{
		Backend: imap4.BackendFunc(func(_ context.Context, c *imap4.Conn) (imap4.Account, error) {
			return s.Store.Account(c.Identity().Name()), nil
		}),
		TLSConfig: serverTLS,
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
	s.fill()
	s.Addr = s.host.Start(s.Config)
}

// StartTLS is Start for clients that begin with TLS.
func (s *Server) StartTLS() {
	s.tb.Helper()
	s.fill()
	s.Addr = s.host.StartTLS(s.Config)
}

// StartInMemory listens on a network in memory, which works inside a
// testing/synctest bubble. Dial is the only way to connect.
func (s *Server) StartInMemory() {
	s.tb.Helper()
	s.fill()
	s.host.StartInMemory(s.Config)
}

// Dial connects to the server. The connection is closed at the end of the test.
func (s *Server) Dial(ctx context.Context) (net.Conn, error) {
	return s.host.Dial(ctx)
}
