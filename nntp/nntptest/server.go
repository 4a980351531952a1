package nntptest

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/testkit"
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
	host testkit.Host
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
	host := testkit.Host{TB: tb, Kit: "nntptest", Closed: nntp.ErrServerClosed}
	serverTLS, clientTLS := host.TLS()
	log := host.Logger()
	s := &Server{
		tb:   tb,
		host: host,
		// Every form of a password, at no cost: there is nothing to protect.
		Users:     &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096, SCRAM: []string{"SHA-256", "SHA-1"}, NTHash: true, Secret: true}},
		Store:     memory.New(),
		ClientTLS: clientTLS,
	}
	s.Config = &nntp.Server{
		Store:     s.Store,
		Hostname:  "news.example",
		TLSConfig: serverTLS,
		Auth:      &auth.Authenticator{Accounts: s.Users, AllowInsecure: true, Logger: log},
		Access:    FullAccess,
		Compress:  true,
		Limits:    nntp.Limits{Posts: -1},
		Logger:    log,
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
