package rvptest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// Domain is the IM domain of a Server.
const Domain = "im.example.test"

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// A User may log in at a Server.
type User struct {
	Name, Password     string
	DisplayName, Email string
}

// A Server is a home server for a test, with its users in memory, and perhaps a
// router in front. It is closed at the end of the test.
type Server struct {
	// Addr is "host:port" on loopback: of the router, if there is one.
	Addr string

	// Home is the engine, and Router that of StartRouter. What differs from the default
	// is to be set between NewUnstartedServer and Start or StartRouter. Home may connect to
	// this machine as to other servers.
	Home   *rvp.HomeServer
	Router *rvp.Router

	// Users may log in. Those who were given at first are there, and only they have nodes.
	Users *auth.Users

	tb     testing.TB
	people map[string]rvp.User
	at     string                            // where Home listens
	wrap   func(http.Handler) http.Handler   // Home, for tests of the cases
	passwd map[string]string                 // of people
	accept func(l net.Listener) net.Listener // for tests of the cases
}

// NewServer starts a server on a free port of the loopback interface.
func NewServer(tb testing.TB, users ...User) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb, users...)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that is to be started by Start or StartRouter.
func NewUnstartedServer(tb testing.TB, users ...User) *Server {
	tb.Helper()
	s := &Server{
		tb: tb, people: make(map[string]rvp.User), passwd: make(map[string]string),
		// Every form of a password, at no cost: there is nothing to protect.
		Users: &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, Iterations: 4096, NTHash: true, Secret: true}},
	}
	for _, u := range users {
		if err := s.Users.Set(u.Name, u.Password); err != nil {
			tb.Fatalf("rvptest: %q: %v", u.Name, err)
		}
		name := ascii.Lower(u.Name)
		s.people[name] = rvp.User{DisplayName: u.DisplayName, Email: u.Email}
		s.passwd[name] = u.Password
	}
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	s.Home = &rvp.HomeServer{
		Domain: Domain, Directory: people{s}, Store: memory.New(), Logger: logger,
		Auth: &auth.Authenticator{
			Accounts: &auth.NTLM{Accounts: s.Users, Domain: "EXAMPLE", AllowV1: true, Account: signIn}, Logger: logger,
		},
		CallBacks: rvp.CallBackPolicy{Servers: []netip.Prefix{loopback}},
		Locator:   new(rvp.Locator),
	}
	s.Router = &rvp.Router{Domain: Domain, Directory: people{s}, Logger: logger}
	return s
}

// signIn takes the mail domain off the name of who logs in by NTLM.
func signIn(_, name string) string {
	return strings.TrimSuffix(name, "@"+strings.TrimPrefix(Domain, "im."))
}

// people is the directory of a Server.
type people struct{ s *Server }

// User implements rvp.Directory.
func (p people) User(_ context.Context, n rvp.Node) (rvp.User, error) {
	u, ok := p.s.people[n.Name]
	if !ok || n.Host != Domain {
		return rvp.User{}, rvp.ErrNoUser
	}
	u.Home = p.s.at
	return u, nil
}

// Start listens on a free port of the loopback interface and sets Addr.
func (s *Server) Start() {
	s.tb.Helper()
	l := s.listen()
	s.Addr = l.Addr().String()
	s.serveHome(l)
}

// StartRouter is Start with a router in front, which redirects clients, or speaks
// for those of Router.Topology.
func (s *Server) StartRouter() {
	s.tb.Helper()
	l, front := s.listen(), s.listen()
	s.at, s.Addr = l.Addr().String(), front.Addr().String()
	s.Home.Topology.Proxies = append(s.Home.Topology.Proxies, loopback)
	s.serveHome(l)
	stop := serve(front, s.Router)
	s.tb.Cleanup(func() {
		stop()
		_ = s.Router.Close()
	})
}

func (s *Server) listen() net.Listener {
	s.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.tb.Fatalf("rvptest: %v", err)
	}
	return l
}

func (s *Server) serveHome(l net.Listener) {
	if s.at == "" {
		s.at = l.Addr().String()
	}
	var h http.Handler = s.Home
	if s.wrap != nil {
		h = s.wrap(h)
	}
	if s.accept != nil {
		l = s.accept(l)
	}
	stop := serve(l, h)
	s.tb.Cleanup(func() {
		stop()
		_ = s.Home.Close()
		_ = s.Home.Store.Close()
	})
}

func serve(l net.Listener, h http.Handler) (stop func()) {
	srv := &http.Server{Handler: h, ConnContext: rvp.ConnContext}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // says that it was closed
	}()
	return func() { _ = srv.Close(); <-done }
}

// URL is the logical URL of a user.
func (s *Server) URL(name string) string {
	return "http://" + Domain + "/instmsg/aliases/" + ascii.Lower(name)
}

// Client returns the program of a user, to be logged on.
func (s *Server) Client(name string) *rvp.Client {
	s.tb.Helper()
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		s.tb.Fatalf("rvptest: start the server first: %v", err)
	}
	zone := fmt.Sprintf("_rvp._tcp.%s. SRV 0 0 %s %s.\n%[1]s. A 127.0.0.1\n", Domain, port, Domain)
	return &rvp.Client{
		User: s.URL(name), Account: name, Password: s.passwd[ascii.Lower(name)],
		Locator: &rvp.Locator{
			Resolver: dnstest.NewServer(s.tb, zone).Client(),
			Addrs:    dnsresolve.AddrPolicy{Allow: []netip.Prefix{loopback}},
		},
	}
}
