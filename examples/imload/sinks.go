package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// sinks are the clients' side of notifications: they take each of them.
type sinks struct {
	listeners []net.Listener
	urls      []string
	got       atomic.Int64
	running   sync.WaitGroup
}

// ports is how many listeners there are. A connection that has ended keeps its
// pair of ports for a minute.
const ports = 64

func newSinks(ctx context.Context) (*sinks, error) {
	s := new(sinks)
	for range ports {
		l, err := listen(ctx)
		if err != nil {
			s.close()
			return nil, err
		}
		s.listeners = append(s.listeners, l)
		s.urls = append(s.urls, "http://"+l.Addr().String())
		s.running.Go(func() { s.serve(l) })
	}
	return s, nil
}

// url is a user's Call-Back.
func (s *sinks) url(i int) string { return fmt.Sprintf("%s/%d", s.urls[i%ports], i) }

func (s *sinks) close() {
	for _, l := range s.listeners {
		l.Close()
	}
	s.running.Wait()
}

func (s *sinks) serve(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() { s.take(nc) })
	}
}

var taken = []byte("HTTP/1.1 200 Successful\r\nRVP-Notifications-Version: 0.2\r\nContent-Length: 0\r\n\r\n")

// take takes one notification: it comes in one piece, which is all that is
// looked at.
func (s *sinks) take(nc net.Conn) {
	defer nc.Close()
	var b [4096]byte
	if n, err := nc.Read(b[:]); err != nil || n < len("NOTIFY") || string(b[:len("NOTIFY")]) != "NOTIFY" {
		return
	}
	if _, err := nc.Write(taken); err != nil {
		return
	}
	s.got.Add(1)
	_, _ = nc.Read(b[:]) // the server closes first, and keeps the ports
}
