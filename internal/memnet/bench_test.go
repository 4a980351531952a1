package memnet_test

import (
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/wirepost/wirepost/internal/memnet"
)

// BenchmarkPingPong is a short command and its answer.
func BenchmarkPingPong(b *testing.B) {
	client, server := memnet.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		io.Copy(server, server)
	}()
	b.ReportAllocs()
	p := make([]byte, 32)
	for b.Loop() {
		client.SetReadDeadline(time.Now().Add(time.Minute))
		client.Write(p)
		if _, err := io.ReadFull(client, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBulk is a body of 1 MiB.
func BenchmarkBulk(b *testing.B) {
	client, server := memnet.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		io.Copy(io.Discard, server)
	}()
	b.ReportAllocs()
	p := make([]byte, 1<<20)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		if _, err := client.Write(p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdle measures what a connection, both ends of it, holds after it
// was used.
func BenchmarkIdle(b *testing.B) {
	const conns = 10_000
	for b.Loop() {
		before := heap()
		ends := make([]net.Conn, 0, 2*conns)
		for range conns {
			x, y := memnet.Pipe()
			p := make([]byte, 20_000)
			x.SetReadDeadline(time.Now().Add(time.Hour))
			x.Write(p)
			io.ReadFull(y, p)
			ends = append(ends, x, y)
		}
		b.ReportMetric(float64(heap()-before)/conns, "B/conn")
		runtime.KeepAlive(ends)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // empties the pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
