package dnsresolve

import (
	"context"
	"net/netip"
	"sync"
)

// Addrs looks up the IPv6 and IPv4 addresses of a host at the same time. The
// Answer has both, IPv6 first, and is Secure if all that there are are. The error
// is nil if there is any, even if the lookup of the other kind failed.
func Addrs(ctx context.Context, r Resolver, host string) (Answer, error) {
	var six, four Answer
	var err6, err4 error
	var wg sync.WaitGroup
	wg.Go(func() { six, err6 = r.Lookup(ctx, host, TypeAAAA) })
	four, err4 = r.Lookup(ctx, host, TypeA)
	wg.Wait()
	switch {
	case err6 == nil && err4 == nil:
		six.Records = append(six.Records, four.Records...)
		six.Secure = six.Secure && four.Secure && six.Canonical == four.Canonical
		six.TTL = min(six.TTL, four.TTL)
		six.Cached = six.Cached && four.Cached
		return six, nil
	case err6 == nil:
		return six, nil
	case err4 == nil || temporary(err4) || !temporary(err6):
		return four, err4
	}
	return six, err6
}

// An AddrPolicy says which addresses a name in the DNS may lead to. Its zero
// value refuses those that are of this machine or of private networks, since
// everybody can publish a name that leads there: loopback, link-local, private
// (RFC 1918, RFC 4193), shared (RFC 6598), multicast, unspecified and reserved
// ones, also in the guise of an IPv6 address that stands for an IPv4 one.
type AddrPolicy struct {
	Allow  []netip.Prefix // are fine, though they would be refused
	Refuse []netip.Prefix // are refused too, and even if they are in Allow
}

// Allows reports whether the address may be connected to.
func (p AddrPolicy) Allows(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap()
	if contains(p.Refuse, addr) {
		return false
	}
	if contains(p.Allow, addr) {
		return true
	}
	if inner, ok := embedded(addr); ok {
		return p.Allows(inner)
	}
	return !addr.IsPrivate() && addr.IsGlobalUnicast() && !contains(reserved(), addr)
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// reserved returns what package netip does not know to be special.
func reserved() []netip.Prefix {
	v4 := func(a, b byte, bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b}), bits)
	}
	v6 := func(a, b byte, bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{a, b}), bits)
	}
	return []netip.Prefix{
		v4(0, 0, 8),       // this network
		v4(100, 64, 10),   // shared with the provider's other customers
		v4(192, 0, 24),    // protocol assignments
		v4(198, 18, 15),   // benchmarks
		v4(240, 0, 4),     // reserved, and broadcast
		v6(0, 0, 8),       // reserved, with what was compatible with IPv4
		v6(1, 0, 64),      // discard
		v6(0x20, 1, 32),   // Teredo
		v6(0xfe, 0x80, 9), // link-local, and site-local, which is deprecated
	}
}

// embedded returns the IPv4 address that packets to an IPv6 address are sent to:
// by NAT64 (RFC 6052, 2.1) or 6to4 (RFC 3056, 2).
func embedded(addr netip.Addr) (netip.Addr, bool) {
	if addr.Is4() {
		return netip.Addr{}, false
	}
	b := addr.As16()
	switch {
	case b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b && [8]byte(b[4:12]) == [8]byte{}:
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}
