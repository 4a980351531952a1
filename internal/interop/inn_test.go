//go:build interop

package interop

import (
	"strings"
	"testing"

	"github.com/wirepost/wirepost/nntp/nntptest"
)

// TestINNConforms has INN pass the cases for any server, but for what it is known
// to do otherwise: so neither the cases nor our engine ask for what nobody does.
func TestINNConforms(t *testing.T) {
	n := newINN(t)
	nntptest.Check(t.Context(), nntptest.Target{Addr: n.addr, Group: "example.test", MayPost: true, MayFeed: true}, func(r nntptest.Result) {
		why, known := innDeparts(r.Name)
		switch {
		case r.Verdict == nntptest.Fail && !known:
			t.Errorf("%s (%s): %s\n%s", r.Name, r.Ref, r.Requirement, r.Detail)
			for _, line := range r.Transcript {
				t.Log(line)
			}
		case r.Verdict == nntptest.Pass && known:
			t.Errorf("%s: INN passes, though it was known that %s", r.Name, why)
		}
	})
}

// innDeparts is where INN 2.7 departs from the standards.
func innDeparts(name string) (why string, known bool) {
	switch name {
	case "table/IHAVE is 501", "table/IHAVE x is 501":
		return "innd answers wrong arguments of IHAVE by 435", true
	case "syntax/bare LF ends no command":
		return "a line may end in LF", true
	case "IHAVE/another identifier", "STREAMING/refused":
		return "innd takes an article of another identifier than was announced", true
	}
	if strings.HasPrefix(name, "smuggling/") && name != "smuggling/header" {
		return "nnrpd ends a post at a dot between bare LFs and obeys what follows; both take bare CR and LF, and serve them", true
	}
	return "", false
}
