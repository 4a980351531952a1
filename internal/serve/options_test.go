package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDefaults(t *testing.T) {
	var o Options
	require.Same(t, slog.Default(), o.logger())
	require.Equal(t, 10*time.Second, o.proxyTimeout())
	require.NotNil(t, o.baseContext(nil))
}

func TestMayPass(t *testing.T) {
	for err, want := range map[error]bool{
		syscall.EMFILE:           true,
		syscall.ENFILE:           true,
		syscall.ENOMEM:           true,
		syscall.EPROTO:           true,
		syscall.ECONNABORTED:     true,
		os.ErrDeadlineExceeded:   true,
		syscall.EBADF:            false,
		syscall.EINVAL:           false,
		net.ErrClosed:            false,
		errors.New("accept: no"): false,
	} {
		require.Equal(t, want, mayPass(err), "%v", err)
		wrapped := fmt.Errorf("listener: %w", &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", err)})
		require.Equal(t, want, mayPass(wrapped), "%v", wrapped)
	}
}

// TestNoHalfClose wraps a connection that has only one end.
func TestNoHalfClose(t *testing.T) {
	p := &proxied{Conn: addrConn{}}
	require.ErrorIs(t, p.CloseWrite(), errors.ErrUnsupported)
}
