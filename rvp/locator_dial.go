package rvp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
)

// errUnreachable is wrapped by errors of connecting: nothing was sent.
var errUnreachable = errors.New("cannot connect")

const (
	maxTries = 20              // addresses of all routers of a domain
	maxAddrs = 5               // addresses of one of them
	minTry   = 2 * time.Second // for one address, unless all of them have less
)

// connect connects to a server by "host:port". At port 80 the routers that SRV
// records of the host name are tried in turn; else, and without records, the
// host is. Each address is asked about before it is connected to, which leaves
// the DNS no time to change its mind.
func (l *Locator) connect(ctx context.Context, address string, allow func(netip.AddrPort) error) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%w to %s: the port is no number", errUnreachable, address)
	}
	routers := []router{{host, uint16(port)}}
	if port == 80 {
		if routers, err = l.routers(ctx, host); err != nil {
			return nil, fmt.Errorf("%w to %s: %w", errUnreachable, host, err)
		}
	}
	nc, err := l.connectAny(ctx, routers, allow)
	if err != nil {
		return nil, fmt.Errorf("%w to %s: %w", errUnreachable, address, err)
	}
	return nc, nil
}

// A router is where to try.
type router struct {
	host string
	port uint16
}

// routers returns where the routers of a logical host are, in the order to try
// them (RVP-024, RVP-025). Its SRV records tell, or those of the domain
// that it is in, if they name it: the records of "example.test" are those of
// "im.example.test" too.
func (l *Locator) routers(ctx context.Context, host string) ([]router, error) {
	host = strings.TrimSuffix(ascii.Lower(host), ".")
	itself := []router{{host, 80}}
	if _, err := netip.ParseAddr(host); err == nil {
		return itself, nil
	}
	found, err := l.services(ctx, host)
	if err != nil || found != nil {
		return found, err
	}
	_, parent, _ := strings.Cut(host, ".")
	if !strings.Contains(parent, ".") {
		return itself, nil
	}
	found, err = l.services(ctx, parent)
	if e, ok := errors.AsType[*dnsresolve.Error](err); ok && (e.Kind == dnsresolve.Unavailable || e.Absent()) {
		return itself, nil
	}
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if r.host == host {
			return found, nil
		}
	}
	return itself, nil
}

// services returns what the SRV records of a domain say, nil if it has none.
func (l *Locator) services(ctx context.Context, domain string) ([]router, error) {
	targets, err := dnsresolve.Services(ctx, l.resolver(), "_rvp._tcp", domain, nil)
	if err != nil || targets[0].Default {
		return nil, err
	}
	found := make([]router, len(targets))
	for i, t := range targets {
		found[i] = router{t.Host, t.Port}
	}
	return found, nil
}

// connectAny tries routers in turn until one is there.
func (l *Locator) connectAny(ctx context.Context, routers []router, allow func(netip.AddrPort) error) (net.Conn, error) {
	var failed error
	tries := 0
	for i, r := range routers {
		addrs, err := l.addrs(ctx, r.host)
		failed = cmp.Or(failed, err)
		for j, addr := range addrs[:min(len(addrs), maxAddrs, maxTries-tries)] {
			tries++
			at := netip.AddrPortFrom(addr.Unmap(), r.port)
			if err := allow(at); err != nil {
				failed = cmp.Or(failed, err)
				continue
			}
			nc, err := l.try(ctx, at, len(routers)-i+len(addrs)-j-1)
			if err == nil {
				return nc, nil
			}
			failed = cmp.Or(failed, err)
		}
		if ctx.Err() != nil || tries == maxTries {
			break
		}
	}
	return nil, failed
}

// addrs returns the addresses of a host.
func (l *Locator) addrs(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	answer, err := dnsresolve.Addrs(ctx, l.resolver(), host)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, len(answer.Records))
	for i, r := range answer.Records {
		addrs[i] = r.Addr
	}
	return addrs, nil
}

// try connects to an address. It leaves time for those that are left, itself
// included.
func (l *Locator) try(ctx context.Context, at netip.AddrPort, left int) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok && left > 1 {
		share := max(time.Until(deadline)/time.Duration(left), minTry)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, share)
		defer cancel()
	}
	return l.dial(ctx, at)
}

// dial connects to an address, for a connection that is kept.
func (l *Locator) dial(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	return l.dialBy(ctx, &net.Dialer{}, at)
}

// dialOnce connects to an address for one request, which has a deadline: it is not worth
// the system calls that set up probes of whether the peer is still there.
func (l *Locator) dialOnce(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	return l.dialBy(ctx, &net.Dialer{KeepAlive: -1}, at)
}

func (l *Locator) dialBy(ctx context.Context, d *net.Dialer, at netip.AddrPort) (net.Conn, error) {
	if l.Dial != nil {
		return l.Dial(ctx, "tcp", at.String())
	}
	// Not DialTCP: it binds, so that no two connections could have the same port here.
	return d.DialContext(ctx, "tcp", at.String())
}
