package nntptest

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
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// A Server is an NNTP server for a test. Everybody may read, post and feed, with
// and without a login and TLS; it offers STARTTLS and COMPRESS. It is closed at
// the end of the test.
type Server struct {
	// Addr is "host:port" on loopback; empty for a server in memory.
	Addr string

	// Config is the engine. What differs from the default is to be set between
	// NewUnstartedServer and Start.
	Config *nntp.Server

	// ClientTLS trusts the server's certificate.
	ClientTLS *tls.Config

	// Users may log in. There are none at first.
	Users *auth.Users

	// Store has the newsgroups and the articles.
	Store *memory.Store

	tb   testing.TB
	dial func(context.Context) (net.Conn, error)
}

// NewServer starts a server on a free port of the loopback interface. Each group
// is a name, or a name, a colon and a status: "example.announce:m".
func NewServer(tb testing.TB, groups ...string) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb, groups...)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that is to be started by Start,
// StartTLS or StartInMemory.
func NewUnstartedServer(tb testing.TB, groups ...string) *Server {
	tb.Helper()
	cert, err := testcert.New("localhost", "127.0.0.1", "::1")
	if err != nil {
		tb.Fatalf("nntptest: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	s := &Server{
		tb: tb,
		// Every form of a password, at no cost: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096, SCRAM: []string{"SHA-256", "SHA-1"}, NTHash: true, Secret: true}},
		Store:     memory.New(),
		ClientTLS: &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}
	s.Config = &nntp.Server{
		Store:     s.Store,
		Hostname:  "news.example",
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
		Auth:      &auth.Authenticator{Accounts: s.Users, AllowInsecure: true, Logger: testLogger(tb)},
		Access:    FullAccess,
		Compress:  true,
		Limits:    nntp.Limits{Posts: -1},
		Logger:    testLogger(tb),
	}
	for _, g := range groups {
		s.AddGroup(g)
	}
	return s
}

// FullAccess is for nntp.Server.Access: it permits everything, but for
// approving articles and for control messages.
func FullAccess(context.Context, *nntp.Conn) (nntp.Access, error) {
	all := nntp.MatchAll()
	return nntp.Access{Read: all, Post: all, Feed: all}, nil
}

// AddGroup makes a newsgroup, of a name as NewServer takes it.
func (s *Server) AddGroup(group string) {
	s.tb.Helper()
	name, text, _ := strings.Cut(group, ":")
	status := nntp.Posting
	if text != "" {
		status = nntp.Status(text)
	}
	if err := s.Store.ChangeGroup(context.Background(), nntp.GroupChange{Name: name, Status: &status}); err != nil {
		s.tb.Fatalf("nntptest: %q: %v", name, err)
	}
}

// Post posts an article, whose lines end in CRLF, past the network, and returns
// its identifier.
func (s *Server) Post(article string) string {
	s.tb.Helper()
	access, _ := FullAccess(context.Background(), nil)
	id, err := s.Config.Inject(context.Background(), &nntp.Source{Access: access}, []byte(article))
	if err != nil {
		s.tb.Fatalf("nntptest: %v", err)
	}
	return id
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
		s.tb.Fatalf("nntptest: %v", err)
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
			s.tb.Errorf("nntptest: Shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, nntp.ErrServerClosed) {
			s.tb.Errorf("nntptest: Serve: %v", err)
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
