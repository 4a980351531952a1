package serve

import (
	"net"
	"net/netip"
	"strings"
)

// Addr returns the address of nc's peer, an IPv4 one in its own form and an
// IPv6 one without its zone. It is the zero Addr if the peer has none, as on
// a Unix socket.
func Addr(nc net.Conn) netip.Addr {
	switch a := nc.RemoteAddr().(type) {
	case nil:
		return netip.Addr{}
	case interface{ AddrPort() netip.AddrPort }: // *net.TCPAddr
		return plain(a.AddrPort().Addr())
	default:
		if strings.HasPrefix(a.Network(), "unix") {
			return netip.Addr{} // its name may look like anything
		}
		if ap, err := netip.ParseAddrPort(a.String()); err == nil {
			return plain(ap.Addr())
		}
		addr, _ := netip.ParseAddr(a.String()) // zero if it is not an address
		return plain(addr)
	}
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// network returns what a peer at a counts for: an IPv4 address, or an IPv6
// network of 64 bits.
func network(a netip.Addr) netip.Addr {
	if a.Is4() {
		return a
	}
	p, _ := a.Prefix(64) // fails for no IPv6 address
	return p.Addr()
}
