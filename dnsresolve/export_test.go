package dnsresolve

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// What the tests, which cannot be in this package because of dnstest, see of it.

var (
	ParsePolicy = parsePolicy
	PolicyID    = policyID
	PolicyText  = (*STSPolicy).text
	Usable      = usable
	Normalize   = normalize
	Within      = within
	Text        = text
)

// A Conf is a resolvConf.
type Conf struct {
	Servers     []Server
	Timeout     time.Duration
	Tries       int
	Rotate, TCP bool
}

func ParseResolvConf(text []byte) Conf {
	c := parseResolvConf(text)
	return Conf{c.servers, c.timeout, c.tries, c.rotate, c.tcp}
}

func ParseHosts(text []byte) map[string][]netip.Addr { return parseHosts(text).byName }

// Read reads a packet as the answer to a question, and checks that it is one.
func Read(packet []byte, name string, t Type) (answer Answer, found, dangling bool, err error) {
	m, err := unpack(packet)
	if err != nil {
		return Answer{}, false, false, err
	}
	f, err := read(m, name, t)
	return f.Answer, f.found, f.dangling, err
}

// AnsweredBy reports whether the packet would pass for the answer to a new query.
// With sameID it is given that one's id.
func AnsweredBy(name string, t Type, packet []byte, sameID bool) (bool, error) {
	q, err := newQuery(name, t, true, true)
	if err != nil {
		return false, err
	}
	if sameID && len(packet) >= 2 {
		copy(packet, q.packet[:2])
	}
	return q.answeredBy(packet), nil
}

// CacheState returns how many answers are remembered, and the memory they count
// for.
func (c *Client) CacheState() (entries, size int) {
	c.cache.mu.Lock()
	defer c.cache.mu.Unlock()
	return c.cache.used.Len(), c.cache.size
}

// Remembered returns how many policies are.
func (s *STS) Remembered() int {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return len(s.memory.by)
}

// Dial connects as the transport does if nobody gave another one.
func (s *STS) Dial(ctx context.Context, address string) (net.Conn, error) {
	return s.dial(ctx, "tcp", address)
}
