package dnsresolve

import (
	"cmp"
	"context"
	"iter"
	"net/netip"
	"slices"
)

// A Route is the way to a next hop. It is for one goroutine and one attempt: the
// order among equals is drawn anew by each MailRoute.
type Route struct {
	Domain   string // in A-labels; empty for an address
	Implicit bool   // there are no MX records, so the domain is its own host

	// Secure reports that the MX records were validated by DNSSEC, or that
	// there was nothing to validate.
	Secure bool

	// Policy is the domain's MTA-STS policy, or nil. PolicyErr is why there is
	// none although the domain says that it has one; mail goes as if it had not.
	Policy    *STSPolicy
	PolicyErr error

	planner    *Planner
	nextHop    string // as it was asked for
	canonical  string // the domain behind its aliases
	candidates []candidate
	cut        bool // this system was among the hosts
	err        error
}

// A candidate is a host that was not looked up yet.
type candidate struct {
	name       string
	preference uint16
	addr       netip.Addr // instead of a name
}

// A Host is one to try.
type Host struct {
	Name       string // empty for an address
	Preference uint16
	Addrs      []netip.Addr // in the order to try; at least one

	// TLS is what to ask for. TLSNames are the names that the certificate may
	// have, the first of which is to be asked for; there is none for an address.
	// TLSA is for TLSDANE: the usable ones, validated.
	TLS      TLSNeed
	TLSNames []string
	TLSA     []TLSA
}

// A TLSNeed is what TLS a host must offer.
type TLSNeed uint8

// The needs, the least first. They are in package smtp by the same names.
const (
	// TLSOpportunistic is TLS if it is offered, with whoever is there.
	TLSOpportunistic TLSNeed = iota
	// TLSRequired is TLS with whoever is there: there are TLSA records, but
	// none that can be used (RFC 7672, 2.2).
	TLSRequired
	// TLSVerified is TLS with a certificate that public authorities vouch for,
	// as an MTA-STS policy wants it.
	TLSVerified
	// TLSDANE is TLS with a certificate that Host.TLSA vouches for.
	TLSDANE
)

// Hosts looks the hosts up, one after the other as they are asked for, and
// returns those to try in this order: by preference, at random among equals.
// After the last one, Err tells why there was none. How to go on from a host that
// does not answer is the caller's affair: one address after the other, with a
// short timeout, and a memory of those that failed.
func (r *Route) Hosts(ctx context.Context) iter.Seq[Host] {
	return func(yield func(Host) bool) {
		w := walk{planner: r.planner, route: r, left: cmp.Or(r.planner.Limits.Addrs, 50)}
		r.err = nil
		for group := range byPreference(r.candidates) {
			found, own := w.group(ctx, group)
			if own {
				w.cut = true
				break
			}
			for host := range found {
				w.yielded = true
				if !yield(host) {
					return
				}
			}
		}
		r.err = w.verdict(ctx)
	}
}

// Err returns why Hosts had none, a *RouteError, or nil if it had one.
func (r *Route) Err() error { return r.err }

// fail is the error for the route.
func (r *Route) fail(reason Reason, err error) error {
	return &RouteError{r.nextHop, reason, err}
}

// enforce leaves only hosts that the policy has, if it is in force (RFC 8461,
// 5).
func (r *Route) enforce() error {
	if r.Policy == nil || r.Policy.Mode != STSEnforce {
		return nil
	}
	r.candidates = slices.DeleteFunc(r.candidates, func(c candidate) bool { return !r.Policy.Matches(c.name) })
	if len(r.candidates) == 0 {
		return r.fail(NoMatch, nil)
	}
	return nil
}

// byPreference parts candidates, which are in order.
func byPreference(all []candidate) iter.Seq[[]candidate] {
	return func(yield func([]candidate) bool) {
		for start := 0; start < len(all); {
			end := start + 1
			for end < len(all) && all[end].preference == all[start].preference {
				end++
			}
			if !yield(all[start:end]) {
				return
			}
			start = end
		}
	}
}
