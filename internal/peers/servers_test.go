//go:build linux

package peers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestServers checks that every server takes what the benchmarks send, and
// tells what they ask of it. Replies are checked by the client.
func TestServers(t *testing.T) {
	for _, s := range installed(t) {
		t.Run(s.name, func(t *testing.T) {
			p, err := start(s)
			require.NoError(t, err)
			l, err := connect(p.addr, 3)
			require.NoError(t, err)
			before, err := p.cpu()
			require.NoError(t, err)
			for _, size := range []int{100, 1 << 10, 1 << 20} {
				for _, how := range []manner{lockstep, pipelined, chunked} {
					if how != chunked || s.bdat {
						require.NoError(t, l.send(newMessage(size, how), 2))
					}
				}
			}
			after, err := p.cpu()
			require.NoError(t, err)
			require.Greater(t, after, before)
			n, err := p.memory()
			require.NoError(t, err)
			require.Positive(t, n)
			l.close()
			require.NoError(t, p.close())
		})
	}
}

func TestUnknownServer(t *testing.T) {
	_, err := start(server{name: "nobody"})
	require.Error(t, err)
}

func TestBody(t *testing.T) {
	for _, size := range []int{100, 151, 152, 153, 1 << 10, 1 << 20} {
		b := string(body(size))
		require.Len(t, b, size)
		require.Equal(t, "\r\n", b[size-len("\r\n"):])
		require.NotContains(t, b, "\n.", "nothing needs stuffing")
	}
}

func TestMedian(t *testing.T) {
	require.Zero(t, sample{}.median())
	require.InDelta(t, 2, sample{9, 2, 1}.median(), 0)
	require.InDelta(t, 2.5, sample{9, 2, 1, 3}.median(), 0)
	require.Equal(t, sample{3, 0.5}, sample{6, 1}.over(sample{2, 2}))
}
