package storetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// A trial is a test that may fail.
type trial struct {
	testing.TB
	mu  sync.Mutex
	why string
}

func (t *trial) Helper() {}

func (t *trial) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.why == "" {
		t.why = fmt.Sprintf(format, args...)
	}
}

func (t *trial) FailNow() {
	t.Errorf("failed")
	runtime.Goexit()
}

func (t *trial) Skip(...any)          { runtime.Goexit() }
func (t *trial) Skipf(string, ...any) { runtime.Goexit() }

// failure runs rules until one fails, and tells which.
func failure(t *testing.T, g group, open func() Accounts, patience time.Duration) (name, why string) {
	t.Helper()
	for _, r := range g.rules {
		tried := &trial{TB: t}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.check(newEnv(tried, open(), patience))
		}()
		<-ended
		tried.mu.Lock()
		name, why = r.name, tried.why
		tried.mu.Unlock()
		if why != "" {
			return name, why
		}
	}
	return "", ""
}

// TestRight checks that a store without a fault keeps all rules.
func TestRight(t *testing.T) {
	for _, g := range groups() {
		name, why := failure(t, g, func() Accounts { return new(memory.Store).Account }, patience)
		require.Empty(t, name+why, g.name)
	}
}

// TestFaults checks that each fault breaks a rule of the group that is about it.
func TestFaults(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.group+"/"+f.name, func(t *testing.T) {
			found := false
			for _, g := range groups() {
				if g.name != f.group {
					continue
				}
				found = true
				name, why := failure(t, g, func() Accounts {
					store := new(memory.Store)
					wrap := f.wrap()
					return func(user string) imap4.Account { return wrap(store.Account(user)) }
				}, 300*time.Millisecond)
				require.NotEmpty(t, why, "no rule found the fault")
				t.Logf("%s: %.200s", name, why)
			}
			require.True(t, found)
		})
	}
}

// Run is what a store's author calls.
func TestRun(t *testing.T) {
	Run(t, func(testing.TB) Accounts { return new(memory.Store).Account })
}
