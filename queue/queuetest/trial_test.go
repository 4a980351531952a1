package queuetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
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

// failure runs rules until one fails, and tells which.
func failure(t *testing.T, rules []rule, s Subject) (name, why string) {
	for _, r := range rules {
		if r.need != nil && !r.need(s) {
			continue
		}
		tried := &trial{TB: t}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.check(newEnv(tried, s, r.real))
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

// memories are stores that share what has the same dir, as processes do, and keep it over a Close.
func memories(wrap func(queue.Store) queue.Store) Subject {
	var mu sync.Mutex
	stores := make(map[string]queue.Store)
	return Subject{
		Open: func(_ testing.TB, dir string, now func() time.Time) queue.Store {
			mu.Lock()
			defer mu.Unlock()
			s, ok := stores[dir]
			if !ok {
				s = wrap(memory.New(now))
				stores[dir] = s
			}
			return s
		},
		Shared: true,
	}
}

// TestRight checks that a store without a fault keeps all rules, all of them.
func TestRight(t *testing.T) {
	for group, rules := range groups() {
		name, why := failure(t, rules, memories(func(s queue.Store) queue.Store { return s }))
		require.Empty(t, name, "%s: %s", group, why)
	}
}

// TestFaults checks that each fault breaks a rule of the group that is about it.
func TestFaults(t *testing.T) {
	all := groups()
	for _, f := range faults() {
		t.Run(f.group+"/"+f.name, func(t *testing.T) {
			require.Contains(t, all, f.group)
			subject := memories(f.wrap)
			subject.patience = time.Second // some faults have a rule wait for ever
			name, why := failure(t, all[f.group], subject)
			require.NotEmpty(t, name, "no rule found the fault")
			t.Logf("%s: %.200s", name, why)
		})
	}
}

// TestUnshared checks that stores which do not share their data, or lose it, are found out.
func TestUnshared(t *testing.T) {
	for _, shared := range []bool{true, false} {
		name, _ := failure(t, sharingRules(), Subject{
			Open:   func(_ testing.TB, _ string, now func() time.Time) queue.Store { return memory.New(now) },
			Shared: shared, patience: time.Second,
		})
		require.NotEmpty(t, name)
	}
}
