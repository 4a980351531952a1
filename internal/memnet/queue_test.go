package memnet

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQueue compares with a plain buffer, over sizes on all sides of a block's.
func TestQueue(t *testing.T) {
	var q queue
	var want bytes.Buffer
	rnd := rand.New(rand.NewPCG(1, 2))
	p := make([]byte, 3*blockSize)
	for range 2000 {
		for i := range p {
			p[i] = byte(rnd.Uint32())
		}
		in := p[:rnd.IntN(len(p))]
		q.push(in)
		want.Write(in)
		got := make([]byte, rnd.IntN(len(p)+100))
		n := q.pull(got)
		require.True(t, bytes.Equal(want.Next(len(got)), got[:n]))
		require.Equal(t, want.Len(), q.n)
	}
}

// TestIdleHoldsNothing checks that drained connections keep no buffer.
func TestIdleHoldsNothing(t *testing.T) {
	a, b := PipeSize(1 << 20)
	for _, size := range []int{1, blockSize, 100_000} {
		_, err := a.Write(make([]byte, size))
		require.NoError(t, err)
		for n := 0; n < size; {
			m, err := b.Read(make([]byte, 4096))
			require.NoError(t, err)
			n += m
		}
		require.Nil(t, b.(*Conn).r.head)
		require.Nil(t, b.(*Conn).r.tail)
	}
	_, err := a.Write(make([]byte, 100_000))
	require.NoError(t, err)
	require.NoError(t, b.Close())
	require.Nil(t, b.(*Conn).r.head, "what nobody can read is not kept")
	require.Zero(t, b.(*Conn).r.n)
}
