package rvp

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

// A HomeServer is an http.Handler that is the home of users of an IM domain. The fields
// above the line must be set, and no field may change once it is in use.
//
//	home := &rvp.HomeServer{Domain: "im.example.test", Directory: users, Store: memory.New(), Auth: authenticator}
//	srv := &http.Server{Handler: home, ConnContext: rvp.ConnContext}
//
// Shutdown or Close ends its deliveries, once the http.Server has ended. The
// Store is the program's to close, after that.
type HomeServer struct {
	Domain    string // the IM domain, such as "im.example.test"; the Host of its nodes
	Directory Directory
	Store     NodeStore
	Auth      *auth.Authenticator // who may log in; NTLM and Digest follow from its Accounts

	// Name is the host name that the server gives itself; Domain if "". Users
	// whose User.Home is another name are not served, if it is set.
	Name string

	// Topology has the networks whose routers and proxies are believed: they
	// must keep a connection for each of their clients', as Router does. The
	// Refused are not served.
	Topology Topology

	// CallBacks says where clients may be called.
	CallBacks CallBackPolicy

	// Locator finds the servers of others; nil is one of its own, by the DNS.
	Locator *Locator

	// Owner reports whether the account that logged in is the user's. Nil is: it is
	// User.Account, or the node's name if that is "", alone or with "@" and the
	// IM domain, with or without "im." before it.
	Owner func(id auth.Identity, n Node, u User) bool

	Limits Limits

	// Logger gets failures; nil is slog.Default.
	Logger *slog.Logger

	// Trace is told of each request and delivery, if it is not nil. It is called
	// concurrently.
	Trace func(Event)

	once     sync.Once
	host     string // Domain as the Host of a Node
	limits   Limits // with the defaults
	direct   httpauth.Handler
	proxied  httpauth.Handler // for requests that come through a router
	courier  *courier
	fanout   fanout
	calendar calendar
	ctx      context.Context // of what goes on between requests
	cancel   context.CancelFunc
	closed   atomic.Bool
}

// Limits are those of a HomeServer. What is 0 has the default in brackets.
type Limits struct {
	Lifetime      time.Duration // of a subscription, at most [4 h]
	Lease         time.Duration // of a value, at most [4 h]
	Body          int64         // octets of a request [256 KiB]
	Subscriptions int           // to one node [10,000]
	Logons        int           // of one user at a time [16]
	Views         int           // of one user at a time [16]
	Values        int           // properties of one user [64], of 8 KiB together
	Hops          int           // RVP-Hop-Count [10]

	Delivery      time.Duration // to connect and be answered [10 s]
	Deliveries    int           // at a time [1,024]
	DeliveryQueue int           // that wait, in all [65,536]; beyond it requests get 503
	CallBackQueue int           // that wait for one Call-Back [256]
	Retries       int           // of a change, not of a message [4]
	Failures      int           // in a row to connect, until a logon is dropped [3]
}

// filled returns the limits with the defaults.
func (l Limits) filled() Limits {
	l.Lifetime = cmp.Or(l.Lifetime, DefaultLifetime)
	l.Lease = cmp.Or(l.Lease, 4*time.Hour)
	l.Body = cmp.Or(l.Body, 256<<10)
	l.Subscriptions = cmp.Or(l.Subscriptions, 10_000)
	l.Logons = cmp.Or(l.Logons, 16)
	l.Views = cmp.Or(l.Views, 16)
	l.Values = cmp.Or(l.Values, 64)
	l.Hops = cmp.Or(l.Hops, 10)
	l.Delivery = cmp.Or(l.Delivery, 10*time.Second)
	l.DeliveryQueue = cmp.Or(l.DeliveryQueue, 1<<16)
	l.Failures = cmp.Or(l.Failures, 3)
	return l
}

// Start begins with what is to be done between requests: leases end that clients of
// a server before this one have left in the Store. The first request does that too.
func (h *HomeServer) Start() { h.once.Do(h.start) }

// start prepares what requests need, at the first one.
func (h *HomeServer) start() {
	h.host = hostOf(h.Domain)
	h.limits = h.Limits.filled()
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.prepare(&h.direct)
	h.prepare(&h.proxied)
	h.proxied.BehindProxy = true
	h.courier = newCourier(courierConfig{
		limits: h.limits, policy: h.CallBacks, locator: h.Locator,
		names: []string{cmp.Or(h.Name, h.Domain)}, trace: h.Trace,
	})
	h.fanout.start(h)
	h.calendar.start(h)
}

// prepare sets what finds out who asks.
func (h *HomeServer) prepare(login *httpauth.Handler) {
	login.Auth, login.Next, login.Realm = h.Auth, http.HandlerFunc(h.serve), bareHost(h.host)
	login.Optional, login.Protocol, login.MaxBody = true, "rvp", h.limits.Body
	login.Schemes = []string{"NTLM", "Digest"} // the order in which clients try them
	login.Account = httpauth.WindowsAccount(bareHost(h.host), mailDomain(h.host))
	// What clients of RFC 2617 understand, some of which count to 1 only (RVP-118).
	login.Digest = httpauth.Digest{Algorithms: []string{"MD5"}, AllowRepeats: true}
}

// Shutdown ends the server: it refuses requests, delivers what is to be
// delivered, until ctx ends, and returns the error of ctx if it had to give up some.
func (h *HomeServer) Shutdown(ctx context.Context) error {
	h.once.Do(h.start)
	h.closed.Store(true)
	h.calendar.stop()
	fanned := h.fanout.stop(ctx)
	h.cancel()
	<-h.fanout.idle
	if err := h.courier.close(ctx); err != nil {
		return err
	}
	return fanned
}

// Close ends the server at once.
func (h *HomeServer) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = h.Shutdown(ctx) // can only say that not all was delivered
	return nil
}

func (h *HomeServer) logger() *slog.Logger {
	if h.Logger == nil {
		return slog.Default()
	}
	return h.Logger
}

func (h *HomeServer) trace(e Event) {
	if h.Trace != nil {
		h.Trace(e)
	}
}
