package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/queue"
)

// smartHosts are the hosts that the route itself names.
func (t *passage) smartHosts(ctx context.Context, next []string) (iter.Seq[host], func() (queue.Result, error)) {
	var why error
	all := func(yield func(host) bool) {
		for _, s := range next {
			h, err := t.smartHost(ctx, s)
			if err != nil {
				why = err
				continue
			}
			if !yield(h) {
				return
			}
		}
	}
	return all, func() (queue.Result, error) {
		r := queue.Result{Reply: misconfigured, Down: true}
		if _, lookup := errors.AsType[*dnsresolve.Error](why); lookup {
			r.Reply = noHost
		}
		return r, why
	}
}

func (t *passage) smartHost(ctx context.Context, s string) (host, error) {
	hop, err := ParseHop(s)
	if err != nil {
		return host{}, err
	}
	o := t.base()
	if login := t.delivery.Route.Options.Login; login != "" {
		if o.Login, o.Auth = login, t.Logins[login]; o.Auth == nil {
			return host{}, &hostError{hop.String(), fmt.Errorf("login %q is not in Relay.Logins", login)}
		}
	}
	o.TLS, o.ImplicitTLS, o.LMTP = t.smartPolicy(hop, o.Login != ""), hop.TLS, hop.LMTP
	if hop.Port == "" {
		return host{name: cmp.Or(t.Hello, "localhost"), addrs: []string{hop.Host}, options: o, local: true}, nil
	}
	o.ServerName = hop.Host
	if a, err := netip.ParseAddr(hop.Host); err == nil {
		return host{name: literal(a), addrs: t.order([]netip.Addr{a}, hop.Port), options: o}, nil
	}
	// What the administrator names may be anywhere, in a private network too.
	found, err := dnsresolve.Addrs(ctx, t.resolver, hop.Host)
	if err != nil {
		return host{}, &hostError{hop.String(), err}
	}
	o.ServerName = cmp.Or(found.Name, hop.Host) // in A-labels
	var addrs []netip.Addr
	for _, r := range found.Records {
		addrs = append(addrs, r.Addr)
	}
	return host{name: o.ServerName, addrs: t.order(addrs, hop.Port), options: o}, nil
}
