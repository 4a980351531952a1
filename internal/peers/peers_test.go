//go:build linux

package peers

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain is the main function of the children, too.
func TestMain(m *testing.M) {
	if name := os.Getenv(serverVar); name != "" {
		if err := runChild(name, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// startAll runs every server.
func startAll(b *testing.B) []*process {
	b.Helper()
	all := make([]*process, len(servers))
	for i, s := range servers {
		p, err := start(s.name)
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

// report reports the medians of what was measured, and how they relate.
func report(b *testing.B, unit string, measured []sample) {
	b.ReportMetric(0, "ns/op") // of a round, which tells nothing
	for i, s := range measured {
		b.ReportMetric(s.median(), servers[i].name+"-"+unit)
	}
	for _, i := range []int{ours, bare} {
		b.ReportMetric(measured[i].over(measured[peer]).median(), servers[i].name+"/"+servers[peer].name)
	}
}
