//go:build linux

package peers

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// startClients runs the clients. All send to the server at addr.
func startClients(tb testing.TB, addr string) []*process {
	tb.Helper()
	all := make([]*process, len(senders))
	for i, s := range senders {
		p, err := startSelf(s.name, clientVar+"="+s.name, targetVar+"="+addr)
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, p.close()) })
		all[i] = p
	}
	return all
}

// send has a client send n messages of size octets in each of its sessions.
func (p *process) send(size, n int) error {
	_, err := p.order(orderSend, strconv.Itoa(size), strconv.Itoa(n))
	return err
}

// target is the server that clients are measured with: a program of another
// author if it is installed, so that neither client is at home.
func target(tb testing.TB) server {
	all := installed(tb)
	for _, s := range all {
		if s.program != nil {
			return s
		}
	}
	return all[0]
}

// BenchmarkSMTPClient measures the CPU time that clients take for a message.
// Both may do as their authors thought best: with smtp-sink's PIPELINING ours
// sends the commands at once; go-smtp waits for each reply.
func BenchmarkSMTPClient(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			to, err := start(target(b))
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, to.close()) })
			all := startClients(b, to.addr)
			for _, p := range all {
				require.NoError(b, p.send(size.octets, size.messages)) // so that the first round is like the others
				profile(b, p)
			}
			measured := rounds(b, all, func(i int) float64 {
				t := spent(b, all[i], func() error { return all[i].send(size.octets, size.messages) })
				return float64(t.Nanoseconds()) / 1000 / float64(size.messages*sessions)
			})
			report(b, "µs/msg", names(all), measured)
		})
	}
}

// TestClients checks that both clients do send: all servers take it.
func TestClients(t *testing.T) {
	for _, s := range installed(t) {
		if s.name == "floor" {
			continue // counts lines, and clients do not all send the same
		}
		t.Run(s.name, func(t *testing.T) {
			to, err := start(s)
			require.NoError(t, err)
			for _, p := range startClients(t, to.addr) {
				require.NoError(t, p.send(1<<10, 2))
				require.NoError(t, p.send(1<<20, 1))
			}
			t.Cleanup(func() { require.NoError(t, to.close()) })
		})
	}
}

func TestUnknownClient(t *testing.T) {
	_, err := startSelf("nobody", clientVar+"=nobody")
	require.Error(t, err)
}
