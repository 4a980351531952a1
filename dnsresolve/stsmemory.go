package dnsresolve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// A memo is what is known of a domain's policy.
type memo struct {
	policy  *STSPolicy // nil if there is none that holds
	fetched time.Time
	used    time.Time

	failedID string // the id that the last fetch failed for, since there was a policy
	failed   time.Time
	why      error
}

// fresh reports whether there is no need to fetch the policy again.
func (m memo) fresh(id string, now time.Time) bool {
	return m.policy != nil && m.policy.ID == id && now.Sub(m.fetched) < refresh
}

func (m *memo) expired(now time.Time) bool {
	return m.policy == nil || now.Sub(m.fetched) >= m.policy.MaxAge
}

// policies are the memos, by domain.
type policies struct {
	mu sync.Mutex
	by map[string]*memo
}

func (p *policies) get(domain string, now time.Time) memo {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.by[domain]
	if m == nil {
		return memo{}
	}
	m.used = now
	if m.expired(now) {
		m.policy = nil
	}
	return *m
}

// put remembers what came of a fetch.
func (p *policies) put(domain, id string, policy *STSPolicy, err error, now time.Time, limit int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.by[domain]
	if m == nil {
		if p.by == nil {
			p.by = map[string]*memo{}
		}
		for len(p.by) >= max(limit, 1) {
			p.evict(now)
		}
		m = &memo{}
		p.by[domain] = m
	}
	m.used = now
	if err != nil {
		m.failedID, m.failed, m.why = id, now, errors.New(err.Error())
		return
	}
	*m = memo{policy: policy, fetched: now, used: now}
}

// evict forgets a domain: one without a policy if there is any, else the one that
// was not used for longest. Each costs whoever wants it a fetch, so that the
// search is cheap beside it. It is called with the lock held.
func (p *policies) evict(now time.Time) {
	worst := ""
	for domain, m := range p.by {
		if worst == "" {
			worst = domain
			continue
		}
		w := p.by[worst]
		if m.expired(now) != w.expired(now) {
			if m.expired(now) {
				worst = domain
			}
		} else if m.used.Before(w.used) {
			worst = domain
		}
	}
	delete(p.by, worst)
}

// A savedPolicy is a line of what Save writes.
type savedPolicy struct {
	Domain  string
	ID      string
	Fetched time.Time
	Policy  string // as a domain would have it
}

// Save writes the policies that hold, as lines of JSON, so that a program that
// starts anew knows them: what a domain once asked for is then not forgotten to
// the benefit of whoever keeps it from being asked again (RFC 8461, 10.2).
func (s *STS) Save(w io.Writer) error {
	holding := s.memory.holding(time.Now())
	out := json.NewEncoder(w)
	for _, domain := range slices.Sorted(maps.Keys(holding)) {
		m := holding[domain]
		if err := out.Encode(savedPolicy{domain, m.policy.ID, m.fetched, m.policy.text()}); err != nil {
			return fmt.Errorf("dnsresolve: MTA-STS policies: %w", err)
		}
	}
	return nil
}

// holding returns what has not expired.
func (p *policies) holding(now time.Time) map[string]memo {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := map[string]memo{}
	for domain, m := range p.by {
		if !m.expired(now) {
			found[domain] = *m
		}
	}
	return found
}

// Load reads what Save wrote. Policies that have expired are left out, and those
// of domains that one is known of. An error ends it; what came before it counts.
func (s *STS) Load(r io.Reader) error {
	in := json.NewDecoder(r)
	for {
		var line savedPolicy
		if err := in.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("dnsresolve: MTA-STS policies: %w", err)
		}
		policy, err := parsePolicy([]byte(line.Policy))
		domain, bad := normalize(line.Domain)
		if err = errors.Join(err, bad); err != nil {
			return &fetchError{printable(line.Domain), err}
		}
		now := time.Now()
		policy.ID = line.ID
		m := memo{policy: policy, fetched: line.Fetched}
		if m.expired(now) || line.Fetched.After(now) || s.memory.get(domain, now).policy != nil {
			continue
		}
		s.memory.put(domain, line.ID, policy, nil, line.Fetched, s.limit())
	}
}
