package dnstest

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/memnet"
)

// A Server is a recursive name server whose Internet is a zone. Its methods may
// be called at any time, from several goroutines. One that is used in a bubble of
// testing/synctest must be made there.
type Server struct {
	tb testing.TB

	mu     sync.Mutex
	zone   zone
	secure []string
	faults []*fault
	asked  []Question

	wg    sync.WaitGroup // everything that runs
	conns open
}

// A Question is one that the Server was asked.
type Question struct {
	Name    string // in the case that it came in, without the final dot
	Type    dnsresolve.Type
	Network string         // "udp" or "tcp"
	From    netip.AddrPort // of the client; not valid over memory
}

// NewServer returns a Server that has what the zone says, in the format of zone
// files (RFC 1035, 5), but for the white space before a line, which does not
// count. Relative names are below the root and the TTL is an hour, if it does not
// say otherwise; class IN may be left out. A zone that cannot be read fails the
// test.
//
// Names that are not in the zone do not exist. They do so for the minimum of
// the nearest SOA record, or for 300 s without one.
func NewServer(tb testing.TB, zone string) *Server {
	tb.Helper()
	s := &Server{tb: tb}
	s.SetZone(zone)
	tb.Cleanup(func() {
		s.conns.closeAll()
		s.wg.Wait()
	})
	return s
}

// SetZone replaces the zone.
func (s *Server) SetZone(text string) {
	s.tb.Helper()
	z, err := parse(text)
	if err != nil {
		s.tb.Fatalf("dnstest: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone = z
}

// Secure has answers about the names, and all below them, carry the AD flag, as
// if they were signed, if every name in the answer is one of them. "." is all.
func (s *Server) Secure(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		s.secure = append(s.secure, dns.CanonicalName(n))
	}
}

// Asked returns what was asked so far, in order.
func (s *Server) Asked() []Question {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Client returns a new Client that asks this Server, over memory, and trusts it.
// It reads no files and asks about special names too. Its fields may be changed
// before it is used.
func (s *Server) Client() *dnsresolve.Client {
	return &dnsresolve.Client{
		Servers:    []dnsresolve.Server{{Addr: netip.MustParseAddrPort("127.0.0.1:53"), Trusted: true}},
		NoHosts:    true,
		SpecialUse: []string{"."},
		Dial:       s.Dial,
	}
}

// Dial connects to the Server through memory, whatever the address. The network
// is "udp" or "tcp".
func (s *Server) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if strings.HasPrefix(network, "udp") {
		return newPacketConn(s), nil
	}
	near, far := memnet.Pipe()
	s.conns.add(far)
	s.wg.Go(func() { s.serveConn(far, netip.AddrPort{}) })
	return near, nil
}
