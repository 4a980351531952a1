package rvp_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/rvp"
)

// TestHomeThroughRouter: RVP-031: a client outside logs in by NTLM through a router,
// and is called back where it is.
func TestHomeThroughRouter(t *testing.T) {
	inWorld(t, func(w *world) {
		w.home.Name = "home1.example.test"
		w.home.Topology.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}, func(t *testing.T, w *world) {
		w.users["anna"] = rvp.User{Home: "127.0.0.1:8080"}
		w.hosts["127.0.0.1:8080"] = w.at
		front := memnet.ListenAt(netip.MustParseAddrPort("198.51.100.8:80"))
		router := &rvp.Router{
			Domain: "im.example.test", Directory: w.users,
			Topology: rvp.Topology{Inside: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
			Locator:  &rvp.Locator{Dial: w.dialHost, Addrs: dnsresolve.AddrPolicy{Allow: w.home.Topology.Proxies}},
		}
		srv := &http.Server{Handler: router, ConnContext: rvp.ConnContext}
		done := make(chan error, 1)
		go func() { done <- srv.Serve(front) }()
		defer func() {
			require.NoError(t, srv.Close())
			<-done
		}()
		home := w.at
		w.at = front // where clients go
		p, anna := w.logOn("anna", "192.0.2.1:40000")
		w.at = home
		require.Equal(t, 207, anna.set("online").status)
		anna.watch("anna")
		anna.set("busy")
		require.Equal(t, []string{"anna busy"}, p.states(t))
		require.Equal(t, 403, anna.subscribe("anna", "pragma/notify", "http://127.0.0.1:40000").status, "the router's address is not the client's")
	})
}
