package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// A Network is a range of addresses, written as "192.0.2.0/24", "192.0.2.1" or "192.0.2.1-192.0.2.99"; with IPv6 the same.
// Both ends belong to it. The zero Network has no address.
type Network struct{ From, To netip.Addr }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *Network) UnmarshalText(text []byte) error {
	s := string(text)
	bad := &flaw{fmt.Sprintf("%q is not a network", s), `write "192.0.2.0/24", "192.0.2.1" or "192.0.2.1-192.0.2.99"`}
	var from, to netip.Addr
	var err, err2 error
	switch first, last, isRange := strings.Cut(s, "-"); {
	case isRange:
		from, err = netip.ParseAddr(strings.TrimSpace(first))
		to, err2 = netip.ParseAddr(strings.TrimSpace(last))
	case strings.Contains(s, "/"):
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return bad
		}
		if p != p.Masked() {
			return &flaw{fmt.Sprintf("%q has bits behind its length of %d", s, p.Bits()), fmt.Sprintf("write %q", p.Masked())}
		}
		from, to = p.Addr(), lastOf(p)
	default:
		from, err = netip.ParseAddr(s)
		to = from
	}
	if from, to = from.Unmap(), to.Unmap(); err != nil || err2 != nil || from.Zone() != "" || to.Zone() != "" {
		return bad
	}
	switch {
	case from.BitLen() != to.BitLen():
		return &flaw{fmt.Sprintf("%q mixes IPv4 and IPv6", s), "write two networks"}
	case to.Less(from):
		return &flaw{fmt.Sprintf("%q is reversed", s), fmt.Sprintf(`write "%s-%s"`, to, from)}
	}
	*n = Network{from, to}
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (n Network) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// String is the Network in the shortest form that UnmarshalText reads.
func (n Network) String() string {
	if n.From == n.To {
		return n.From.String()
	}
	if p := n.Prefixes(); len(p) == 1 {
		return p[0].String()
	}
	return n.From.String() + "-" + n.To.String()
}

// Contains reports whether an address is in the Network. One that is IPv4 in IPv6 is taken for IPv4.
func (n Network) Contains(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return n.From.IsValid() && a.BitLen() == n.From.BitLen() && !a.Less(n.From) && !n.To.Less(a)
}

// Prefixes are the same addresses as the Network has, in as few prefixes as there can be.
func (n Network) Prefixes() (list []netip.Prefix) {
	for from := n.From; from.IsValid() && !n.To.Less(from); {
		p := netip.PrefixFrom(from, from.BitLen())
		for p.Bits() > 0 {
			wider, err := from.Prefix(p.Bits() - 1)
			if err != nil || wider.Addr() != from || n.To.Less(lastOf(wider)) {
				break
			}
			p = wider
		}
		list = append(list, p)
		from = lastOf(p).Next() // invalid after the last address there is
	}
	return list
}

// lastOf is the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// Networks are what an address may be in. None has no address.
type Networks []Network

// Contain reports whether an address is in one of them.
func (n Networks) Contain(a netip.Addr) bool {
	for _, one := range n {
		if one.Contains(a) {
			return true
		}
	}
	return false
}

// Prefixes are those of all of them.
func (n Networks) Prefixes() (list []netip.Prefix) {
	for _, one := range n {
		list = append(list, one.Prefixes()...)
	}
	return list
}
