//go:build linux

package peers

import "slices"

// A sample is one measure, round by round.
type sample []float64

// median is the middle of s, 0 if s is empty.
func (s sample) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// over divides s by t, round by round, so that what disturbed a round is in
// both.
func (s sample) over(t sample) sample {
	q := make(sample, len(s))
	for i := range s {
		q[i] = s[i] / t[i]
	}
	return q
}
