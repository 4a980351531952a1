package dnsresolve_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

const benchZone = `
	d.example   MX 10 mx1.example
	d.example   MX 10 mx2.example
	d.example   MX 20 mx3.example
	mx1.example A 192.0.2.1
	mx1.example AAAA 2001:db8::1
	mx2.example A 192.0.2.2
	mx3.example A 192.0.2.3
`

// BenchmarkCached is a lookup whose answer is known.
func BenchmarkCached(b *testing.B) {
	c := dnstest.NewServer(b, benchZone).Client()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Lookup(b.Context(), "d.example", dnsresolve.TypeMX); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCachedParallel is that from many goroutines, with other names too.
func BenchmarkCachedParallel(b *testing.B) {
	c := dnstest.NewServer(b, benchZone).Client()
	names := []string{"d.example"}
	for i := range 1000 {
		names = append(names, fmt.Sprintf("n%d.example", i))
		_, _ = c.Lookup(b.Context(), names[i+1], dnsresolve.TypeMX) // does not exist
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			_, _ = c.Lookup(b.Context(), names[i%len(names)], dnsresolve.TypeMX)
		}
	})
}

// uncached returns a Client that asks over the loopback interface each time.
func uncached(b *testing.B) *dnsresolve.Client {
	srv := dnstest.NewServer(b, benchZone)
	return &dnsresolve.Client{Servers: []dnsresolve.Server{{Addr: srv.Listen(), Trusted: true}}, NoHosts: true, CacheSize: -1}
}

// BenchmarkExchange is a lookup over the loopback interface, the server's work
// included.
func BenchmarkExchange(b *testing.B) {
	c := uncached(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Lookup(b.Context(), "d.example", dnsresolve.TypeMX); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExchangeParallel is that from many goroutines, for names of their own.
func BenchmarkExchangeParallel(b *testing.B) {
	c := uncached(b)
	b.ReportAllocs()
	b.SetParallelism(16)
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Lookup(b.Context(), fmt.Sprintf("n%d.example", n.Add(1)), dnsresolve.TypeMX); err == nil {
				b.Error("exists")
			}
		}
	})
}

// BenchmarkMailRoute is a whole route of three hosts, all of it known.
func BenchmarkMailRoute(b *testing.B) {
	p := &dnsresolve.Planner{Resolver: dnstest.NewServer(b, benchZone).Client()}
	b.ReportAllocs()
	for b.Loop() {
		if hosts, err := routes(b.Context(), p, "d.example"); err != nil || len(hosts) != 3 {
			b.Fatal(err)
		}
	}
}
