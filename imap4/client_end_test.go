package imap4

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClientErr asks whether the conversation is over, before it is and after, and
// reads what later calls say of it.
func TestClientErr(t *testing.T) {
	c := clientOn(t, clientGreeting+"C: w1 NOOP\nS: w1 NO not now\nC: w2 NOOP\n", nil)
	require.NoError(t, c.Err())
	require.Error(t, c.Noop(t.Context()))
	require.NoError(t, c.Err(), "a refusal is not the end")
	require.ErrorIs(t, c.Noop(t.Context()), io.ErrUnexpectedEOF)
	require.ErrorIs(t, c.Err(), io.ErrUnexpectedEOF)
	err := c.Noop(t.Context())
	require.EqualError(t, err, "imap4: the conversation is over: server has hung up: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	c = clientOn(t, clientGreeting+"listen", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, c.Noop(ctx))
	require.NoError(t, c.Err(), "nothing has begun")
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Err(), net.ErrClosed)
}
