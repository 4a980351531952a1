package dnsresolve

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Planner finds the hosts that take a domain's mail. Its zero value is ready
// for use. The fields must not be changed, nor the Planner copied, once it is in
// use.
type Planner struct {
	// Resolver answers; a Client of the Planner's own if nil.
	Resolver Resolver

	// Self are the names of this system, in A-labels, and SelfAddrs its addresses, those
	// included that others see it at behind a translator or proxy. A host that
	// is this system, and those that come no sooner, are not in a route, so
	// that mail does not loop (RFC 5321, 5.1). With SelfAddrs the hosts of equal
	// preference are all looked up before the first of them is tried.
	Self      []string
	SelfAddrs []netip.Addr

	// Addresses says which addresses mail may go to.
	Addresses AddrPolicy

	// Prefer says which addresses of a host come first.
	Prefer Family

	// NoDANE and NoSTS leave DANE (RFC 7672) and MTA-STS (RFC 8461) alone.
	NoDANE, NoSTS bool

	// STS finds MTA-STS policies; one of the Planner's own if nil, which has its
	// Resolver and Addresses.
	STS *STS

	// Rand makes the order among equals repeatable, for tests. A Planner that
	// has it serves one goroutine.
	Rand *rand.Rand

	Limits Limits

	own    Client
	ownSTS STS
	setup  sync.Once
}

// Limits bound what a route has. A zero is the default.
type Limits struct {
	Hosts     int // that are tried: 20, those of the best preference
	HostAddrs int // of one host: 5
	Addrs     int // of all of them: 50
}

// A Family says which kinds of addresses are used, and which of them first.
// After the first the kinds take turns.
type Family uint8

// The families.
const (
	IPv6First Family = iota
	IPv4First
	IPv6Only
	IPv4Only
)

// MailRoute returns the route to a next hop, which is a domain whose MX records
// are looked up (RFC 5321, 5.1), or in brackets a host or address that is taken
// as it is: "[mx.example]", "[192.0.2.1]", "[IPv6:2001:db8::1]". Domains may be
// in Unicode. The error is a *RouteError.
//
// It looks the MX records up, and fetches the MTA-STS policy if there is one that
// is not known yet, which may take up to a minute; addresses and TLSA records are
// for Route.Hosts to look up.
func (p *Planner) MailRoute(ctx context.Context, nextHop string) (*Route, error) {
	r := &Route{planner: p, nextHop: nextHop}
	var err error
	if inner, ok := strings.CutPrefix(nextHop, "["); ok {
		err = p.direct(r, inner)
	} else {
		err = p.domain(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

var (
	errBracket = errors.New("write [192.0.2.1], [IPv6:2001:db8::1] or [mx.example]")
	errNotHost = errors.New("domains of mail consist of letters, digits and hyphens")
)

// direct is a route to what is in brackets.
func (p *Planner) direct(r *Route, inner string) error {
	inner, ok := strings.CutSuffix(inner, "]")
	if !ok {
		return r.fail(BadDomain, errBracket)
	}
	literal := inner
	if i := strings.IndexByte(inner, ':'); i >= 0 && ascii.Lower(inner[:i]) == "ipv6" {
		literal = inner[i+1:]
	}
	if addr, err := netip.ParseAddr(literal); err == nil {
		r.candidates = []candidate{{addr: addr.Unmap()}}
		return nil
	}
	host, err := normalize(inner)
	if err != nil || !isHost(host) {
		return r.fail(BadDomain, cmp.Or(err, errNotHost))
	}
	r.Domain, r.Secure = host, true
	r.candidates = []candidate{{name: host}}
	return nil
}

// domain is a route to a domain.
func (p *Planner) domain(ctx context.Context, r *Route) error {
	domain, err := normalize(r.nextHop)
	switch {
	case err != nil:
		return r.fail(BadDomain, err)
	case looksLikeAddress(domain):
		return r.fail(BadDomain, errBracket)
	case !isHost(domain):
		return r.fail(BadDomain, errNotHost)
	}
	r.Domain, r.canonical = domain, domain
	answer, err := p.resolver().Lookup(ctx, domain, TypeMX)
	e, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		r.Secure, r.canonical = answer.Secure, answer.Canonical
		err = p.exchangers(r, answer.Records)
	case e != nil && e.Kind == NoData:
		// The addresses must be secure on their own (RFC 7672, 2.2.2).
		r.Implicit, r.Secure = true, true
		err = p.exchangers(r, []Record{{Host: domain}})
	case e != nil && e.Kind == NotExist:
		err = r.fail(NoDomain, err)
	case e != nil && e.Kind == BadName:
		err = r.fail(BadDomain, err)
	default:
		err = r.fail(TryLater, err)
	}
	if err != nil || p.NoSTS {
		return err
	}
	r.Policy, r.PolicyErr = p.sts().Policy(ctx, domain)
	return r.enforce()
}

// exchangers puts the hosts of MX records in order.
func (p *Planner) exchangers(r *Route, records []Record) error {
	records = slices.DeleteFunc(records, func(m Record) bool { return m.Host == "." })
	if len(records) == 0 {
		return r.fail(NullMX, nil)
	}
	// Not every Resolver looks at what is in the records.
	records = slices.DeleteFunc(records, func(m Record) bool { return !isHost(m.Host) || looksLikeAddress(m.Host) })
	if len(records) == 0 {
		return r.fail(NoAddress, errTargets)
	}
	random{p.Rand}.shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	slices.SortStableFunc(records, func(a, b Record) int { return int(a.Priority) - int(b.Priority) })
	seen := map[string]bool{}
	limit := cmp.Or(p.Limits.Hosts, 20)
	for _, m := range records {
		if p.isSelf(m.Host) {
			r.candidates = slices.DeleteFunc(r.candidates, func(c candidate) bool { return c.preference >= m.Priority })
			r.cut = true
			break
		}
		if !seen[m.Host] && len(r.candidates) < limit {
			seen[m.Host] = true
			r.candidates = append(r.candidates, candidate{name: m.Host, preference: m.Priority})
		}
	}
	if len(r.candidates) == 0 {
		return r.fail(Loop, nil)
	}
	return nil
}

// isSelf reports whether the name, which is normalized, is this system's.
func (p *Planner) isSelf(name string) bool {
	return slices.ContainsFunc(p.Self, func(own string) bool { return plain(own) == name })
}

func (p *Planner) resolver() Resolver {
	if p.Resolver == nil {
		return &p.own
	}
	return p.Resolver
}

func (p *Planner) sts() *STS {
	if p.STS != nil {
		return p.STS
	}
	p.setup.Do(func() { p.ownSTS.Resolver, p.ownSTS.Addresses = p.resolver(), p.Addresses })
	return &p.ownSTS
}
