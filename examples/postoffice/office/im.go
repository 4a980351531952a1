package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
	rvpstore "github.com/wirepost/wirepost/rvp/sqlite"
)

// imDir is where the states and subscriptions of instant messages are, in a data folder.
const imDir = "im"

// A messenger serves instant messages: of each of its domains it is the router and,
// mostly, the home server.
type messenger struct {
	store   rvp.NodeStore
	domains []*imDomain
}

// An imDomain is one domain of instant messages.
type imDomain struct {
	name   string // such as "im.example.org"
	users  *imDirectory
	home   *rvp.HomeServer // nil if other servers are
	router *rvp.Router
}

// openIM opens the node store and makes the servers.
func (o *Office) openIM(ctx context.Context) error {
	nodes, err := rvpstore.Open(ctx, filepath.Join(o.config.Dir, imDir), rvpstore.Options{Logger: o.log})
	if err != nil {
		return fmt.Errorf("instant messages: %w", err)
	}
	o.im = &messenger{store: nodes}
	mail := o.domains.names()
	for _, name := range o.config.imDomains(mail) {
		o.im.domains = append(o.im.domains, o.imDomain(name, mailDomain(name, mail)))
	}
	return nil
}

func (c *Config) im() *config.IM {
	if c.IM != nil {
		return c.IM
	}
	return &config.Default().IM
}

// imDomains are the domains of instant messages.
func (c *Config) imDomains(mail []string) []string {
	if c.IM != nil {
		return c.IM.Domains
	}
	return []string{"im." + store.FoldDomain(mail[0])}
}

// mailDomain is the mail domain of the users of a domain of instant messages.
func mailDomain(im string, domains []string) string {
	im = store.FoldDomain(im)
	for _, d := range domains {
		if folded := store.FoldDomain(d); im == folded || im == "im."+folded {
			return d
		}
	}
	return domains[0]
}

func (o *Office) imDomain(name, mail string) *imDomain {
	c := o.config.im()
	planner := o.config.Relaying.planner(name)
	locator := &rvp.Locator{Resolver: planner.Resolver, Addrs: planner.Addresses}
	d := &imDomain{name: name, users: &imDirectory{accounts: o.store, mail: mail, homes: c.Homes}}
	topology := rvp.Topology{Inside: c.Inside.Prefixes(), Refused: c.Refused.Prefixes()}
	if c.ForceProxy {
		topology.Proxied = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	}
	d.router = &rvp.Router{
		Domain: name, Directory: d.users, Topology: topology, Locator: locator, Limits: rvp.RouterLimits{Hops: c.MaxHops},
		Logger: o.log, Trace: o.traceIM,
	}
	if !c.HomeServer {
		return d
	}
	d.home = &rvp.HomeServer{
		Domain:    name,
		Directory: d.users,
		Store:     o.im.store,
		Auth:      o.authForIM(name, mail, c.NTLMv1),
		Topology:  rvp.Topology{Refused: topology.Refused},
		CallBacks: rvp.CallBackPolicy{Servers: planner.Addresses.Allow},
		Locator:   locator,
		Limits:    rvp.Limits{Lifetime: time.Duration(c.MaxLife), Lease: time.Duration(c.MaxLease), Hops: c.MaxHops},
		Logger:    o.log,
		Trace:     o.traceIM,
	}
	d.router.Local = d.home
	return d
}

// authForIM says who may log in to instant messages: whoever may elsewhere, by a name that
// Windows may have put a domain before, or that ends in one of these domains.
func (o *Office) authForIM(im, mail string, ntlmv1 bool) *auth.Authenticator {
	bare := httpauth.WindowsAccount(im, mail)
	a := o.authLike(o.auth.AllowInsecure, o.log)
	a.Accounts = &auth.NTLM{
		Accounts: a.Accounts, AllowV1: ntlmv1,
		Account: func(_, name string) string { return bare(name) },
	}
	return a
}

// traceIM writes the protocol log.
func (o *Office) traceIM(e rvp.Event) {
	o.log.Debug("rvp", "kind", e.Kind, "method", e.Method, "node", e.Node.String(), "remote", e.Remote, "to", e.To,
		slog.Int("status", e.Status), "took", e.Duration)
}

// IMDomains are the domains of instant messages.
func (o *Office) IMDomains() []string {
	names := make([]string, len(o.im.domains))
	for i, d := range o.im.domains {
		names[i] = d.name
	}
	return names
}

// ServesIM reports whether anybody can log on to instant messages: they know two ways
// only, and both need what Config.LegacyAuth keeps.
func (o *Office) ServesIM() bool {
	mechanisms := o.Mechanisms()
	return slices.Contains(mechanisms, "NTLM") || slices.Contains(mechanisms, "DIGEST-MD5")
}

// ServeHTTP implements http.Handler. Requests that name no domain but an address
// are for the first one.
func (m *messenger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := cmp.Or(r.URL.Host, r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = store.FoldDomain(strings.TrimSuffix(host, "."))
	if len(m.domains) == 0 {
		http.NotFound(w, r)
		return
	}
	i := slices.IndexFunc(m.domains, func(d *imDomain) bool { return store.FoldDomain(d.name) == host })
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && i < 0 {
		// A physical URL has the domain in its path, and the address of the
		// server as its host: the router of that domain knows what to do.
		i = max(0, slices.IndexFunc(m.domains, func(d *imDomain) bool {
			return strings.HasPrefix(store.FoldDomain(r.URL.Path), "/instmsg/local/"+store.FoldDomain(d.name)+"/")
		}))
	}
	m.domains[max(i, 0)].router.ServeHTTP(w, r)
}

// shutdown delivers what is to be delivered, until ctx ends.
func (m *messenger) shutdown(ctx context.Context) {
	for _, d := range m.domains {
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
	var errs []error
	for _, d := range m.domains {
		if d.home != nil {
			errs = append(errs, d.home.Close())
		}
		errs = append(errs, d.router.Close())
	}
	if err := errors.Join(append(errs, m.store.Close())...); err != nil {
		return fmt.Errorf("instant messages: %w", err)
	}
	return nil
}
