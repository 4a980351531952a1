//go:build linux

package peers

import (
	"flag"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

var profileDir = flag.String("profile", "", "write a CPU profile of each server into this `folder`")

const sessions = 10

// BenchmarkSMTP measures the CPU time that servers take for a message.
func BenchmarkSMTP(b *testing.B) {
	for _, size := range []struct {
		name     string
		octets   int
		messages int // of each session in a round
	}{
		{"1KiB", 1 << 10, 200},
		{"1MiB", 1 << 20, 4},
	} {
		b.Run(size.name+"/lockstep", func(b *testing.B) {
			benchmarkRounds(b, newMessage(size.octets, false), size.messages)
		})
		b.Run(size.name+"/pipelined", func(b *testing.B) {
			benchmarkRounds(b, newMessage(size.octets, true), size.messages)
		})
	}
}

func benchmarkRounds(b *testing.B, m *message, n int) {
	all := startAll(b)
	loads := make([]load, len(all))
	for i, p := range all {
		l, err := connect(p.addr, sessions)
		require.NoError(b, err)
		b.Cleanup(l.close)
		require.NoError(b, l.send(m, n)) // so that the first round is like the others
		loads[i] = l
		profile(b, p)
	}
	measured := make([]sample, len(all))
	for round := 0; b.Loop(); round++ {
		for k := range all {
			i := (k + round) % len(all)
			t := spent(b, all[i], func() error { return loads[i].send(m, n) })
			measured[i] = append(measured[i], float64(t.Nanoseconds())/1000/float64(n*sessions))
		}
	}
	report(b, "µs/msg", measured)
}

// profile writes a profile of p until the benchmark is over, if one is wanted.
func profile(b *testing.B, p *process) {
	if *profileDir == "" {
		return
	}
	stop, err := p.profile(*profileDir)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stop()) })
}

// BenchmarkSMTPAllocs counts what each server allocates for a message.
func BenchmarkSMTPAllocs(b *testing.B) {
	for _, s := range servers {
		for _, size := range []int{1 << 10, 1 << 20} {
			b.Run(s.name+"/"+strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(b, err)
				go s.serve(l) // until l is closed
				b.Cleanup(func() { l.Close() })
				c, err := dial(l.Addr().String(), nil)
				require.NoError(b, err)
				b.Cleanup(c.close)
				m := newMessage(size, true)
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
	measured := make([]sample, len(servers))
	for b.Loop() {
		for i, s := range servers {
			measured[i] = append(measured[i], idleKiB(b, s.name)/idleSessions)
		}
	}
	report(b, "KiB/conn", measured)
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
func idleKiB(b *testing.B, name string) float64 {
	p, err := start(name)
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
