package serve

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// A serving is one call of Serve, and the connections that it let in.
type serving struct {
	life    *Life
	opts    *Options
	ln      net.Listener
	closed  atomic.Bool     // ln was closed by us
	ctx     context.Context // of the Handles
	cancel  context.CancelFunc
	access  access
	proxies prefixes
	users   int // the accept loop and the connections; guarded by Life.mu
}

// Serve accepts connections from ln and has o.Handle answer them, until
// Shutdown or Close, after which it returns ErrClosed, or until ln fails for
// good. Conversations may go on when it has returned; Shutdown waits for them.
// It closes ln in every case. Several calls may serve at once.
//
// An error of Accept that may pass, such as having no more file descriptors,
// is logged once, and Accept is tried again after a time that grows to a second.
func (l *Life) Serve(ln net.Listener, o *Options) error {
	s := &serving{life: l, opts: o, ln: ln}
	defer s.closeListener() // an error would hide the reason to return
	if err := s.prepare(); err != nil {
		return err
	}
	s.ctx, s.cancel = context.WithCancel(o.baseContext(ln))
	if !l.begin(s) {
		s.cancel()
		return ErrClosed
	}
	defer l.release(s)
	return s.accept()
}

// prepare checks the options.
func (s *serving) prepare() (err error) {
	if s.opts.Handle == nil {
		return errNoHandle
	}
	if s.access, err = newAccess(s.opts.Allow, s.opts.Deny); err != nil {
		return err
	}
	s.proxies, err = newPrefixes("ProxyFrom", s.opts.ProxyFrom)
	return err
}

// begin registers s, unless it is too late.
func (l *Life) begin(s *serving) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready()
	if l.stats.Draining {
		return false
	}
	l.serving[s] = struct{}{}
	s.users = 1
	return true
}

// release ends the use of s by its accept loop or one of its connections.
func (l *Life) release(s *serving) {
	l.mu.Lock()
	s.users--
	last := s.users == 0
	if last {
		delete(l.serving, s)
	}
	l.mu.Unlock()
	if last {
		s.cancel() // else a base context would remember s for ever
	}
}

// closeListener closes the listener the first time it is called.
func (s *serving) closeListener() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.ln.Close()
}

func (s *serving) accept() error {
	var delay time.Duration
	for {
		nc, err := s.ln.Accept()
		if err == nil {
			delay = 0
			s.admit(nc)
			continue
		}
		if s.life.Draining() {
			return ErrClosed
		}
		if !mayPass(err) {
			return fmt.Errorf("serve: accept: %w", err)
		}
		s.life.add(&s.life.stats.AcceptErrors)
		if delay == 0 {
			s.opts.logger().Error("serve: cannot accept connections; trying again", "listener", s.ln.Addr().String(), "err", err)
		}
		if delay = longer(delay); !s.sleep(delay) {
			return ErrClosed
		}
	}
}
