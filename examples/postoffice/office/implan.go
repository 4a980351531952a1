package office

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/rvp"
)

// An imPlan is what the servers of instant messages are made of.
type imPlan struct {
	config.IM
	mail  []string // the mail domains of the users of each of IM.Domains
	proxy *url.URL // nil is none
}

// imPlan says what a configuration means where there are such mail domains.
func (c *Config) imPlan(domains []string) (imPlan, error) {
	p := imPlan{IM: config.Default().IM}
	if c.IM != nil {
		p.IM = *c.IM
	}
	switch {
	case !p.HomeServer && !p.Router:
		p.Domains = nil
	case c.IM == nil:
		p.Domains = []string{"im." + store.FoldDomain(domains[0])}
	}
	for _, name := range p.Domains {
		p.mail = append(p.mail, mailDomain(name, domains))
	}
	if p.Proxy != "" {
		var err error
		if p.proxy, err = url.Parse(p.Proxy); err != nil {
			return p, fmt.Errorf("im.proxy: %w", err)
		}
	}
	return p, nil
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

// make makes servers, and begins with what they do between requests.
func (m *messenger) make(p imPlan) *imServers {
	s := &imServers{plan: p}
	for i, name := range p.Domains {
		d := m.domain(&p, name, p.mail[i])
		if d.home != nil {
			d.home.Start()
		}
		s.domains = append(s.domains, d)
	}
	return s
}

func (m *messenger) domain(p *imPlan, name, mail string) *imDomain {
	o := m.office
	planner := o.config.Relaying.planner(name)
	locator := &rvp.Locator{Resolver: planner.Resolver, Addrs: planner.Addresses, Proxy: p.proxy}
	d := &imDomain{name: name, users: &imDirectory{accounts: o.store, mail: mail, homes: p.Homes}}
	topology := rvp.Topology{Inside: p.Inside.Prefixes(), Refused: p.Refused.Prefixes()}
	if p.ForceProxy {
		topology.Proxied = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	}
	if p.HomeServer {
		d.home = &rvp.HomeServer{
			Domain:    name,
			Directory: d.users,
			Store:     m.store,
			Auth:      o.authForIM(name, mail, p.NTLMv1),
			Topology:  rvp.Topology{Refused: topology.Refused},
			CallBacks: rvp.CallBackPolicy{Servers: planner.Addresses.Allow},
			Locator:   locator,
			Limits:    rvp.Limits{Lifetime: time.Duration(p.MaxLife), Lease: time.Duration(p.MaxLease), Hops: p.MaxHops},
			Logger:    o.config.category("rvp"),
			Trace:     o.watchRVP(name),
		}
	}
	if p.Router {
		d.router = &rvp.Router{
			Domain: name, Directory: d.users, Topology: topology, Locator: locator, Limits: rvp.RouterLimits{Hops: p.MaxHops},
			Logger: o.config.category("rvp"), Trace: o.watchRVP(name),
		}
		if d.home != nil {
			d.router.Local = d.home
		}
	}
	return d
}

// handler answers requests for the domain.
func (d *imDomain) handler() http.Handler {
	if d.router != nil {
		return d.router
	}
	return d.home
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
