//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // to spoil a database by
)

// A binary is the program, where anybody may run it.
type binary struct{ path, folder string }

func newBinary(t *testing.T) *binary {
	t.Helper()
	folder, err := os.MkdirTemp("", "postoffice-start-") // unlike t.TempDir, others may get there
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	require.NoError(t, os.Chmod(folder, 0o755))
	self, err := os.Executable()
	require.NoError(t, err)
	p := &binary{filepath.Join(folder, "postoffice"), folder}
	in, err := os.Open(self)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(p.path, os.O_WRONLY|os.O_CREATE, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, errors.Join(err, out.Close()))
	return p
}

// run runs the program, as a user without rights, with files of so many blocks of 512 octets at most
// if limit is not 0. One that serves is a failure.
func (p *binary) run(t *testing.T, limit int, args ...string) (status int, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, args...)
	if limit > 0 {
		cmd = exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, limit), "sh", p.path}, args...)...)
	}
	cmd.Env, cmd.Dir = append(os.Environ(), asProgram+"=1"), p.folder
	cmd.SysProcAttr = credential()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	require.NoError(t, ctx.Err(), "it serves")
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return e.ExitCode(), errs.String()
	}
	require.NoError(t, err)
	return 0, errs.String()
}

// nobody is a user whom permissions hold for.
const nobody = 65534

func credential() *syscall.SysProcAttr {
	if os.Getuid() != 0 {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}}
}

// give makes a folder the program's.
func give(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	}))
}

// A start that fails says what to change, on one line, and has status 1.
func TestStartFails(t *testing.T) {
	p := newBinary(t)
	sound := filepath.Join(t.TempDir(), "sound")
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-data", sound)
	s.stop()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	spoil := func(file, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600))
		}
	}
	mode := func(file string, mode os.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) { require.NoError(t, os.Chmod(filepath.Join(dir, file), mode)) }
	}
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		args  []string
		limit int
		want  []string
	}{
		{"port taken", nil, []string{"-smtp", taken.Addr().String()}, 0, []string{"address already in use", "choose another address with -smtp HOST:PORT"}},
		{"no such address", nil, []string{"-smtp", "192.0.2.1:25"}, 0, []string{"192.0.2.1:25", "choose another address with -smtp"}},
		{"folder is a file", nil, []string{"-data", "postoffice/x"}, 0, []string{"not a directory", "choose another one with -data"}},
		{"folder read only", mode("store", 0o500), nil, 0, []string{"read only", "make the store's directory writable"}},
		{"store unreadable", mode("store/store.db", 0), nil, 0, []string{"permission denied", "store.db", "writable"}},
		{"store is none", spoil("store/store.db", strings.Repeat("garbage ", 1000)), nil, 0, []string{"not a database", "restore a backup"}},
		{"store cut short", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(filepath.Join(dir, "store", "store.db"), 20_000))
		}, nil, 0, []string{"malformed", "restore a backup"}},
		{"store lost", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "store"))) }, nil, 0, []string{"there is no store/store.db, but queue", "restore a backup", "-new-store"}},
		{"store is newer", pragma("store/store.db", "user_version = 1000"), nil, 0, []string{"schema 1000", "newer version of this program", "use that one"}},
		{"store is another's", pragma("store/store.db", "application_id = 5"), nil, 0, []string{"another program's database", "choose another directory"}},
		{"queue is none", spoil("queue/queue.db", strings.Repeat("garbage ", 1000)), nil, 0, []string{"queue: ", "not a database", "restore a backup"}},
		{"queue unreadable", mode("queue", 0), nil, 0, []string{"queue: ", "permission denied"}},
		{"certificate is none", spoil("certificate.pem", "x"), nil, 0, []string{"certificate.pem", "remove it to get a new one"}},
		{"disk full", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "store"))) }, []string{"-new-store"}, 16, []string{"the disk is full", "make room"}},
		{"no configuration", nil, []string{"-config", "none.toml"}, 0, []string{"none.toml", "no such file"}},
		{"domain is none", nil, []string{"-domain", "a b"}, 0, []string{`domain "a b"`, "write it with letters"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(p.folder, strings.ReplaceAll(tt.name, " ", "-"))
			require.NoError(t, os.CopyFS(dir, os.DirFS(sound)))
			if tt.spoil != nil {
				tt.spoil(t, dir)
			}
			give(t, dir)
			status, stderr := p.run(t, tt.limit, append([]string{"-ephemeral", "-data", dir}, tt.args...)...)
			require.Equal(t, 1, status, stderr)
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			last := lines[len(lines)-1]
			require.True(t, strings.HasPrefix(last, "postoffice: "), stderr)
			require.NotContains(t, stderr, "goroutine ")
			for _, want := range tt.want {
				require.Contains(t, last, want)
			}
		})
	}
}

// pragma has a database be another one.
func pragma(file, what string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		db, err := sql.Open("sqlite", filepath.Join(dir, file))
		require.NoError(t, err)
		_, err = db.Exec("PRAGMA " + what)
		require.NoError(t, errors.Join(err, db.Close()))
	}
}

// One folder is one server's.
func TestStartTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	serving(t, filepath.Join(t.TempDir(), "ready"), "-data", dir)
	status, _, stderr := command(t, "", "-ephemeral", "-data", dir)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "in use by another process; stop that one first, or use another folder with -data")
}
