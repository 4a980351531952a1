package serve

import (
	"errors"
	"slices"
	"syscall"
	"time"
)

// How long to wait before Accept is tried again, first and at most.
const (
	firstDelay = 5 * time.Millisecond
	lastDelay  = time.Second
)

func longer(delay time.Duration) time.Duration { return min(max(2*delay, firstDelay), lastDelay) }

// sleep waits for d. It says false if Shutdown or Close came first.
func (s *serving) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.life.stop:
		return false
	}
}

// passing are the errors of accept(2) that are about the moment or about the
// connection that was to be accepted, not about the listener.
var passing = []error{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
	syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.ENOPROTOOPT,
	syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH,
}

// mayPass says whether Accept is worth another try.
func mayPass(err error) bool {
	if t, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err); ok && t.Temporary() {
		return true
	}
	return slices.ContainsFunc(passing, func(e error) bool { return errors.Is(err, e) })
}
