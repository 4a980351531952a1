//go:build linux

package peers

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain is the main function of the children, too.
func TestMain(m *testing.M) {
	if is, err := runChild(os.Stdin, os.Stdout); is {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// installed are the servers that can run here.
func installed(tb testing.TB) []server {
	return slices.DeleteFunc(slices.Clone(servers), func(s server) bool {
		missing := s.program != nil && found(s.program[0]) == ""
		if missing {
			tb.Logf("without %s, which is not installed: see .ci/packages", s.name)
		}
		return missing
	})
}

// startAll runs servers.
func startAll(b *testing.B, which []server) []*process {
	b.Helper()
	all := make([]*process, len(which))
	for i, s := range which {
		p, err := start(s)
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, p.close()) })
		all[i] = p
	}
	return all
}

// spent is the CPU time that p uses while f runs.
func spent(b *testing.B, p *process, f func() error) time.Duration {
	b.Helper()
	before, err := p.cpu()
	require.NoError(b, err)
	require.NoError(b, f())
	after, err := p.cpu()
	require.NoError(b, err)
	return after - before
}

// rounds measures the same of each process in turn, as often as the benchmark
// has rounds. Who comes first changes, and so does what the machine does
// besides.
func rounds(b *testing.B, all []*process, measure func(i int) float64) []sample {
	b.Helper()
	measured := make([]sample, len(all))
	for round := 0; b.Loop(); round++ {
		for k := range all {
			i := (k + round) % len(all)
			measured[i] = append(measured[i], measure(i))
		}
	}
	return measured
}

// report reports the medians of what was measured, and how they relate to the
// peer's.
func report(b *testing.B, unit string, names []string, measured []sample) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // of a round, which tells nothing
	base := measured[slices.Index(names, peer)]
	for i, name := range names {
		b.ReportMetric(measured[i].median(), name+"-"+unit)
		if name != peer {
			b.ReportMetric(measured[i].over(base).median(), name+"/"+peer)
		}
	}
}

// names are those of processes.
func names(all []*process) []string {
	s := make([]string, len(all))
	for i, p := range all {
		s[i] = p.name
	}
	return s
}
