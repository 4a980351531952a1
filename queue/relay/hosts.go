package relay

import (
	"cmp"
	"context"
	"iter"
	"net"
	"net/netip"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// hosts are those of the passage, looked up as they are asked for. When there was none, none says what that is for the
// recipients, and why it is for the administrator.
func (t *passage) hosts(ctx context.Context) (all iter.Seq[host], none func() (queue.Result, error)) {
	if next := t.delivery.Route.Next; len(next) > 0 {
		return t.smartHosts(ctx, next)
	}
	return t.exchangers(ctx, t.delivery.To[t.to[0]].Path.Domain)
}

// exchangers are the hosts that the DNS names for a domain.
func (t *passage) exchangers(ctx context.Context, domain string) (iter.Seq[host], func() (queue.Result, error)) {
	finder := t.finder
	if t.lax {
		finder = t.laxFinder
	}
	route, err := finder.MailRoute(ctx, domain) // an address literal has its brackets
	if err != nil {
		return func(func(host) bool) {}, func() (queue.Result, error) { return noRoute(err) }
	}
	port := cmp.Or(t.Port, "25")
	all := func(yield func(host) bool) {
		for h := range route.Hosts(ctx) {
			o := t.base()
			o.TLS = t.policy(need(h.TLS))
			if len(h.TLSNames) > 0 {
				o.ServerName, o.AltNames = h.TLSNames[0], h.TLSNames[1:]
			}
			for _, r := range h.TLSA {
				o.TLSA = append(o.TLSA, smtp.TLSA(r))
			}
			name := h.Name
			if name == "" {
				name = literal(h.Addrs[0])
			}
			if !yield(host{name: name, addrs: t.order(h.Addrs, port), options: o, doubt: doubtful(route, h)}) {
				return
			}
		}
	}
	return all, func() (queue.Result, error) { return noRoute(route.Err()) }
}

// doubtful tells that nothing vouches for the host being the domain's (RFC 8689, 4.2.1). A domain without MX records is its
// own host, and its Route is secure.
func doubtful(route *dnsresolve.Route, h dnsresolve.Host) bool {
	p := route.Policy
	policed := p != nil && p.Mode != dnsresolve.STSNone && p.Matches(h.Name)
	return !route.Secure && !policed && h.Name != ""
}

// noRoute is unroutable, with what is behind it for the administrator if it may pass.
func noRoute(err error) (queue.Result, error) {
	r := unroutable(err)
	if !r.Down {
		return r, nil // the sender is told, and that is enough
	}
	return r, err
}

// order is the addresses to dial: those that did not answer lately come last.
func (t *passage) order(addrs []netip.Addr, port string) []string {
	all := make([]string, len(addrs))
	for i, a := range addrs {
		all[i] = net.JoinHostPort(a.String(), port)
	}
	return t.known.order(all)
}

// literal is an address as a domain (RFC 5321, 4.1.3).
func literal(a netip.Addr) string {
	if a = a.Unmap(); a.Is6() {
		return "[IPv6:" + a.WithZone("").String() + "]"
	}
	return "[" + a.String() + "]"
}
