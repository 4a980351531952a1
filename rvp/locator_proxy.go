package rvp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// connectProxy connects to the proxy, which may be anywhere: the program has said where.
func (l *Locator) connectProxy(ctx context.Context, address string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w to the proxy: %w", errUnreachable, err)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%w to the proxy %s: the port is no number", errUnreachable, address)
	}
	nc, err := l.connectAny(ctx, []router{{host, uint16(port)}}, func(netip.AddrPort) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("%w to the proxy %s: %w", errUnreachable, address, err)
	}
	return nc, nil
}

// allowByProxy reports why the proxy is not asked for a URL; nil if it is. Names are
// the proxy's to look up, so that of them only the port is known.
func allowByProxy(u *url.URL, allow func(netip.AddrPort) error) error {
	port, err := portOf(u)
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		addr = netip.AddrFrom4([4]byte{1, 1, 1, 1}) // any outside, which policies allow
	}
	return allow(netip.AddrPortFrom(addr.Unmap(), port))
}
