package smtp

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A RelayFunc judges a recipient outside the Server's Domains: nil lets c
// send to it, a Reply or another error refuses it.
type RelayFunc func(ctx context.Context, c *Conn, to Path) error

// RelayForLogins lets clients relay that have logged in, and nobody else.
func RelayForLogins(_ context.Context, c *Conn, _ Path) error {
	if c.Identity().Name() == "" {
		return relayDenied
	}
	return nil
}

// RelayFor lets clients relay that have logged in or whose address is in one
// of the networks.
func RelayFor(networks ...netip.Prefix) RelayFunc {
	networks = slices.Clone(networks)
	return func(ctx context.Context, c *Conn, to Path) error {
		addr := addrOf(c.RemoteAddr())
		for _, n := range networks {
			if addr.IsValid() && n.Contains(addr) {
				return nil
			}
		}
		return RelayForLogins(ctx, c, to)
	}
}

// addrOf returns the IP address of a, the zero Addr if it has none.
func addrOf(a net.Addr) netip.Addr {
	if a == nil {
		return netip.Addr{}
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// mayRelay is asked of every recipient, before the Session is. The local part
// is never looked into: a%b@here and b!a@here are users of here (RFC 5321,
// 3.9.1 leaves local parts to the final host).
func (c *Conn) mayRelay(ctx context.Context, to Path) error {
	if c.srv.locals.has(to.Domain) {
		return nil
	}
	if c.srv.Relay == nil {
		return RelayForLogins(ctx, c, to)
	}
	return c.srv.Relay(ctx, c, to)
}

// A domainSet is a set of domain names in the form of the DNS.
type domainSet struct {
	all   bool
	names map[string]bool
}

func newDomainSet(domains []string) domainSet {
	s := domainSet{names: map[string]bool{"": true}} // "" is <postmaster>
	for _, d := range domains {
		if d == "*" {
			s.all = true
		}
		s.names[foldDomain(strings.TrimSuffix(d, "."))] = true
	}
	return s
}

func (s *domainSet) has(domain string) bool { return s.all || s.names[foldDomain(domain)] }

// foldDomain returns the form of a domain name that equal names share: A-labels
// in lower case (RFC 6531, 3.7.1).
func foldDomain(d string) string {
	if !ascii.Is(d) {
		if a, err := idna.Lookup.ToASCII(d); err == nil {
			return a
		}
	}
	return lower(d)
}

// lower changes ASCII letters only: strings.ToLower would make a k of U+212A.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
