package office

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/ascii"
)

// How long a request may take to come in: one with a message, and any other.
const (
	uploadTime  = 15 * time.Minute
	requestTime = time.Minute
)

// leastSpace is how many octets must be free on the disk for the server to be ready.
const leastSpace = 64 << 20

// A front is the handler of a virtual server for HTTP: it has requests answered
// by whom they are for. It does not clean paths, as http.ServeMux would: RVP
// has its URLs compared as they are.
type front struct {
	davPrefix            string
	dav                  http.Handler // below that
	im                   http.Handler // all that nobody else wants
	metrics, live, ready http.Handler
}

// front returns what answers at a virtual server.
func (o *Office) front(s *setting) *front {
	health := &metrics.Health{Checks: []metrics.Check{
		metrics.Writable("store", filepath.Join(o.config.Dir, storeDir)),
		metrics.DiskSpace("disk", o.config.Dir, leastSpace),
		metrics.QueueRunning("queue", o.queue.Snapshot, nil),
	}}
	site := s.config.web()
	if d, ok := o.config.Directory.(interface{ Ping(context.Context) error }); ok {
		health.Checks = append(health.Checks, metrics.Check{
			Name: "directory", Remedy: "start the LDAP server, or mend the way to it; those in the data folder are served", Run: d.Ping, Bearable: true,
		})
	}
	inside := func(next http.Handler) http.Handler { return o.inside(s, next) }
	f := &front{
		davPrefix: strings.TrimSuffix(site.Prefix, "/"),
		dav:       http.NotFoundHandler(),
		im:        o.im,
		metrics:   inside(o.metrics.Handler()),
		live:      inside(health.Live()),
		ready:     inside(health.Ready()),
	}
	if s.config.NoMetrics {
		f.metrics = http.NotFoundHandler()
	}
	if site.WebDAV {
		f.dav = o.webdav(s, f.davPrefix)
	}
	return f
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	next, patience := f.im, requestTime
	switch path := r.URL.Path; {
	case path == f.davPrefix, strings.HasPrefix(path, f.davPrefix+"/"):
		next, patience = f.dav, uploadTime
	case path == "/metrics":
		next = f.metrics
	case path == "/healthz":
		next = f.live
	case path == "/readyz":
		next = f.ready
	case path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		next = http.HandlerFunc(greet)
	}
	// Writers that know no deadlines are those of tests.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	next.ServeHTTP(w, r)
}

// greet says to people where they are.
func greet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "This is a postoffice.\n")
}

// inside lets through administrators, and programs on this machine.
func (o *Office) inside(s *setting, next http.Handler) http.Handler {
	login := httpLogin(s, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, _ := httpauth.Identity(r.Context()); !o.mayAdminister(r.Context(), id.Name()) {
			http.Error(w, "This is for administrators.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isLocal(r) {
			next.ServeHTTP(w, r)
			return
		}
		login.ServeHTTP(w, r)
	})
}

// isLocal reports whether a request is of a program on this machine: not one
// that a proxy sends on, nor one that a page of another site has a browser make
// (by a name that was made to point here).
func isLocal(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if _, ok := r.Header[header]; ok {
			return false
		}
	}
	client, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && client.Addr().Unmap().IsLoopback() && isLoopback(r.Host)
}

// isLoopback reports whether a host, with or without port, is this machine by a
// loopback address or localhost.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback() || ascii.EqualFold(host, "localhost")
}

// mayAdminister tells whether an account may see and change everything.
func (o *Office) mayAdminister(ctx context.Context, name string) bool {
	account, err := o.store.Account(ctx, name)
	if err != nil || account.Disabled {
		return false
	}
	if list := o.site.Load().Administrators; len(list) > 0 {
		return slices.ContainsFunc(list, func(a string) bool { return store.FoldName(a) == store.FoldName(account.Name) })
	}
	return account.Administrator
}
