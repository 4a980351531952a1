package storetest

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// Run checks stores that open makes. It closes them.
func Run(t *testing.T, open func(t *testing.T) rvp.NodeStore) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				defer func() { require.NoError(t, s.Close()) }()
				c.check(t, s)
			})
		})
	}
}

// cases are the rules.
var cases = []struct {
	name  string
	check func(*testing.T, rvp.NodeStore)
}{
	{"RecordUnknown", recordUnknown},
	{"UpdateKeeps", updateKeeps},
	{"UpdateFails", updateFails},
	{"UpdateCopies", updateCopies},
	{"UpdateConcurrent", updateConcurrent},
	{"ZeroRecord", zeroRecord},
	{"Due", due},
	{"DueOrder", dueOrder},
	{"DueLimit", dueLimit},
	{"DueMoves", dueMoves},
	{"SubscriptionIDs", subscriptionIDs},
	{"SubscriptionEnds", subscriptionEnds},
	{"Renew", renew},
	{"Unsubscribe", unsubscribe},
	{"OtherNode", otherNode},
	{"Types", types},
	{"SubscriptionLimit", subscriptionLimit},
	{"ManySubscriptions", manySubscriptions},
	{"Sweep", sweep},
	{"Counts", counts},
	{"SubscribeConcurrent", subscribeConcurrent},
}
