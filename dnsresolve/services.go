package dnsresolve

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Target is a host that offers a service.
type Target struct {
	Host string
	Port uint16

	// TLSName is the name that its certificate must have: that of the domain,
	// as anybody could have written another one into an answer, or Host if that
	// came securely (RFC 6186, 6).
	TLSName string

	// Default reports that the domain has no SRV records, so that this is the
	// domain itself at the well-known port.
	Default bool
}

// Services returns the hosts that offer a service of a domain, in the order to
// try them: by priority, and at random by weight among equals (RFC 2782). The
// service has its protocol with it: "_imaps._tcp". A domain without records is
// its own host, if the well-known port of the service is known here: that of
// _rvp, _submission, _submissions, _imap, _imaps, _pop3, _pop3s, _nntp, _nntps
// and _sieve over _tcp (RFC 6186, RFC 8314).
//
// The error is an *Error. It is of the Kind Unavailable if the domain has no
// such service, and that of the lookup if that failed, which must not lead to
// the well-known port. With a rnd, which may be nil, the order can be repeated.
func Services(ctx context.Context, r Resolver, service, domain string, rnd *rand.Rand) ([]Target, error) {
	service = ascii.Lower(strings.Trim(service, "."))
	home, err := normalize(domain)
	if err != nil {
		return nil, &Error{domain, TypeSRV, BadName, err}
	}
	name := service + "." + home
	answer, err := r.Lookup(ctx, name, TypeSRV)
	if port, ok := wellKnown(service); ok && absent(err) {
		return []Target{{home, port, home, true}}, nil
	}
	if err != nil {
		return nil, err
	}
	records := slices.DeleteFunc(answer.Records, func(s Record) bool { return s.Host == "." })
	if len(records) == 0 {
		return nil, &Error{name, TypeSRV, Unavailable, nil}
	}
	if len(records) > maxTargets {
		slices.SortStableFunc(records, func(a, b Record) int { return int(a.Priority) - int(b.Priority) })
		records = records[:maxTargets]
	}
	targets := make([]Target, 0, len(records))
	for _, s := range weighted(records, random{rnd}) {
		t := Target{Host: s.Host, Port: s.Port, TLSName: home}
		if answer.Secure {
			t.TLSName = s.Host
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// maxTargets bounds the hosts that are tried, and the time to order them.
const maxTargets = 50

// weighted puts the records in order as RFC 2782 has it: the chance to be next
// is in proportion to the weight, and small for no weight.
func weighted(records []Record, rnd random) []Record {
	rnd.shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	slices.SortStableFunc(records, func(a, b Record) int {
		if a.Priority != b.Priority {
			return int(a.Priority) - int(b.Priority)
		}
		return min(int(a.Weight), 1) - min(int(b.Weight), 1)
	})
	for start := range records {
		sum, end := 0, start
		for end < len(records) && records[end].Priority == records[start].Priority {
			sum += int(records[end].Weight)
			end++
		}
		pick := rnd.intN(sum + 1)
		for i := start; i < end; i++ {
			if pick -= int(records[i].Weight); pick <= 0 {
				chosen := records[i]
				copy(records[start+1:], records[start:i]) // the others stay in order
				records[start] = chosen
				break
			}
		}
	}
	return records
}

// wellKnown returns the port of a service that has no SRV record.
func wellKnown(service string) (uint16, bool) {
	switch service {
	case "_rvp._tcp":
		return 80, true
	case "_submission._tcp":
		return 587, true
	case "_submissions._tcp":
		return 465, true
	case "_imap._tcp":
		return 143, true
	case "_imaps._tcp":
		return 993, true
	case "_pop3._tcp":
		return 110, true
	case "_pop3s._tcp":
		return 995, true
	case "_nntp._tcp":
		return 119, true
	case "_nntps._tcp":
		return 563, true
	case "_sieve._tcp":
		return 4190, true
	}
	return 0, false
}

// random is a *rand.Rand, or the global source of randomness.
type random struct{ *rand.Rand }

func (r random) shuffle(n int, swap func(i, j int)) {
	if r.Rand == nil {
		rand.Shuffle(n, swap)
		return
	}
	r.Shuffle(n, swap)
}

func (r random) intN(n int) int {
	if r.Rand == nil {
		return rand.IntN(n)
	}
	return r.IntN(n)
}
