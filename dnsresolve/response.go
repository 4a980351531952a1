package dnsresolve

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/miekg/dns"
)

// maxAliases bounds a chain of CNAME records.
const maxAliases = 8

var (
	errAliases = errors.New("too many aliases, or a loop of them")
	errTargets = errors.New("none of the records has the name of a host")
	errLame    = errors.New("the server neither knows nor asks others")
)

// A finding is what one response says about a name.
type finding struct {
	Answer
	kind     Kind // NotExist or NoData, if found is false
	found    bool
	links    int  // aliases that were followed
	dangling bool // the chain leads to Canonical, which the response does not speak of
}

// A rejection is a response that tells nothing about the name.
type rejection struct {
	kind Kind
	err  error
	edns bool // the server may not know EDNS (RFC 6891, 7)
}

func (r *rejection) Error() string { return r.err.Error() }
func (r *rejection) Unwrap() error { return r.err }

func malformed(err error) error { return &rejection{kind: Malformed, err: err} }

// read takes from the response what it says about the name, and nothing else:
// records of names that are not on the chain of aliases are none of its
// business (RFC 2181, 5.4.1).
func read(m *dns.Msg, name string, t Type) (finding, error) {
	if err := rejected(m); err != nil {
		return finding{}, err
	}
	f := finding{Answer: Answer{Name: name, Secure: m.AuthenticatedData}}
	ttl := uint32(1<<31 - 1)
	if err := f.follow(m.Answer, t, &ttl); err != nil {
		return finding{}, malformed(err)
	}
	dropped := false
	for _, rr := range m.Answer {
		h := rr.Header()
		if Type(h.Rrtype) != t || h.Class != dns.ClassINET || owner(rr) != f.Canonical {
			continue
		}
		ttl = min(ttl, seconds(h.Ttl))
		r, ok := record(rr)
		if !ok {
			dropped = true
			continue
		}
		f.Records = append(f.Records, r)
	}
	f.TTL = time.Duration(ttl) * time.Second
	f.found = len(f.Records) > 0
	switch {
	case f.found:
		return f, nil
	case dropped:
		return finding{}, malformed(errTargets)
	case m.Rcode == dns.RcodeNameError:
		f.kind = NotExist
	default:
		f.kind = NoData
	}
	return f, f.negative(m, ttl)
}

// follow goes along the aliases as far as the response has them.
func (f *finding) follow(answer []dns.RR, t Type, ttl *uint32) error {
	f.Canonical = f.Name
	if t == TypeCNAME {
		return nil
	}
	aliases := map[string]*dns.CNAME{}
	for _, rr := range answer {
		if alias, ok := rr.(*dns.CNAME); ok && rr.Header().Class == dns.ClassINET {
			aliases[owner(rr)] = alias
		}
	}
	for alias := aliases[f.Canonical]; alias != nil; alias = aliases[f.Canonical] {
		if f.links++; f.links > maxAliases {
			return errAliases
		}
		target, ok := target(alias.Target, isName)
		if !ok {
			return errTargets
		}
		f.Canonical = target
		*ttl = min(*ttl, seconds(alias.Hdr.Ttl))
	}
	return nil
}

// negative finds out how long there is nothing (RFC 2308, 3 and 5), and
// whether the server knows that at all.
func (f *finding) negative(m *dns.Msg, ttl uint32) error {
	f.TTL = 0
	delegation := false
	for _, rr := range m.Ns {
		switch rr := rr.(type) {
		case *dns.SOA:
			if within(f.Canonical, owner(rr)) {
				f.TTL = time.Duration(min(ttl, seconds(rr.Hdr.Ttl), seconds(rr.Minttl))) * time.Second
				return nil
			}
		case *dns.NS:
			delegation = true
		}
	}
	if f.kind == NotExist {
		return nil
	}
	if f.links > 0 {
		f.dangling, f.TTL = true, time.Duration(ttl)*time.Second
		return nil
	}
	if delegation || !m.RecursionAvailable && !m.Authoritative {
		return &rejection{kind: Temporary, err: errLame}
	}
	return nil
}

// rejected returns why the response is no answer, or nil.
func rejected(m *dns.Msg) error {
	switch m.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
		return nil
	}
	r := &rejection{kind: Temporary, err: fmt.Errorf("the server answers %s", cmp.Or(dns.RcodeToString[m.Rcode], fmt.Sprint("RCODE", m.Rcode)))}
	switch m.Rcode {
	case dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers:
		r.edns = true
	case dns.RcodeServerFailure:
		if opt := m.IsEdns0(); opt != nil && saysBogus(opt) {
			r.kind = Bogus
		}
	}
	return r
}

// saysBogus looks for the extended errors about DNSSEC (RFC 8914, 4.7 to 4.13).
func saysBogus(opt *dns.OPT) bool {
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok &&
			e.InfoCode >= dns.ExtendedErrorCodeDNSBogus && e.InfoCode <= dns.ExtendedErrorCodeNSECMissing {
			return true
		}
	}
	return false
}

// seconds is a TTL: one with the highest bit set counts as zero (RFC 2181, 8).
func seconds(ttl uint32) uint32 {
	if ttl > 1<<31-1 {
		return 0
	}
	return ttl
}
