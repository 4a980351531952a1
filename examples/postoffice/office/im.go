package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
	rvpstore "github.com/wirepost/wirepost/rvp/sqlite"
)

// imDir is where the states and subscriptions of instant messages are, in a data folder.
const imDir = "im"

// A messenger serves instant messages.
type messenger struct {
	office *Office
	store  rvp.NodeStore

	mu     sync.Mutex     // guards all below, and that servers are entered before they are left
	in     *imServers     // in force
	ending sync.WaitGroup // those that were
	closed bool
}

// imServers are those of one configuration, in the order of its domains.
type imServers struct {
	plan    imPlan
	domains []*imDomain
	serving sync.WaitGroup
}

// An imDomain is one domain of instant messages: there is a router, or a home server, or both.
type imDomain struct {
	name   string // such as "im.example.org"
	users  *imDirectory
	home   *rvp.HomeServer
	router *rvp.Router
}

// openIM opens the node store and makes the servers.
func (o *Office) openIM(ctx context.Context) error {
	plan, err := o.config.imPlan(o.domains.names())
	if err != nil {
		return err
	}
	nodes, err := rvpstore.Open(ctx, filepath.Join(o.config.Dir, imDir), rvpstore.Options{Logger: o.config.category("rvp")})
	if err != nil {
		return fmt.Errorf("instant messages: %w", err)
	}
	o.im = &messenger{office: o, store: nodes}
	o.im.in = o.im.make(plan)
	o.metrics.WatchRVP(nodes.Counts)
	return nil
}

// servers are those in force.
func (m *messenger) servers() *imServers {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.in
}

// enter returns the servers in force, which stay until serving is done.
func (m *messenger) enter() *imServers {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in.serving.Add(1)
	return m.in
}

// reload has a configuration in force, for requests from then on. Those before are
// served to the end, and what they have to be told is delivered.
func (m *messenger) reload(c *Config, domains []string) error {
	plan, err := c.imPlan(domains)
	if err != nil {
		return err
	}
	old := m.servers()
	if reflect.DeepEqual(old.plan, plan) {
		return nil
	}
	next := m.make(plan)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		m.ending.Go(func() { _ = next.close() })
		return nil
	}
	m.in = next
	m.ending.Go(func() { m.end(old) })
	return nil
}

// end ends servers that are not in force any more.
func (m *messenger) end(old *imServers) {
	old.serving.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	old.shutdown(ctx)
	_ = old.close() // there is nothing left
	for _, name := range old.plan.Domains {
		if !slices.Contains(m.servers().plan.Domains, name) {
			m.office.metrics.Forget("rvp", name)
		}
	}
}

// IMDomains are the domains of instant messages.
func (o *Office) IMDomains() []string {
	return slices.Clone(o.im.servers().plan.Domains)
}

// ServesIM reports whether anybody can log on to instant messages: they know two ways
// only, and both need what Config.LegacyAuth keeps.
func (o *Office) ServesIM() bool {
	mechanisms := o.Mechanisms()
	return slices.Contains(mechanisms, "NTLM") || slices.Contains(mechanisms, "DIGEST-MD5")
}

// ServeHTTP implements http.Handler.
func (m *messenger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := m.enter()
	defer s.serving.Done()
	if d := s.domainOf(r); d != nil {
		d.handler().ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

// domainOf returns whom a request is for. One that names no domain, but an address perhaps, is
// for the first one. There may be none.
func (s *imServers) domainOf(r *http.Request) *imDomain {
	host := cmp.Or(r.URL.Host, r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = store.FoldDomain(strings.TrimSuffix(host, "."))
	i := slices.IndexFunc(s.domains, func(d *imDomain) bool { return store.FoldDomain(d.name) == host })
	if i < 0 {
		// A physical URL has the domain in its path, and the name or address of the
		// server as its host: who is of that domain knows what to do.
		i = slices.IndexFunc(s.domains, func(d *imDomain) bool {
			return strings.HasPrefix(store.FoldDomain(r.URL.Path), "/instmsg/local/"+store.FoldDomain(d.name)+"/")
		})
	}
	if len(s.domains) == 0 {
		return nil
	}
	return s.domains[max(i, 0)]
}

// shutdown delivers what is to be delivered, until ctx ends.
func (m *messenger) shutdown(ctx context.Context) {
	m.servers().shutdown(ctx)
}

func (s *imServers) shutdown(ctx context.Context) {
	for _, d := range s.domains {
		if d.home != nil {
			// What is lost then, clients ask for anew.
			_ = d.home.Shutdown(ctx)
		}
	}
}

// close ends all, once no requests come any more. To call it again does nothing.
func (m *messenger) close() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	m.closed = true
	last := m.in
	m.mu.Unlock()
	err := last.close()
	m.ending.Wait()
	if err := errors.Join(err, m.store.Close()); err != nil {
		return fmt.Errorf("instant messages: %w", err)
	}
	return nil
}

func (s *imServers) close() error {
	var errs []error
	for _, d := range s.domains {
		if d.home != nil {
			errs = append(errs, d.home.Close())
		}
		if d.router != nil {
			errs = append(errs, d.router.Close())
		}
	}
	return errors.Join(errs...)
}
