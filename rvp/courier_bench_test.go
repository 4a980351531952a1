//go:build unix

package rvp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// loopbackSink takes NOTIFYs at a port of this machine.
func loopbackSink(b *testing.B) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ln.Close() })
	answer := []byte("HTTP/1.1 200 Successful\r\nContent-Length: 0\r\n\r\n")
	for range 16 {
		go func() {
			space := make([]byte, 8192)
			for {
				nc, err := ln.Accept()
				if err != nil {
					return
				}
				_, _ = nc.Read(space)
				_, _ = nc.Write(answer)
				_ = nc.Close()
			}
		}()
	}
	return "http://" + ln.Addr().String()
}

// BenchmarkDeliver delivers to 1,000 clients on loopback, a connection for each
// NOTIFY. cpu-us/op is processor time of both ends and the kernel.
func BenchmarkDeliver(b *testing.B) {
	sink := loopbackSink(b)
	c := newCourier(courierConfig{limits: Limits{Deliveries: 64}})
	body := []byte(strings.Repeat("x", 700))
	callbacks := make([]string, 1000)
	for i := range callbacks {
		callbacks[i] = fmt.Sprintf("%s/%d", sink, i)
	}
	room := make(chan struct{}, 10000)
	var failed atomic.Int64
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	before := cpuTime(b)
	i := 0
	for b.Loop() {
		room <- struct{}{}
		i++
		err := c.post(parcel{to: callbacks[i%len(callbacks)], client: true, from: "im.example.test", hops: 1, body: body, done: func(o outcome) {
			if o.status != 200 {
				failed.Add(1)
			}
			<-room
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := c.close(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-us/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	if failed.Load() > 0 {
		b.Fatalf("%d failed", failed.Load())
	}
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDeliverToServer delivers to 1,000 users of another server on
// loopback, over connections that are kept.
func BenchmarkDeliverToServer(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })}
	go func() { _ = srv.Serve(ln) }()
	b.Cleanup(func() { _ = srv.Close() })
	c := newCourier(courierConfig{limits: Limits{Deliveries: 64}, locator: &Locator{Addrs: anywhere()}})
	body := []byte(strings.Repeat("x", 700))
	room := make(chan struct{}, 1000)
	var failed atomic.Int64
	users := make([]string, 1000)
	for i := range users {
		users[i] = fmt.Sprintf("http://%s/instmsg/aliases/u%d", ln.Addr(), i)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	before := cpuTime(b)
	i := 0
	for b.Loop() {
		room <- struct{}{}
		i++
		err := c.post(parcel{to: users[i%len(users)], from: "im.example.test", hops: 1, body: body, done: func(o outcome) {
			if o.status != 200 {
				failed.Add(1)
			}
			<-room
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := c.close(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-us/op")
	if failed.Load() > 0 {
		b.Fatalf("%d failed", failed.Load())
	}
}

// BenchmarkPost posts to one of 100,000 Call-Backs that all have something that
// waits, since none of them answers.
func BenchmarkPost(b *testing.B) {
	const callbacks = 100_000
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	limits := Limits{Delivery: time.Hour, DeliveryQueue: 3 * callbacks}
	c := newCourier(courierConfig{limits: limits, locator: &Locator{Dial: hang}})
	to := make([]string, callbacks)
	for i := range to {
		to[i] = fmt.Sprintf("http://10.%d.%d.%d:2000", i>>16, i>>8&255, i&255)
		for range 2 {
			if err := c.post(parcel{to: to[i], client: true}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := c.post(parcel{to: to[i], client: true}); err != nil {
			b.Fatal(err)
		}
		if i++; i == callbacks {
			b.StopTimer()
			unpost(c)
			i = 0
			b.StartTimer()
		}
	}
	b.StopTimer()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = c.close(ctx)
}

// unpost leaves one parcel in each lane.
func unpost(c *courier) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lanes {
		for len(l.parcels) > 1 {
			last := len(l.parcels) - 1
			c.count(l, &l.parcels[last], -1)
			l.parcels = l.parcels[:last]
		}
	}
}

func BenchmarkReadStatus(b *testing.B) {
	const answer = "HTTP/1.1 200 Successful\r\nRVP-Notifications-Version: 0.2\r\nContent-Length: 0\r\n\r\n"
	space := make([]byte, 4096)
	b.ReportAllocs()
	b.SetBytes(int64(len(answer)))
	for b.Loop() {
		if _, err := readStatus(strings.NewReader(answer), space); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckClient(b *testing.B) {
	b.ReportAllocs()
	peer := netip.MustParseAddr("192.0.2.1")
	for b.Loop() {
		if err := (CallBackPolicy{}).checkClient("http://192.0.2.1:34567", peer); err != nil {
			b.Fatal(err)
		}
	}
}
