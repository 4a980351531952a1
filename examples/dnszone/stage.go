package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// A stage is the test that a [dnstest.Server] belongs to, where there is none: it ends with the program.
type stage struct {
	testing.TB // for what no server asks for

	ctx     context.Context
	cleanup []func()
	failure error
}

// open makes a server of a zone file.
func (s *stage) open(zone string) (srv *dnstest.Server, err error) {
	done := make(chan struct{})
	go func() { // which Fatalf ends
		defer close(done)
		srv = dnstest.NewServer(s, zone)
	}()
	<-done
	return srv, s.failure
}

func (s *stage) end() {
	for _, f := range slices.Backward(s.cleanup) {
		f()
	}
}

// Helper does nothing: there is no line to blame.
func (s *stage) Helper() {}

// Context ends with the program.
func (s *stage) Context() context.Context { return s.ctx }

// Cleanup has f called at the end.
func (s *stage) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }

// Fatalf keeps the mistake in the zone, and ends the goroutine.
func (s *stage) Fatalf(format string, args ...any) {
	s.failure = fmt.Errorf(format, args...)
	runtime.Goexit()
}

// Errorf tells of an answer that could not be packed, which the zone is to blame for: the query stays
// without an answer.
func (s *stage) Errorf(string, ...any) {}
