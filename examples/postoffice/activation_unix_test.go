//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A manager is what starts the server, as systemd does.
type manager struct {
	t *testing.T
	l *net.UnixConn
}

func newManager(t *testing.T) (m *manager, socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	require.NoError(t, l.SetReadDeadline(time.Now().Add(time.Minute)))
	return &manager{t, l}, socket
}

// hears waits for a message that begins like this, and returns the rest.
func (m *manager) hears(want string) string {
	m.t.Helper()
	for {
		b := make([]byte, 1000)
		n, err := m.l.Read(b)
		require.NoError(m.t, err)
		if rest, ok := strings.CutPrefix(string(b[:n]), want); ok {
			return rest
		}
	}
}

// The manager hears that the server is ready, that it is alive, and that it stops. What is said of it is one line.
func TestNotify(t *testing.T) {
	m, socket := newManager(t)
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "20000")
	ctx, cancel := context.WithCancel(t.Context())
	over := errors.New("over")
	proceed, ended := make(chan struct{}), make(chan error, 1)
	n := newNotifier(slog.New(slog.DiscardHandler))
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC"} {
		_, there := os.LookupEnv(name)
		require.False(t, there, name)
	}
	go func() {
		ended <- n.while(ctx, "all\nis well", func() error {
			<-proceed
			return over
		})
	}()
	require.Equal(t, "\nSTATUS=all is well", m.hears("READY=1"))
	m.hears("WATCHDOG=1")
	cancel()
	require.Contains(t, m.hears("STOPPING=1"), "STATUS=")
	close(proceed)
	require.ErrorIs(t, <-ended, over)
	require.ErrorIs(t, newNotifier(nil).while(t.Context(), "", func() error { return over }), over, "nobody wants to know")
}

// managed starts the program with sockets, as systemd does: the process that it is has the number in LISTEN_PID.
func managed(t *testing.T, sockets []*net.TCPListener, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$@"`, "sh", self}, args...)...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1", fmt.Sprintf("LISTEN_FDS=%d", len(sockets))), environment...)
	for _, s := range sockets {
		f, err := s.File()
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	cmd.Stderr = t.Output()
	return cmd
}

func listening(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

// greeting connects, and reads what the server says first.
func greeting(t *testing.T, addr string) string {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(time.Minute)))
	line, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	return line
}

// The program serves at the sockets that it is given, by name and by address, tells the manager of its life, and
// those who come while the configuration is read again, or after a start, find it.
func TestUnderManager(t *testing.T) {
	m, socket := newManager(t)
	named, named2, placed := listening(t), listening(t), listening(t)
	dir := t.TempDir()
	file := configFile(t, `web.admin-address = ""
[[virtual]]
name = "in"
protocol = "smtp"
addresses = ["127.0.0.1:1"]
[[virtual]]
name = "box"
protocol = "pop3"
addresses = ["127.0.0.1:0", "`+placed.Addr().String()+`"]
`)
	ready := filepath.Join(dir, "ready.json")
	cmd := managed(t, []*net.TCPListener{named, named2, placed}, []string{"NOTIFY_SOCKET=" + socket, "LISTEN_FDNAMES=in:in:postoffice.socket"},
		"-config", file, "-data", filepath.Join(dir, "data"), "-ready", ready)
	require.NoError(t, cmd.Start())
	require.Equal(t, "\nSTATUS=Listening at 2 addresses", m.hears("READY=1"))
	for _, l := range []*net.TCPListener{named, named2} {
		require.Regexp(t, "^220 ", greeting(t, l.Addr().String()))
	}
	require.Regexp(t, `^\+OK`, greeting(t, placed.Addr().String()))
	content, err := os.ReadFile(ready)
	require.NoError(t, err)
	var addresses map[string]any
	require.NoError(t, json.Unmarshal(content, &addresses))
	require.Equal(t, named.Addr().String(), addresses["in"])

	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.Regexp(t, `^\nMONOTONIC_USEC=[1-9][0-9]+$`, m.hears("RELOADING=1"))
	require.Contains(t, m.hears("READY=1"), "STATUS=Listening")
	require.Regexp(t, "^220 ", greeting(t, named.Addr().String()))
	require.NoError(t, os.WriteFile(file, []byte("no = true"), 0o600))
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	m.hears("RELOADING=1")
	require.Contains(t, m.hears("READY=1"), "STATUS=The configuration was not read again as it should: nothing was changed")

	for _, do := range []string{"stop", "start"} {
		status, _, stderr := command(t, "", "server", do, "in", "-data", filepath.Join(dir, "data"))
		require.Equal(t, 0, status, stderr)
	}
	require.Regexp(t, "^220 ", greeting(t, named2.Addr().String()))
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	m.hears("STOPPING=1")
	require.NoError(t, cmd.Wait())
	nc, err := net.Dial("tcp", named.Addr().String())
	require.NoError(t, err, "the socket stays, for the next start")
	require.NoError(t, nc.Close())
}

// What is handed over and is no listener is told; what is another process's is left alone; and the variables are gone.
func TestHandedOver(t *testing.T) {
	for _, tt := range []struct {
		pid, count string
		want       string
	}{
		{"1", "1", ""},
		{"", "1", ""},
		{fmt.Sprint(os.Getpid()), "many", `LISTEN_FDS="many" is not a number of sockets`},
		{fmt.Sprint(os.Getpid()), "0", ""},
	} {
		t.Setenv("LISTEN_PID", tt.pid)
		t.Setenv("LISTEN_FDS", tt.count)
		t.Setenv("LISTEN_FDNAMES", "x")
		list, err := handedOver()
		require.Empty(t, list)
		require.Equal(t, tt.want, fmt.Sprint(errors.Join(err, nil))[:len(tt.want)], "%v", err)
		for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
			_, there := os.LookupEnv(name)
			require.False(t, there, name)
		}
	}
	cmd := managed(t, nil, []string{"LISTEN_FDS=1"}, "-ephemeral")
	f, err := os.Open("notify.go")
	require.NoError(t, err)
	defer f.Close()
	cmd.ExtraFiles = []*os.File{f}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.Error(t, cmd.Run())
	require.Contains(t, stderr.String(), "descriptor 3 () of LISTEN_FDS is not a socket that listens")
}
