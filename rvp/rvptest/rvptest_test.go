package rvptest

import (
	"net/netip"
	"testing"
	"time"
)

var cast = []User{
	{Name: "anna", Password: "tanstaaf", DisplayName: "Anna Poe", Email: "anna@example.test"},
	{Name: "ben.roe-2_x", Password: "secret horse", DisplayName: "Ben Roe", Email: "ben@example.test"},
}

func target(s *Server) Target {
	return Target{
		Addr: s.Addr, Domain: Domain, User: "anna", Password: "tanstaaf",
		Other: "ben.roe-2_x", OtherPassword: "secret horse", Foreign: true,
	}
}

// fast is a server whose patience is short.
func fast(t *testing.T) *Server {
	srv := NewUnstartedServer(t, cast...)
	srv.Home.Limits.Delivery = 2 * time.Second
	return srv
}

// The engine passes the cases that are made for any server, alone and behind a router
// that redirects or speaks for its clients.
func TestConformance(t *testing.T) {
	for name, start := range map[string]func(*Server){
		"home":     (*Server).Start,
		"redirect": (*Server).StartRouter,
		"proxy": func(s *Server) {
			s.Router.Topology.Proxied = []netip.Prefix{loopback}
			s.StartRouter()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := fast(t)
			start(srv)
			TestServer(t, target(srv))
		})
	}
}
