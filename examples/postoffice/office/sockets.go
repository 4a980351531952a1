package office

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// A Socket listens already: who has started the server has opened it, and may have done so at a port
// that the server itself may not.
type Socket struct {
	// Name is that of a service, as in Config.Addresses, which then listens at the sockets of its name
	// and nowhere else. A Socket that has no service's name is for the virtual server that has its address.
	Name string

	Listener *net.TCPListener // stays open when the Office is closed
}

// named lists the addresses of the sockets for a service.
func (c *Config) named(service string) (addresses []string) {
	for _, s := range c.Sockets {
		if s.Name == service {
			addresses = append(addresses, s.Listener.Addr().String())
		}
	}
	return addresses
}

// sockets are those that were handed over.
type sockets struct {
	all []Socket

	mu   sync.Mutex
	used map[*net.TCPListener]bool
}

func newSockets(all []Socket) *sockets {
	return &sockets{all: all, used: make(map[*net.TCPListener]bool)}
}

// listen listens at an address: with the socket that has it, or by a new one.
func (s *sockets) listen(ctx context.Context, address string) (net.Listener, error) {
	for _, socket := range s.all {
		if isAt(socket.Listener, address) {
			return s.open(socket.Listener)
		}
	}
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", address)
}

// isAt tells whether a socket is at an address, whose host may be missing.
func isAt(l net.Listener, address string) bool {
	if l.Addr().String() == address {
		return true
	}
	want, err := net.ResolveTCPAddr("tcp", address)
	at, ok := l.Addr().(*net.TCPAddr)
	if err != nil || !ok || want.Port == 0 || want.Port != at.Port || want.Zone != at.Zone {
		return false
	}
	return want.IP.Equal(at.IP) || len(want.IP) == 0 && at.IP.IsUnspecified()
}

// open returns a listener that can be closed and opened again, for one at a time: the socket goes on, and
// who connects meanwhile waits in its queue.
func (s *sockets) open(socket *net.TCPListener) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[socket] {
		return nil, fmt.Errorf("listen at the socket %v: another virtual server does", socket.Addr())
	}
	f, err := socket.File()
	if err != nil {
		return nil, err
	}
	defer f.Close() // the listener has another one
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	s.used[socket] = true
	return &socketListener{l, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.used, socket)
	})}, nil
}

// unused are the sockets where nobody listens.
func (s *sockets) unused() (list []Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, socket := range s.all {
		if !s.used[socket.Listener] {
			list = append(list, socket)
		}
	}
	return list
}

// A socketListener gives its socket back when it is closed.
type socketListener struct {
	net.Listener
	release func()
}

// Close implements net.Listener.
func (l *socketListener) Close() error {
	defer l.release()
	return l.Listener.Close()
}
