package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	ready := true
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, "store: \x1bok\n")
	}))
	defer s.Close()
	status, stdout, stderr := command(t, "", "health", s.URL+"/")
	require.Equal(t, 0, status, stderr)
	require.Equal(t, "store:  ok\n", stdout)
	ready = false
	status, stdout, stderr = command(t, "", "health", s.URL)
	require.Equal(t, 1, status)
	require.NotEmpty(t, stdout)
	require.Contains(t, stderr, "the server is not ready: 503")
	status, _, _ = command(t, "", "health")
	require.Equal(t, 2, status)
	status, _, _ = command(t, "", "health", "http://127.0.0.1:1")
	require.Equal(t, 1, status)
}

// The service manager hears that the server is ready, that it is alive, and that it stops.
func TestNotify(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, l.SetReadDeadline(time.Now().Add(time.Minute)))
	hear := func(want string) {
		t.Helper()
		b := make([]byte, 100)
		n, err := l.Read(b)
		require.NoError(t, err)
		require.Equal(t, want, string(b[:n]))
	}
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "20000")
	ctx, cancel := context.WithCancel(t.Context())
	over := errors.New("over")
	proceed, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- notified(ctx, slog.New(slog.DiscardHandler), func() error {
			<-proceed
			return over
		})
	}()
	hear("READY=1")
	hear("WATCHDOG=1")
	cancel()
	for b := make([]byte, 100); ; {
		n, err := l.Read(b)
		require.NoError(t, err)
		if string(b[:n]) == "STOPPING=1" {
			break
		}
	}
	close(proceed)
	require.ErrorIs(t, <-ended, over)
	t.Setenv("NOTIFY_SOCKET", "")
	require.ErrorIs(t, notified(t.Context(), nil, func() error { return over }), over)
}
