package rvp

import "net/netip"

// A Topology says where the firewall is (Exchange's "Firewall Topology"). The
// zero value knows of none: everybody is inside.
type Topology struct {
	// Inside are the addresses of the network inside the firewall, whose
	// clients reach home servers by themselves. None is all.
	Inside []netip.Prefix

	// Refused are addresses that are not served at all, inside or not.
	Refused []netip.Prefix

	// Proxied are addresses inside whose clients cannot follow a redirection,
	// and are treated as outside (RVP-030).
	Proxied []netip.Prefix

	// Proxies are addresses of HTTP proxies and other routers, whose word on
	// whom they speak for (X-Forwarded-For) is taken.
	Proxies []netip.Prefix
}

// redirects reports whether the client at this address is sent to home servers,
// rather than spoken for.
func (t *Topology) redirects(addr netip.Addr) bool {
	inside := len(t.Inside) == 0 || containsAddr(t.Inside, addr)
	return inside && !containsAddr(t.Proxied, addr)
}
