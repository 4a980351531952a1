package conform

import "testing"

// Subtest reports r as a subtest of t: what does not apply is skipped, and a
// failure comes with the transcript.
func Subtest(t *testing.T, r Result) {
	t.Helper()
	t.Run(r.Name, func(t *testing.T) {
		switch r.Verdict {
		case Fail:
			t.Errorf("%s: %s\n%s", r.Ref, r.Requirement, r.Detail)
			for _, line := range r.Transcript {
				t.Log(line)
			}
		case NotApplicable:
			t.Skip(r.Detail)
		}
	})
}
