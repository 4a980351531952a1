package rvp

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Router is an http.Handler that is the front door of an IM domain: it sends
// clients inside the firewall on to the home server of the user (302), and
// speaks for those outside (rvp-exchange2000, 4.1). So all home servers share one
// name space. Domain and Directory must be set, and no field may change once it
// is in use.
//
//	router := &rvp.Router{Domain: "im.example.test", Directory: users, Topology: rvp.Topology{Inside: office}}
//	srv := &http.Server{Handler: router, ConnContext: rvp.ConnContext}
//
// Credentials are the home server's to check: they pass through. As NTLM logs in
// a connection, each connection of a client's has connections to home
// servers of its own, which ConnContext is for. The home servers must have the
// router among their Topology.Proxies.
type Router struct {
	Domain    string // the IM domain, such as "im.example.test"
	Directory Directory

	// Aliases are other names of the domain, those of several routers behind
	// SRV records perhaps. Their nodes are those of Domain.
	Aliases []string

	// Names are those of the home server that is in the same process, as in
	// User.Home; users without a Home are on it too. Local serves them; without
	// it they are not found.
	Names []string
	Local http.Handler

	Topology Topology

	// Locator reaches home servers; nil is one of its own that may reach all addresses.
	Locator *Locator

	Limits RouterLimits

	// Logger gets failures; nil is slog.Default.
	Logger *slog.Logger

	// Trace is told of each request that Local has not served, if it is not
	// nil. It is called concurrently.
	Trace func(Event)

	once      sync.Once
	host      string       // Domain as the Host of a Node
	limits    RouterLimits // with the defaults
	locator   *Locator
	upstreams upstreams
}

// RouterLimits are those of a Router. What is 0 has the default in brackets.
type RouterLimits struct {
	Body     int64         // octets of a request [256 KiB]
	Answer   int64         // octets of an answer [1 MiB]
	Hops     int           // RVP-Hop-Count, and routers on the way [10]
	Upstream int           // connections to home servers [1,024]; beyond it the one that was idle longest is closed
	Idle     time.Duration // how long they are kept [10 min]
	Wait     time.Duration // for an answer of a home server [30 s]
}

func (r *Router) start() {
	l := r.Limits
	r.limits = RouterLimits{
		Body:     cmp.Or(l.Body, 256<<10),
		Answer:   cmp.Or(l.Answer, 1<<20),
		Hops:     cmp.Or(l.Hops, 10),
		Upstream: cmp.Or(l.Upstream, 1024),
		Idle:     cmp.Or(l.Idle, 10*time.Minute),
		Wait:     cmp.Or(l.Wait, 30*time.Second),
	}
	r.host = hostOf(r.Domain)
	if r.locator = r.Locator; r.locator == nil {
		r.locator = &Locator{Addrs: anywhere()}
	}
	r.upstreams.limit, r.upstreams.idle = r.limits.Upstream, r.limits.Idle
}

// Close closes the connections to home servers. It is for after the http.Server
// has ended.
func (r *Router) Close() error {
	r.once.Do(r.start)
	r.upstreams.close()
	return nil
}

// ServeHTTP implements http.Handler.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.once.Do(r.start)
	version(w)
	began := time.Now()
	p := &passage{Request: req}
	p.peer, _ = peerOf(&r.Topology, req)
	a := r.route(p)
	if p.local != nil {
		r.Local.ServeHTTP(w, p.local)
		return
	}
	a.write(w)
	if r.Trace != nil {
		r.Trace(Event{
			Kind: RequestDone, Method: req.Method, Node: p.node, Remote: p.peer,
			Status: a.code(), Duration: time.Since(began),
		})
	}
}

// A passage is a request that a router has to find the way for.
type passage struct {
	*http.Request
	peer  netip.AddrPort
	node  Node
	home  string        // "host" or "host:port"
	local *http.Request // is Local's to serve
}

// route decides what becomes of a request. What is for Local is left in p.local.
func (r *Router) route(p *passage) passed {
	if containsAddr(r.Topology.Refused, p.peer.Addr()) {
		return refusal(http.StatusForbidden, "This server does not serve your address.")
	}
	if m := findMethod(methods, p.Method); m == nil {
		return refusal(http.StatusNotImplemented, "")
	} else if m.serve == nil {
		return refusal(http.StatusMethodNotAllowed, "")
	}
	target := cmp.Or(p.RequestURI, p.URL.RequestURI())
	n, physical, err := parseTarget(p.Host, target)
	if err != nil {
		return refusal(http.StatusNotFound, "There is no such user: ask for /instmsg/aliases/NAME.")
	}
	if !r.owns(n.Host, !physical) {
		return refusal(http.StatusNotFound, "This server has no users of that domain.") // RVP-017
	}
	n.Host = r.host
	p.node = n
	u, err := r.Directory.User(p.Context(), n)
	switch {
	case errors.Is(err, ErrNoUser), err == nil && u.Disabled:
		return refusal(http.StatusNotFound, "There is no such user.")
	case err != nil:
		r.logger().ErrorContext(p.Context(), "rvp: the directory failed", "method", p.Method, "node", n.String(), "err", err)
		return passed{answer: unavailable()}
	}
	p.home = u.Home
	switch {
	case r.isLocal(u.Home):
		return r.serveLocal(p)
	case r.Topology.redirects(p.peer.Addr()):
		return redirect(n.At(u.Home))
	}
	return r.pass(p)
}

// owns reports whether the host is this router's domain by one of its names. The
// target of a request may also have the address by which the router was found.
func (r *Router) owns(host string, target bool) bool {
	host = bareHost(host)
	if host == bareHost(r.host) || containsFold(r.Aliases, host) {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return target && err == nil
}

func containsFold(names []string, host string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return ascii.EqualFold(bareHost(name), host) })
}

func (r *Router) isLocal(home string) bool {
	return home == "" || slices.ContainsFunc(r.Names, func(name string) bool { return ascii.EqualFold(name, home) })
}

// serveLocal leaves the request to Local, which knows the domain by its one name.
func (r *Router) serveLocal(p *passage) passed {
	if r.Local == nil {
		return refusal(http.StatusNotFound, "The user has no home server.")
	}
	local := *p.Request
	local.Host, local.RequestURI = r.host, strings.TrimPrefix(p.node.URL(), urlScheme+r.host)
	p.local = &local
	return passed{}
}

// redirect sends the client to a home server (RVP-027).
func redirect(to string) passed {
	a := refusal(http.StatusFound, "The user is at "+to)
	a.header["Location"] = []string{to}
	return a
}

func (r *Router) logger() *slog.Logger {
	if r.Logger == nil {
		return slog.Default()
	}
	return r.Logger
}

// port80 adds the port to a home server that is named without.
func port80(home string) string {
	if _, _, err := net.SplitHostPort(home); err == nil {
		return home
	}
	return net.JoinHostPort(strings.Trim(home, "[]"), "80")
}
