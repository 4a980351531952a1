package dnsresolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// A System is a Resolver on top of a net.Resolver, for programs that must look
// names up as their system does. It is never Secure, does not know TLSA records,
// remembers nothing, and cannot tell a domain that does not exist from one
// without records: all are NoData.
type System struct {
	Resolver *net.Resolver // nil is net.DefaultResolver
}

var _ Resolver = System{}

var errSystem = errors.New("package net cannot look it up")

// Lookup implements Resolver.
func (s System) Lookup(ctx context.Context, name string, t Type) (Answer, error) {
	asked, err := normalize(name)
	if err != nil {
		return Answer{}, &Error{name, t, BadName, err}
	}
	r := s.Resolver
	if r == nil {
		r = net.DefaultResolver
	}
	answer := Answer{Name: asked, Canonical: asked, TTL: minTTL}
	answer.Records, err = records(ctx, r, asked+".", t)
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return answer, &Error{asked, t, NoData, err}
	}
	switch {
	case errors.Is(err, errSystem):
		return Answer{}, &Error{asked, t, Unsupported, err}
	case err != nil:
		return Answer{}, &Error{asked, t, Temporary, err}
	}
	return answer, answer.orNoData(t)
}

func records(ctx context.Context, r *net.Resolver, name string, t Type) ([]Record, error) {
	switch t {
	case TypeA:
		addrs, err := r.LookupNetIP(ctx, "ip4", name)
		return each(addrs, err, func(a netip.Addr) Record { return Record{Addr: a.Unmap()} })
	case TypeAAAA:
		addrs, err := r.LookupNetIP(ctx, "ip6", name)
		return each(addrs, err, func(a netip.Addr) Record { return Record{Addr: a} })
	case TypeMX:
		all, err := r.LookupMX(ctx, name)
		return each(all, err, func(m *net.MX) Record { return Record{Host: plain(m.Host), Priority: m.Pref} })
	case TypeNS:
		all, err := r.LookupNS(ctx, name)
		return each(all, err, func(n *net.NS) Record { return Record{Host: plain(n.Host)} })
	case TypeTXT:
		all, err := r.LookupTXT(ctx, name)
		return each(all, err, func(s string) Record { return Record{Text: escape(s)} })
	case TypeSRV:
		_, all, err := r.LookupSRV(ctx, "", "", name)
		return each(all, err, func(s *net.SRV) Record {
			return Record{Host: plain(s.Target), Priority: s.Priority, Weight: s.Weight, Port: s.Port}
		})
	}
	return nil, errSystem
}

// each makes records of what package net found. If there are some, an error is
// about others that it left out.
func each[T any](all []T, err error, record func(T) Record) ([]Record, error) {
	var found []Record
	for _, one := range all {
		if r := record(one); r.Addr.IsValid() || r.Text != "" || r.Host == "." || isHost(r.Host) {
			found = append(found, r)
		}
	}
	if len(found) > 0 {
		err = nil
	}
	return found, err
}
