package rvp

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
)

// A Locator finds the servers of users: by the logical URL, SRV records of _rvp._tcp,
// and where routers have redirected to, which it remembers for a while. The zero value is
// ready for use. It must not be copied then.
type Locator struct {
	// Resolver answers; nil is a dnsresolve.Client.
	Resolver dnsresolve.Resolver

	// Dial connects; nil is a net.Dialer's. The address is an IP address and a
	// port: it was looked up, and found to be allowed.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Addrs says which addresses may be connected to. HomeServer has its
	// CallBackPolicy besides.
	Addrs dnsresolve.AddrPolicy

	// Proxy is an HTTP proxy such as "http://proxy.example.org:8080", with user information if
	// it wants a login: all requests to other servers go through it, but not the NOTIFYs to
	// clients, nor those of a Router to home servers. It finds the servers by their
	// names, without SRV records; Addrs speaks only of those that are addresses, and names of
	// what is inside are for the proxy to refuse. Nil is none.
	Proxy *url.URL

	// Life is how long a redirection is remembered [10 min], and Size how many [65,536].
	Life time.Duration
	Size int

	// Redirects is how many are followed in a row [5].
	Redirects int

	own dnsresolve.Client // if Resolver is nil

	mu    sync.Mutex
	homes recent[Node, string] // where routers have redirected to
}

// anywhere allows all addresses, for programs that connect where their own user says.
func anywhere() dnsresolve.AddrPolicy {
	return dnsresolve.AddrPolicy{Allow: []netip.Prefix{
		netip.PrefixFrom(netip.IPv4Unspecified(), 0),
		netip.PrefixFrom(netip.IPv6Unspecified(), 0),
	}}
}

// transport returns a RoundTripper, with connections of its own, that
// connects as the Locator does and follows no redirections: send does.
func (l *Locator) transport() *http.Transport {
	return l.transportTo(10*time.Second, func(at netip.AddrPort) error { return allowed(l.Addrs, at) })
}

// transportTo is transport for certain addresses; a connection must be made
// in time.
func (l *Locator) transportTo(timeout time.Duration, allow func(netip.AddrPort) error) *http.Transport {
	connect := func(ctx context.Context, address string) (net.Conn, error) { return l.connect(ctx, address, allow) }
	var proxy func(*http.Request) (*url.URL, error)
	if l.Proxy != nil {
		connect = l.connectProxy
		proxy = func(r *http.Request) (*url.URL, error) { return l.Proxy, allowByProxy(r.URL, allow) }
	}
	return &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			// The context of a transport has no deadline.
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			return connect(ctx, address)
		},
		DisableCompression:     true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 32 << 10,
	}
}

// locate returns the URL to send to for a node: where its router has redirected
// to lately, or else the logical one. It reports which.
func (l *Locator) locate(n Node) (url string, redirected bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if home, ok := l.homes.get(n); ok {
		return home, true
	}
	return n.URL(), false
}

// remember has locate return a URL for Life (RVP-034).
func (l *Locator) remember(n Node, url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.homes.put(n, url, cmp.Or(l.Life, 10*time.Minute), cmp.Or(l.Size, 1<<16))
}

// forget undoes remember.
func (l *Locator) forget(n Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.homes.drop(n)
}

func (l *Locator) resolver() dnsresolve.Resolver {
	if l.Resolver != nil {
		return l.Resolver
	}
	return &l.own
}
