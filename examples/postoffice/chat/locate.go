package chat

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/rvp"
)

// Locate returns a Locator that finds one domain at a server, "host:port",
// whatever the DNS says, and all others by the DNS. The domain is that of a sign-in
// name, such as "example.test"; its domain of instant messages is "im.example.test".
func Locate(server, domain string) (*rvp.Locator, error) {
	host, service, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("server %q: %w; write it as host:port", server, err)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("server %q: write the port as a number from 1 to 65535", server)
	}
	domain = ascii.Lower(strings.TrimSuffix(domain, "."))
	o := &override{domain: domain, im: domain, server: host, port: uint16(port)}
	if !strings.HasPrefix(domain, "im.") {
		o.im = "im." + domain
	}
	return &rvp.Locator{Resolver: o, Addrs: dnsresolve.AddrPolicy{Allow: []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"),
	}}}, nil
}

// An override is a Resolver that knows one domain better than the DNS, by an
// SRV record such as a domain should have (RVP-024).
type override struct {
	domain, im string
	server     string // a host or an address
	port       uint16
	dns        dnsresolve.Client
}

// Lookup implements dnsresolve.Resolver.
func (o *override) Lookup(ctx context.Context, name string, t dnsresolve.Type) (dnsresolve.Answer, error) {
	name = strings.TrimSuffix(ascii.Lower(name), ".")
	switch {
	case name == o.im && (t == dnsresolve.TypeA || t == dnsresolve.TypeAAAA):
		return o.addresses(ctx, t)
	case name == "_rvp._tcp."+o.domain && t == dnsresolve.TypeSRV:
		return dnsresolve.Answer{Name: name, Canonical: name, Records: []dnsresolve.Record{{Host: o.im, Port: o.port}}}, nil
	case name == "_rvp._tcp."+o.im:
		return dnsresolve.Answer{Name: name, Canonical: name}, &dnsresolve.Error{Name: name, Type: t, Kind: dnsresolve.NoData}
	}
	return o.dns.Lookup(ctx, name, t)
}

// addresses are those of the server.
func (o *override) addresses(ctx context.Context, t dnsresolve.Type) (dnsresolve.Answer, error) {
	addr, err := netip.ParseAddr(o.server)
	if err != nil {
		return o.dns.Lookup(ctx, o.server, t)
	}
	answer := dnsresolve.Answer{Name: o.im, Canonical: o.im}
	if addr.Is4() != (t == dnsresolve.TypeA) {
		return answer, &dnsresolve.Error{Name: o.im, Type: t, Kind: dnsresolve.NoData}
	}
	answer.Records = []dnsresolve.Record{{Addr: addr}}
	return answer, nil
}
