package dnsresolve

import (
	"cmp"
	"context"
	"iter"
	"net/netip"
	"slices"
	"sync"
)

// A walk looks up the hosts of a route.
type walk struct {
	planner *Planner
	route   *Route
	left    int // addresses that may still be used

	passed  bool // there were hosts before the ones at hand
	yielded bool
	cut     bool // one turned out to be this system
	refused bool // there was an address that the policy refuses
	failed  error
}

// lookup is what the DNS says of a candidate.
type lookup struct {
	Answer
	err error
}

// group looks up hosts of one preference. Before the first of them is tried it
// must be certain that none of them is this system, if that has addresses.
func (w *walk) group(ctx context.Context, all []candidate) (hosts iter.Seq[Host], own bool) {
	looked := make([]*lookup, len(all))
	if len(w.planner.SelfAddrs) > 0 {
		var wg sync.WaitGroup
		for i, c := range all {
			wg.Go(func() { looked[i] = w.lookup(ctx, c) })
		}
		wg.Wait()
		if slices.ContainsFunc(looked, w.isSelf) {
			return nil, true
		}
	}
	w.passed = true
	return func(yield func(Host) bool) {
		for i, c := range all {
			if looked[i] == nil {
				looked[i] = w.lookup(ctx, c)
			}
			if host, ok := w.host(ctx, c, looked[i]); ok && !yield(host) {
				return
			}
		}
	}, false
}

func (w *walk) isSelf(l *lookup) bool {
	return slices.ContainsFunc(l.Records, func(r Record) bool {
		return slices.ContainsFunc(w.planner.SelfAddrs, func(own netip.Addr) bool { return own.Unmap() == r.Addr.Unmap() })
	})
}

// lookup finds the addresses of a candidate.
func (w *walk) lookup(ctx context.Context, c candidate) *lookup {
	if c.addr.IsValid() {
		return &lookup{Answer: Answer{Records: []Record{{Addr: c.addr}}}}
	}
	var l lookup
	r := w.planner.resolver()
	switch w.planner.Prefer {
	case IPv4Only:
		l.Answer, l.err = r.Lookup(ctx, c.name, TypeA)
	case IPv6Only:
		l.Answer, l.err = r.Lookup(ctx, c.name, TypeAAAA)
	default:
		l.Answer, l.err = Addrs(ctx, r, c.name)
	}
	return &l
}

// host makes a Host of a candidate that has addresses.
func (w *walk) host(ctx context.Context, c candidate, l *lookup) (Host, bool) {
	if l.err != nil {
		if temporary(l.err) {
			w.failed = cmp.Or(w.failed, l.err)
		}
		return Host{}, false
	}
	addrs := w.choose(l.Records)
	if len(addrs) == 0 {
		return Host{}, false
	}
	host := Host{Name: c.name, Preference: c.preference, Addrs: addrs}
	if c.name == "" {
		return host, true
	}
	host.TLSNames = []string{c.name}
	if p := w.route.Policy; p != nil && p.Mode == STSEnforce {
		host.TLS = TLSVerified
	}
	if w.route.Secure && !w.planner.NoDANE {
		if err := w.dane(ctx, &host, l.Answer); err != nil {
			// To go on without what could not be looked up would be what an
			// attacker wants (RFC 7672, 2.1.2).
			w.failed = cmp.Or(w.failed, err)
			return Host{}, false
		}
	}
	w.left -= len(addrs)
	return host, true
}

// choose returns the addresses to try, in order.
func (w *walk) choose(records []Record) []netip.Addr {
	var kinds [2][]netip.Addr // IPv6, IPv4
	for _, r := range records {
		addr := r.Addr.Unmap()
		if !w.planner.Addresses.Allows(addr) {
			w.refused = true
			continue
		}
		kind := 0
		if addr.Is4() {
			kind = 1
		}
		kinds[kind] = append(kinds[kind], addr)
	}
	for _, k := range kinds {
		random{w.planner.Rand}.shuffle(len(k), func(i, j int) { k[i], k[j] = k[j], k[i] })
	}
	first := 0
	if w.planner.Prefer == IPv4First {
		first = 1
	}
	var addrs []netip.Addr
	most := min(cmp.Or(w.planner.Limits.HostAddrs, 5), w.left)
	for i := first; len(addrs) < most && len(kinds[0])+len(kinds[1]) > 0; i++ {
		if k := kinds[i%2]; len(k) > 0 {
			addrs = append(addrs, k[0])
			kinds[i%2] = k[1:]
		}
	}
	return addrs
}

// verdict says why there was no host.
func (w *walk) verdict(ctx context.Context) error {
	switch {
	case w.yielded:
		return nil
	case ctx.Err() != nil:
		return w.route.fail(TryLater, ctx.Err())
	case w.cut && !w.passed:
		return w.route.fail(Loop, nil)
	case w.failed != nil:
		return w.route.fail(TryLater, w.failed)
	case w.cut || w.route.cut:
		return w.route.fail(Unreachable, nil)
	case w.refused:
		return w.route.fail(Refused, nil)
	}
	return w.route.fail(NoAddress, nil)
}
