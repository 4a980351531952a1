//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
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

// patience is how long anything may take on a busy machine.
const patience = time.Minute

// within returns a context that ends when patience does.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// find returns where a program is: in PATH, or among those for the superuser,
// which are not in everybody's.
func find(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	require.NoError(t, err, "%s is missing: install the Debian package %s", name, debian)
	return path
}

// run runs a program to its end and returns what it prints.
func run(t *testing.T, path string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(within(t), path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// start starts a server and waits until it takes connections on all of the
// addresses. At the end of the test stop is called, if it is not nil, and the
// server is told to terminate, and killed if it does not.
func start(t *testing.T, path string, args []string, stop func(), addrs ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	// What holds the output open is one of its processes.
	cmd.WaitDelay = patience
	require.NoError(t, cmd.Start())
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		if stop != nil {
			stop()
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			t.Logf("%s has to be killed", path)
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-exited
		}
	})
	for _, addr := range addrs {
		await(t, addr+" takes connections", func() bool {
			select {
			case err := <-exited:
				exited <- err
				require.FailNow(t, "the server has ended", "%s: %v", path, err)
			default:
			}
			network := "tcp"
			if strings.HasPrefix(addr, "/") {
				network = "unix"
			}
			nc, err := net.DialTimeout(network, addr, time.Second)
			if err == nil {
				nc.Close()
			}
			return err == nil
		})
	}
}

// await tries until it is so.
func await(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	ctx := within(t)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !isSo() {
		select {
		case <-ctx.Done():
			require.FailNow(t, "waited in vain", "until %s", what)
		case <-ticker.C:
		}
	}
}

// freeAddr returns an address of the loopback interface that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// openDir returns an empty folder that processes of other users can reach.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(d, 0o755))
	}
	return dir
}

// write writes a file that everybody can read and returns its path.
func write(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

// files returns what the regular files in a folder hold, by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	found := make(map[string]string)
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		found[e.Name()] = string(content)
	}
	return found
}

// maildir waits until a maildir has n messages, takes them out of it and
// returns them, with the line ends of mail.
func maildir(t *testing.T, dir string, n int) (list []string) {
	t.Helper()
	var found map[string]string
	await(t, fmt.Sprintf("%s has %d messages", dir, n), func() bool {
		found = files(t, filepath.Join(dir, "new"))
		return len(found) >= n
	})
	require.Len(t, found, n, dir)
	for name, text := range found {
		require.NoError(t, os.Remove(filepath.Join(dir, "new", name)))
		list = append(list, strings.ReplaceAll(text, "\n", "\r\n"))
	}
	return list
}
