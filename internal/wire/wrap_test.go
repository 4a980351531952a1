package wire_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/wire"
)

// A shouting layer writes in capitals.
type shouting struct{ net.Conn }

func (s shouting) Write(p []byte) (int, error) {
	return s.Conn.Write([]byte(strings.ToUpper(string(p))))
}

// What was queued before a layer is there goes out beneath it.
func TestWrap(t *testing.T) {
	a, b := memnet.Pipe()
	defer a.Close()
	c := wire.New(b, wire.Timeouts{})
	_, err := c.WriteString("one ")
	require.NoError(t, err)
	require.NoError(t, c.Wrap(func(nc net.Conn) net.Conn { return shouting{nc} }))
	_, err = c.WriteString("two")
	require.NoError(t, err)
	require.NoError(t, c.Flush())
	require.Nil(t, c.TLS())
	require.NoError(t, b.Close())
	got, err := io.ReadAll(a)
	require.NoError(t, err)
	require.Equal(t, "one TWO", string(got))
}

// What came beneath a layer before it was there belongs to nobody.
func TestWrapPipelined(t *testing.T) {
	a, b := memnet.Pipe()
	defer a.Close()
	defer b.Close()
	c := wire.New(b, wire.Timeouts{})
	_, err := io.WriteString(a, "COMPRESS\r\nmore\r\n")
	require.NoError(t, err)
	_, err = c.ReadLine(100)
	require.NoError(t, err)
	require.ErrorIs(t, c.Wrap(func(nc net.Conn) net.Conn { return shouting{nc} }), wire.ErrPipelined)
}

// ReadFrom sends all that a reader has, and tells whose error it was.
func TestReadFrom(t *testing.T) {
	a, b := memnet.Pipe()
	defer a.Close()
	c := wire.New(b, wire.Timeouts{})
	text := strings.Repeat("0123456789", 20_000)
	_, err := c.WriteString("<")
	require.NoError(t, err)
	n, err := c.ReadFrom(iotest.HalfReader(strings.NewReader(text)))
	require.NoError(t, err)
	require.EqualValues(t, len(text), n)
	broken := errors.New("broken")
	_, err = c.ReadFrom(io.MultiReader(strings.NewReader(">"), iotest.ErrReader(broken)))
	require.Equal(t, broken, err)
	_, err = c.ReadFrom(stuck{})
	require.Equal(t, io.ErrNoProgress, err)
	require.NoError(t, c.Flush())
	require.NoError(t, b.Close())
	_, err = c.ReadFrom(strings.NewReader(text))
	require.Error(t, err)
	got, err := io.ReadAll(a)
	require.NoError(t, err)
	require.Equal(t, "<"+text+">", string(got))
}

// A stuck reader has nothing and no end.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
