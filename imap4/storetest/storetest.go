package storetest

import (
	"testing"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// Accounts opens another session of a user of one store. The kit calls it with
// the names "alice" and "bob" and closes what it opens. Each user has an INBOX
// without messages at first; other mailboxes may be there.
type Accounts func(user string) imap4.Account

// A rule is a promise and how to check it.
type rule struct {
	name     string
	sentence string
	check    func(e *env)
}

// A group is rules about one thing.
type group struct {
	name  string
	rules []rule
}

// groups returns all rules.
func groups() []group {
	return []group{
		{"Mailboxes", mailboxRules()},
		{"Append", appendRules()},
		{"Scan", scanRules()},
		{"SetFlags", flagRules()},
		{"Copy", copyRules()},
		{"Body", bodyRules()},
		{"Watch", watchRules()},
		{"Concurrent", concurrentRules()},
		{"Upgrades", upgradeRules()},
		{"Sharing", sharingRules()},
	}
}

// Run checks every rule, each on a store of its own that open makes. Rules about
// interfaces that an account does not have are skipped. A wait that takes more
// than half a minute fails the rule.
func Run(t *testing.T, open func(tb testing.TB) Accounts) {
	t.Helper()
	for _, g := range groups() {
		t.Run(g.name, func(t *testing.T) {
			for _, r := range g.rules {
				t.Run(r.name, func(t *testing.T) {
					t.Log("rule:", r.sentence)
					r.check(newEnv(t, open(t), patience))
				})
			}
		})
	}
}

// patience is how long a call may take that should return at once.
const patience = 30 * time.Second
