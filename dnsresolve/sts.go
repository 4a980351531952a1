package dnsresolve

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"
)

// An STS finds the MTA-STS policies of domains (RFC 8461) and remembers them.
// Its zero value is ready for use. The fields must not be changed, nor the STS
// copied, once it is in use.
type STS struct {
	// Resolver answers; a Client of the STS's own if nil.
	Resolver Resolver

	// Addresses says where policies may be fetched from; a domain must not make
	// this system ask its neighbours.
	Addresses AddrPolicy

	// Transport fetches policies. If nil there is one that connects to what
	// Resolver finds, as Addresses allows, and wants a certificate of a public
	// authority. It must not go through a proxy that changes certificates.
	Transport http.RoundTripper

	// Policies is how many are remembered: 4,096 if zero. Nobody's policy is
	// forgotten before it expires but by those that were used later.
	Policies int

	own     Client
	once    sync.Once
	direct  http.RoundTripper
	fetches flights[string, *STSPolicy]
	memory  policies
}

const (
	// fetchTimeout is for all of a fetch (RFC 8461, 3.3).
	fetchTimeout = time.Minute

	// retryFetch is how long after a fetch that failed there is none for the
	// same id (RFC 8461, 3.3).
	retryFetch = 5 * time.Minute

	// refresh is how old a policy gets before it is fetched again, so that one
	// that is used does not expire (RFC 8461, 10.2).
	refresh = 24 * time.Hour
)

// Policy returns the policy of a domain, or nil if it has none or one of the mode
// none. A policy that was fetched holds until it expires, even if it cannot be
// fetched again, or if the domain's TXT record cannot be found or is gone. The
// error is why there is no policy though there may be one.
func (s *STS) Policy(ctx context.Context, domain string) (*STSPolicy, error) {
	name, err := normalize(domain)
	if err != nil {
		return nil, &Error{domain, TypeTXT, BadName, err}
	}
	answer, err := s.resolver().Lookup(ctx, "_mta-sts."+name, TypeTXT)
	known := s.memory.get(name, time.Now())
	if temporary(err) && known.policy == nil {
		return nil, err
	}
	id, ok := policyID(answer.Records)
	if err != nil || !ok || known.fresh(id, time.Now()) {
		return inForce(known.policy), nil
	}
	if known.failedID == id && time.Since(known.failed) < retryFetch {
		return inForce(known.policy), unlessKnown(known.policy, known.why)
	}
	policy, err, landed := s.fetches.do(ctx, name, func(ctx context.Context) (*STSPolicy, error) {
		policy, err := s.fetch(ctx, name, id)
		if ctx.Err() == nil {
			s.memory.put(name, id, policy, err, time.Now(), s.limit())
		}
		return policy, err
	})
	if err != nil && !landed {
		err = &fetchError{name, err}
	}
	if err != nil {
		return inForce(known.policy), unlessKnown(known.policy, err)
	}
	return inForce(policy), nil
}

func (s *STS) limit() int { return cmp.Or(s.Policies, 4096) }

func (s *STS) resolver() Resolver {
	if s.Resolver == nil {
		return &s.own
	}
	return s.Resolver
}

// inForce returns the policy unless it says that there is none.
func inForce(p *STSPolicy) *STSPolicy {
	if p == nil || p.Mode == STSNone {
		return nil
	}
	return p
}

// unlessKnown hides that a policy could not be fetched if there is an older one.
func unlessKnown(p *STSPolicy, err error) error {
	if p != nil {
		return nil
	}
	return err
}
