package conform_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
)

const inChild = "CONFORM_SUBTEST"

// TestSubtest has a child do what fails a test.
func TestSubtest(t *testing.T) {
	if os.Getenv(inChild) != "" {
		for _, r := range []conform.Result{
			{Name: "a/good", Verdict: conform.Pass},
			{Name: "a/bad", Ref: "RFC 5321, 4.2", Requirement: "it holds", Verdict: conform.Fail, Detail: "it does not", Transcript: []string{"C: a", "S: b"}},
			{Name: "a/other", Verdict: conform.NotApplicable, Detail: "no AUTH"},
		} {
			conform.Subtest(t, r)
		}
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSubtest$", "-test.v")
	child.Env = append(os.Environ(), inChild+"=1")
	out, err := child.CombinedOutput()
	require.Error(t, err)
	for _, want := range []string{
		`--- PASS: TestSubtest/a/good `,
		`(?s)RFC 5321, 4.2: it holds\s+it does not\n.*C: a\n.*S: b\n`,
		`--- FAIL: TestSubtest/a/bad `,
		`no AUTH\n`,
		`--- SKIP: TestSubtest/a/other `,
	} {
		require.Regexp(t, want, string(out))
	}
}
