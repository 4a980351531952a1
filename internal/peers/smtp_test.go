//go:build linux

package peers

import (
	"flag"
	"net"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

var profileDir = flag.String("profile", "", "write a CPU profile of each server into this `folder`")

// sizes are those of the messages, and how many of them each session sends in a
// round.
var sizes = []struct {
	name     string
	octets   int
	messages int
}{
	{"1KiB", 1 << 10, 200},
	{"1MiB", 1 << 20, 4},
}

// BenchmarkSMTP measures the CPU time that servers take for a message.
func BenchmarkSMTP(b *testing.B) {
	for _, size := range sizes {
		for _, how := range []manner{lockstep, pipelined, chunked} {
			b.Run(size.name+"/"+string(how), func(b *testing.B) {
				which := installed(b)
				if how == chunked {
					which = slices.DeleteFunc(which, func(s server) bool { return !s.bdat })
				}
				benchmarkRounds(b, which, newMessage(size.octets, how), size.messages)
			})
		}
	}
}

func benchmarkRounds(b *testing.B, which []server, m *message, n int) {
	all := startAll(b, which)
	loads := make([]load, len(all))
	for i, p := range all {
		l, err := connect(p.addr, sessions)
		require.NoError(b, err)
		b.Cleanup(l.close)
		require.NoError(b, l.send(m, n)) // so that the first round is like the others
		loads[i] = l
		profile(b, p)
	}
	measured := rounds(b, all, func(i int) float64 {
		t := spent(b, all[i], func() error { return loads[i].send(m, n) })
		return float64(t.Nanoseconds()) / 1000 / float64(n*sessions)
	})
	report(b, "µs/msg", names(all), measured)
}

// profile writes a profile of p until the benchmark is over, if one is wanted.
func profile(b *testing.B, p *process) {
	if *profileDir == "" || p.orders == nil {
		return
	}
	stop, err := p.profile(*profileDir)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stop()) })
}

// BenchmarkSMTPAllocs counts what each server allocates for a message.
func BenchmarkSMTPAllocs(b *testing.B) {
	for _, s := range servers {
		if s.serve == nil {
			continue // not in this process
		}
		for _, size := range []int{1 << 10, 1 << 20} {
			b.Run(s.name+"/"+strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(b, err)
				go s.serve(l) // until l is closed
				b.Cleanup(func() { l.Close() })
				c, err := dial(l.Addr().String(), nil)
				require.NoError(b, err)
				b.Cleanup(c.close)
				m := newMessage(size, pipelined)
				require.NoError(b, c.send(m))
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					if err := c.send(m); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

const idleSessions = 10000

// BenchmarkSMTPIdle measures the memory of sessions that wait.
func BenchmarkSMTPIdle(b *testing.B) {
	needFiles(b, idleSessions+100)
	which := installed(b)
	measured := make([]sample, len(which))
	called := make([]string, len(which))
	for b.Loop() {
		for i, s := range which {
			called[i] = s.name
			measured[i] = append(measured[i], idleKiB(b, s)/idleSessions)
		}
	}
	report(b, "KiB/conn", called, measured)
}

// needFiles sees to it that this process and its children can open n files.
func needFiles(b *testing.B, n uint64) {
	b.Helper()
	var limit syscall.Rlimit
	require.NoError(b, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if limit.Max >= n { // package os has raised limit.Cur to it
		return
	}
	limit = syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Skipf("cannot open %d files: %v", n, err)
	}
}

// idleKiB is the memory that idle sessions take, all together.
func idleKiB(b *testing.B, s server) float64 {
	p, err := start(s)
	require.NoError(b, err)
	few, err := connect(p.addr, sessions) // what only the first ones cost
	require.NoError(b, err)
	before, err := p.memory()
	require.NoError(b, err)
	many, err := connect(p.addr, idleSessions)
	require.NoError(b, err)
	after, err := p.memory()
	require.NoError(b, err)
	many.close()
	few.close()
	require.NoError(b, p.close())
	return float64(after-before) / 1024
}
