package engine_test

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/engine"
)

func TestDial(t *testing.T) {
	for addr, want := range map[string]struct{ network, host string }{
		"mail.example:25":  {"tcp", "mail.example"},
		"mail.example.:25": {"tcp", "mail.example"},
		"[2001:db8::1]:25": {"tcp", "2001:db8::1"},
		":25":              {"tcp", ""},
		"/run/mail.sock":   {"unix", ""},
	} {
		_, host, err := engine.Dial(t.Context(), addr, func(_ context.Context, network, to string) (net.Conn, error) {
			require.Equal(t, want.network, network, addr)
			require.Equal(t, addr, to)
			return nil, nil
		}, 0)
		require.NoError(t, err)
		require.Equal(t, want.host, host)
	}
	_, _, err := engine.Dial(t.Context(), "mail.example", nil, 0)
	require.ErrorContains(t, err, `addr must be "host:port" or an absolute path: address mail.example: missing port`)
}

func TestDialTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		began := time.Now()
		_, _, err := engine.Dial(t.Context(), "mail.example:25", never, time.Minute)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err = engine.Connect(ctx, "tcp", "mail.example:25", never, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Hour+time.Minute, time.Since(began), "no limit but the caller's")
	})
}

// TestDialUnix checks that without a DialFunc the connection is a real one.
func TestDialUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	require.NoError(t, err)
	defer ln.Close()
	nc, _, err := engine.Dial(t.Context(), path, nil, time.Minute)
	require.NoError(t, err)
	require.NoError(t, nc.Close())
}
