package queuetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// A Subject is the implementation to be checked.
type Subject struct {
	// Open opens the store that is named by dir, a new directory of the test's own; where the store is elsewhere, take it
	// as a name. The same dir is the same store, also after a Close. now is the store's clock, for all of its processes.
	// The suite closes what it opens.
	Open func(tb testing.TB, dir string, now func() time.Time) queue.Store

	// Shared: Open may be called for a dir whose store is open, as other processes do.
	Shared bool

	// Forgets: what is in a store is gone when it is closed.
	Forgets bool

	// Sweep has the store remove at once what it removes from time to time. Nil if there is nothing to be done.
	Sweep func(tb testing.TB, s queue.Store)

	patience time.Duration // what a rule may take; 0: a constant
}

// A rule is a promise and how to check it.
type rule struct {
	name  string
	need  func(Subject) bool // nil: all have to keep it
	real  bool               // by a real clock: it is about time that passes
	check func(e *env)
}

// groups are all rules.
func groups() map[string][]rule {
	return map[string][]rule{
		"Bodies": bodyRules(), "Add": addRules(), "Claim": claimRules(), "Turns": turnRules(), "Leases": leaseRules(),
		"Settle": settleRules(), "Find": findRules(), "Update": updateRules(), "Routes": routeRules(), "Wait": waitRules(),
		"Sharing": sharingRules(),
	}
}

// TestStore checks every rule, each on a store of its own. Those that the Subject says it cannot keep are skipped.
func TestStore(t *testing.T, s Subject) {
	all := groups()
	for _, group := range slices.Sorted(maps.Keys(all)) {
		t.Run(group, func(t *testing.T) {
			for _, r := range all[group] {
				t.Run(r.name, func(t *testing.T) {
					if r.need != nil && !r.need(s) {
						t.Skip("the store does not say that it can do this")
					}
					r.check(newEnv(t, s, r.real))
				})
			}
		})
	}
}
