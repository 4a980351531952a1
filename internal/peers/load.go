//go:build linux

package peers

import (
	"errors"
	"net"
	"sync"
)

// sessions is how many of them are measured at once.
const sessions = 10

// A load is sessions with one server.
type load []*session

// connect opens n sessions, a few at a time.
func connect(addr string, n int) (load, error) {
	l := make(load, n)
	err := each(dialers, func(first int) (err error) {
		for i := first; i < n && err == nil; i += dialers {
			l[i], err = dial(addr, localAddr(i))
		}
		return err
	})
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

const (
	dialers      = 16
	portsPerAddr = 5000 // far fewer than a client can have at once
)

// localAddr spreads the sessions over the loopback network, which has an
// ample 28,000 ports on each of its addresses.
func localAddr(i int) net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/portsPerAddr))}
}

// close hangs up all sessions.
func (l load) close() {
	for _, s := range l {
		if s != nil {
			s.close()
		}
	}
}

// send has every session send m n times.
func (l load) send(m *message, n int) error {
	return each(len(l), func(i int) error {
		for range n {
			if err := l[i].send(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// each calls f with 0 to n-1 at once and joins the errors.
func each(n int, f func(int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
