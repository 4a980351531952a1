package relay

import (
	"slices"
	"sync"
	"time"
)

// A memory knows the addresses that did not answer lately, so that others are tried first.
type memory struct {
	sulk time.Duration

	mu    sync.Mutex
	until map[string]time.Time
}

// maxSilent is how many addresses are remembered; those beyond it are forgotten in no order.
const maxSilent = 10000

func newMemory(sulk time.Duration) *memory {
	return &memory{sulk: sulk, until: make(map[string]time.Time)}
}

// silent tells that none of the addresses has answered lately.
func (m *memory) silent(addrs []string) bool {
	return !slices.ContainsFunc(m.sulking(addrs), func(yes bool) bool { return !yes })
}

// order returns the addresses with those last that did not answer lately.
func (m *memory) order(addrs []string) []string {
	sulking := m.sulking(addrs)
	ordered := make([]string, 0, len(addrs))
	for _, which := range []bool{false, true} {
		for i, a := range addrs {
			if sulking[i] == which {
				ordered = append(ordered, a)
			}
		}
	}
	return ordered
}

// sulking tells of each address whether it did not answer lately.
func (m *memory) sulking(addrs []string) []bool {
	now := time.Now()
	all := make([]bool, len(addrs))
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, a := range addrs {
		if until, noted := m.until[a]; now.Before(until) {
			all[i] = true
		} else if noted {
			delete(m.until, a)
		}
	}
	return all
}

// note keeps whether an address has answered.
func (m *memory) note(addr string, answered bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if answered || m.sulk < 0 {
		delete(m.until, addr)
		return
	}
	for other := range m.until {
		if len(m.until) < maxSilent {
			break
		}
		delete(m.until, other)
	}
	m.until[addr] = time.Now().Add(m.sulk)
}
