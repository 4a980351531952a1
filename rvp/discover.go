package rvp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Service is where the user of a sign-in name is.
type Service struct {
	Domain  string   // the IM domain, as in User.Host
	User    Node     // the user
	Targets []string // the routers of the IM domain, "host:port", in the order to try them
}

// Discover finds the service of a sign-in name, "anna@example.test"
// (rvp-exchange2000, 4.1.1; RVP-024 to RVP-026). The domain's SRV records of _rvp._tcp name its
// routers; the user's URL has the name of the foremost one. A domain without such
// records has its routers at "im." and its name, if there is such a host, or is an IM
// domain itself. A logical URL in place of the name is fine as well, and
// so is an address in place of the domain, or a port after it.
//
// If the DNS fails, the error wraps a *dnsresolve.Error: it does not mean that there are no records.
func (l *Locator) Discover(ctx context.Context, user string) (Service, error) {
	if strings.Contains(user, "://") {
		n, err := ParseNode(user)
		if err != nil {
			return Service{}, err
		}
		return l.serviceOf(ctx, n)
	}
	at := strings.LastIndexByte(user, '@')
	if at <= 0 || at == len(user)-1 {
		return Service{}, fmt.Errorf("%w: %q: write user@domain", ErrNotNode, user)
	}
	name, domain := user[:at], strings.TrimSuffix(ascii.Lower(user[at+1:]), ".")
	host, routers, err := l.imDomain(ctx, domain)
	if err != nil {
		return Service{}, fmt.Errorf("rvp: %s: %w", domain, err)
	}
	n, err := ParseNode(Node{Host: host, Name: name}.URL())
	if err != nil {
		return Service{}, err
	}
	if routers != nil {
		return Service{n.Host, n, targetsOf(routers)}, nil
	}
	return l.serviceOf(ctx, n)
}

// serviceOf returns the Service of a user.
func (l *Locator) serviceOf(ctx context.Context, n Node) (Service, error) {
	found := Service{Domain: n.Host, User: n}
	if host, port, err := net.SplitHostPort(n.Host); err == nil {
		found.Targets = []string{net.JoinHostPort(host, port)}
		return found, nil
	}
	routers, err := l.routers(ctx, strings.Trim(n.Host, "[]"))
	if err != nil {
		return Service{}, fmt.Errorf("rvp: %s: %w", n.Host, err)
	}
	found.Targets = targetsOf(routers)
	return found, nil
}

func targetsOf(routers []router) []string {
	targets := make([]string, len(routers))
	for i, r := range routers {
		targets[i] = net.JoinHostPort(r.host, strconv.Itoa(int(r.port)))
	}
	return targets
}

// imDomain returns the IM domain of the domain of a sign-in name, and its routers if
// there are SRV records of the domain.
func (l *Locator) imDomain(ctx context.Context, domain string) (string, []router, error) {
	if strings.ContainsAny(domain, ":[]") {
		return domain, nil, nil // a port, or IPv6
	}
	if _, err := netip.ParseAddr(domain); err == nil {
		return domain, nil, nil
	}
	found, err := l.services(ctx, domain)
	if err != nil {
		return "", nil, err
	}
	if found != nil {
		answer, err := l.resolver().Lookup(ctx, "_rvp._tcp."+domain, dnsresolve.TypeSRV)
		if err != nil {
			return "", nil, err
		}
		return foremost(domain, answer.Records), found, nil
	}
	hosts := []string{"im." + domain, domain}
	if strings.HasPrefix(domain, "im.") {
		hosts = hosts[1:]
	}
	for _, host := range hosts {
		if _, err = dnsresolve.Addrs(ctx, l.resolver(), host); !isAbsent(err) {
			return host, nil, err
		}
	}
	return "", nil, err
}

// foremost returns the host that names users, out of several: that of the
// lowest priority and highest weight. It must be the same one each time, as it
// is part of who a user is.
func foremost(domain string, records []dnsresolve.Record) string {
	records = slices.DeleteFunc(records, func(r dnsresolve.Record) bool { return r.Host == "." })
	if len(records) == 0 {
		return domain
	}
	r := slices.MinFunc(records, func(a, b dnsresolve.Record) int {
		if a.Priority != b.Priority {
			return int(a.Priority) - int(b.Priority)
		}
		if a.Weight != b.Weight {
			return int(b.Weight) - int(a.Weight)
		}
		return strings.Compare(a.Host, b.Host)
	})
	// URLs have no port where the records that name it are found again by
	// the host alone, as with all clients (facts, 1.2).
	if r.Port == 80 || r.Host == domain || isChild(r.Host, domain) {
		return r.Host
	}
	return net.JoinHostPort(r.Host, strconv.Itoa(int(r.Port)))
}

// isChild reports whether a host is one label below a domain, whose records routers
// looks at.
func isChild(host, domain string) bool {
	_, parent, ok := strings.Cut(host, ".")
	return ok && parent == domain && strings.Contains(parent, ".")
}

func isAbsent(err error) bool {
	e, ok := errors.AsType[*dnsresolve.Error](err)
	return ok && e.Absent()
}
