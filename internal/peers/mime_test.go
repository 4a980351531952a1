//go:build linux

package peers

import (
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkMIME measures the CPU time that parsers take to read a message, with
// the collection of garbage that falls into it: in each round each parser in turn
// reads the same message many times. MB/s are of the message, a second of CPU time.
func BenchmarkMIME(b *testing.B) {
	all := mails()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			mail := all[name]
			times := max(1, 4<<20/len(mail)) // in a round
			measured := make([]sample, len(parsers))
			for round := 0; b.Loop(); round++ {
				for k := range parsers {
					i := (k + round) % len(parsers)
					measured[i] = append(measured[i], cpuOf(b, times, func() error {
						_, err := parsers[i].parse(mail)
						return err
					}))
				}
			}
			b.ReportMetric(0, "ns/op") // of a round, which tells nothing
			base := measured[slices.IndexFunc(parsers, func(p parser) bool { return p.name == messagePeer })]
			for i, p := range parsers {
				b.ReportMetric(float64(len(mail)*times)/1e6/measured[i].median(), p.name+"-MB/s")
				if p.name != messagePeer {
					b.ReportMetric(measured[i].over(base).median(), p.name+"/"+messagePeer)
				}
			}
		})
	}
}

// cpuOf is how many seconds of CPU time it takes to call f so many times.
func cpuOf(b *testing.B, times int, f func() error) float64 {
	b.Helper()
	runtime.GC()
	before, err := cpuTime()
	require.NoError(b, err)
	for range times {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	after, err := cpuTime()
	require.NoError(b, err)
	return (after - before).Seconds()
}

// TestParsers checks that all parsers read all of the messages.
func TestParsers(t *testing.T) {
	for name, mail := range mails() {
		want, err := parseWirepost(mail)
		require.NoError(t, err)
		require.Positive(t, want)
		for _, p := range parsers {
			got, err := p.parse(mail)
			require.NoError(t, err, "%s, %s", p.name, name)
			if p.name != "wirepost-index" {
				require.InEpsilon(t, want, got, .03, "%s, %s: line ends at the end of parts aside", p.name, name)
			}
		}
	}
}
