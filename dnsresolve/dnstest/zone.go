package dnstest

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// A zone has records by the canonical names of their owners, which are fully
// qualified and in lower case.
type zone map[string][]dns.RR

func parse(text string) (zone, error) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, " \t"))
	}
	p := dns.NewZoneParser(strings.NewReader(b.String()), ".", "")
	p.SetDefaultTTL(3600)
	z := zone{}
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		owner := dns.CanonicalName(rr.Header().Name)
		z[owner] = append(z[owner], rr)
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("the zone cannot be read: %w", err)
	}
	return z, nil
}

// exists reports whether the name, or one below it, has records.
func (z zone) exists(name string) bool {
	if len(z[name]) > 0 || name == "." {
		return true
	}
	for owner := range z {
		if strings.HasSuffix(owner, "."+name) {
			return true
		}
	}
	return false
}

// answer puts what the zone says into the response, and returns the names that
// it is about.
func (z zone) answer(resp *dns.Msg, q dns.Question, follow bool) []string {
	name := dns.CanonicalName(q.Name)
	names := []string{name}
	for range 12 {
		found := of(z[name], q.Qtype)
		resp.Answer = append(resp.Answer, found...)
		alias := of(z[name], dns.TypeCNAME)
		if len(found) > 0 {
			return names
		}
		if len(alias) == 0 {
			break
		}
		resp.Answer = append(resp.Answer, alias[0])
		name = dns.CanonicalName(alias[0].(*dns.CNAME).Target)
		if !follow {
			return names
		}
		names = append(names, name)
	}
	if len(of(z[name], dns.TypeCNAME)) > 0 {
		return names // a loop
	}
	if !z.exists(name) {
		resp.Rcode = dns.RcodeNameError
	}
	resp.Ns = append(resp.Ns, z.soa(name))
	return names
}

// of returns the records of one type.
func of(all []dns.RR, t uint16) []dns.RR {
	var found []dns.RR
	for _, rr := range all {
		if rr.Header().Rrtype == t {
			found = append(found, rr)
		}
	}
	return found
}

// soa returns the SOA record of the zone that the name is in.
func (z zone) soa(name string) dns.RR {
	for at := name; ; {
		if found := of(z[at], dns.TypeSOA); len(found) > 0 {
			return found[0]
		}
		_, rest, ok := strings.Cut(at, ".")
		if !ok || rest == "" {
			break
		}
		at = rest
	}
	if found := of(z["."], dns.TypeSOA); len(found) > 0 {
		return found[0]
	}
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 3600},
		Ns:  "ns.invalid.", Mbox: "hostmaster.invalid.", Serial: 1, Refresh: 3600, Retry: 3600, Expire: 3600, Minttl: 300,
	}
}
