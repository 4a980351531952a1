package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/directory"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// domains are those whose mailboxes are here. Which of them mail is taken for, and from whom, each
// virtual server says for itself.
type domains struct{ now atomic.Pointer[domainTable] }

type domainTable struct {
	list []string          // the local ones, the default one first
	of   map[string]string // a local or alias domain, as foldDomain has it, to the local one
}

// newDomainTable is for the local domains of the store, and what mail's virtual servers have besides.
func newDomainTable(local []string, servers []config.Virtual) *domainTable {
	t := &domainTable{of: make(map[string]string)}
	add := func(name string) {
		if key := foldDomain(name); name != "" && t.of[key] == "" {
			t.list = append(t.list, name)
			t.of[key] = name
		}
	}
	for _, d := range local {
		add(d)
	}
	for i := range servers {
		add(servers[i].Domain)
		for _, d := range servers[i].LocalDomains {
			add(d)
		}
	}
	for i := range servers {
		for alias, d := range servers[i].AliasDomains {
			if key := foldDomain(alias); t.of[key] == "" {
				t.of[key] = cmp.Or(t.of[foldDomain(d)], d)
			}
		}
	}
	return t
}

// foldDomain is the form that equal domains share: A-labels in lower case.
func foldDomain(d string) string { return ascii.Lower(directory.NewAddress("", d).Domain) }

// names are all of them, and their aliases.
func (d *domains) names() []string {
	t := d.now.Load()
	names := slices.Clone(t.list)
	for _, alias := range slices.Sorted(maps.Keys(t.of)) {
		if !slices.ContainsFunc(t.list, func(l string) bool { return foldDomain(l) == alias }) {
			names = append(names, alias)
		}
	}
	return names
}

// main is the default one.
func (d *domains) main() string { return d.now.Load().list[0] }

// has tells whether mailboxes of the domain are here.
func (d *domains) has(name string) bool { return d.now.Load().of[foldDomain(name)] != "" }

// canonical is the address without alias domains, in the form in which routes know it.
func (d *domains) canonical(p smtp.Path) smtp.Path {
	p.Domain = directory.NewAddress(p.Local, cmp.Or(d.now.Load().of[foldDomain(p.Domain)], p.Domain)).Domain
	return p
}

// settleDomains has the store know the domains of the virtual servers, where it has other ones.
func (o *Office) settleDomains(ctx context.Context, c *Config, known []string, list []config.Virtual) error {
	table := newDomainTable(known, list)
	if c.Virtual != nil {
		var err error
		if table, err = o.replaceDomains(ctx, c.domain(), known, list); err != nil {
			return fmt.Errorf("local domains: %w", err)
		}
	}
	o.domains.now.Store(table)
	return nil
}

// knownDomains are those of the store.
func (o *Office) knownDomains(ctx context.Context) ([]string, error) {
	known, err := o.store.Domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("local domains: %w", err)
	}
	return known, nil
}

// replaceDomains makes the domains of the configuration those of the store. What it has of other
// ones stays as long as accounts have addresses there.
func (o *Office) replaceDomains(ctx context.Context, main string, known []string, list []config.Virtual) (*domainTable, error) {
	table := newDomainTable([]string{main}, list)
	if slices.Equal(table.list, known) {
		return table, nil
	}
	err := o.store.SetDomains(ctx, table.list)
	if errors.Is(err, store.ErrNotEmpty) {
		o.log.WarnContext(ctx, "a domain that the configuration does not have stays local", "err", err)
		table = newDomainTable(append([]string{main}, known...), list)
		err = o.store.SetDomains(ctx, table.list)
	}
	return table, err
}

// domainsOf are those of a virtual server that it takes mail for from everybody.
func domainsOf(v *config.Virtual) []string {
	list := append([]string{v.Domain}, v.LocalDomains...)
	return append(list, slices.Sorted(maps.Keys(v.AliasDomains))...)
}

// relayFor lets those send on that may: to domains that are relayed for everybody, from the trusted
// networks, and after a login.
func relayFor(v *config.Virtual, trusted []netip.Prefix) smtp.RelayFunc {
	judge := smtp.RelayFor(slices.Concat(trusted, v.RelayFrom.Prefixes())...)
	return func(ctx context.Context, c *smtp.Conn, to smtp.Path) error {
		for _, d := range v.RelayDomains {
			if (queue.Filter{Domain: strings.TrimPrefix(d, "*")}).HoldsDomain(to.Domain) {
				return nil
			}
		}
		return judge(ctx, c, to)
	}
}
