package storetest

import (
	"testing"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// A Subject is the implementation to be checked.
type Subject struct {
	// Open opens the store that is named by dir, a new directory of the test's own: where the store
	// is elsewhere, take it as a name. The same dir again, after a Close, is the same store. The
	// suite closes what it opens.
	Open func(tb testing.TB, dir string) store.Store

	// Advance moves the clock of the stores that Open returns. If it is nil, the cases about leases
	// that run out and things that are forgotten are skipped.
	Advance func(d time.Duration)
}

// A rule is a promise and how to check it.
type rule struct {
	name  string
	why   string
	timed bool // needs Advance
	check func(e *env)
}

// Run checks every rule, each on a store of its own.
func Run(t *testing.T, s Subject) {
	groups := map[string][]rule{
		"Accounts": accountRules, "Lists": listRules, "Folders": folderRules, "Deliver": deliverRules, "Append": appendRules,
		"Scan": scanRules, "Flags": flagRules, "Copy": copyRules, "Lease": leaseRules,
		"Watch": watchRules, "Notes": noteRules, "Summaries": summaryRules, "Articles": articleRules, "Lifecycle": lifecycleRules, "Concurrency": concurrencyRules,
	}
	for name, rules := range groups {
		t.Run(name, func(t *testing.T) {
			for _, r := range rules {
				t.Run(r.name, func(t *testing.T) {
					if r.timed && s.Advance == nil {
						t.Skip("the subject's clock cannot be moved")
					}
					t.Log("rule:", r.why)
					e := newEnv(t, s)
					r.check(e)
					e.recountAll()
				})
			}
		})
	}
}
