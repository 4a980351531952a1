package dnsresolve

import "net/netip"

// special answers for names that are not in the DNS, without telling anybody
// that they were asked for: those of RFC 6761, 6, of .local (RFC 6762, 3) and of
// .onion (RFC 7686, 2), and addresses in the place of names. A name that is
// localhost has the addresses of this machine.
func special(name string, t Type) (answer Answer, err error, ok bool) {
	answer = Answer{Name: name, Canonical: name, TTL: minTTL}
	if within(name, "localhost") {
		switch t {
		case TypeA:
			answer.Records = []Record{{Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1})}}
		case TypeAAAA:
			answer.Records = []Record{{Addr: netip.IPv6Loopback()}}
		}
		return answer, answer.orNoData(t), true
	}
	if t.isAddress() && looksLikeAddress(name) {
		return answer, &Error{name, t, NotExist, nil}, true
	}
	for _, domain := range []string{"invalid", "test", "local", "onion"} {
		if within(name, domain) {
			return answer, &Error{name, t, NotExist, nil}, true
		}
	}
	return Answer{}, nil, false
}
