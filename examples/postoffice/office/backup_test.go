package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/archive"
)

// A backup is made while mail comes in: what was acknowledged before it began is in it, the store
// is sound, and an office runs on it.
func TestBackupWhileMailComesIn(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	bob := o.DemoUsers()[1]
	long := strings.Repeat(strings.Repeat("x", 70)+"\r\n", 2000) // a file of its own
	var mu sync.Mutex
	var acknowledged []string
	enough, stop := make(chan struct{}), make(chan struct{})
	var senders sync.WaitGroup
	for i := range 3 {
		senders.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				subject := fmt.Sprintf("Subject: %d-%d-", i, n)
				o.submit(t, "x@example.org", subject+"\r\n\r\n"+long[:n%2*len(long)], bob.Address)
				mu.Lock()
				acknowledged = append(acknowledged, subject)
				if len(acknowledged) == 30 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	mu.Lock()
	before := len(acknowledged)
	mu.Unlock()
	b, err := OpenBackups(t.Context(), dir)
	require.NoError(t, err)
	require.IsType(t, &remoteBackups{}, b, "the server makes it")
	var tar bytes.Buffer
	var done, total int64
	require.NoError(t, b.Backup(t.Context(), &tar, func(d, all int64) { done, total = d, all }))
	require.NoError(t, b.Close())
	close(stop)
	senders.Wait()
	require.EqualValues(t, tar.Len(), done)
	require.GreaterOrEqual(t, total, done)
	require.NoDirExists(t, filepath.Join(dir, snapshotDir))
	require.NoError(t, o.stop())

	file, to := filepath.Join(t.TempDir(), "a.tar"), filepath.Join(t.TempDir(), "restored")
	require.NoError(t, os.WriteFile(file, tar.Bytes(), 0o600))
	r, err := Restore(t.Context(), to, file, nil)
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.NoDirExists(t, filepath.Join(to, restoreDir))
	again := start(t, Config{Dir: to})
	require.False(t, again.FirstStart())
	all := strings.Join(again.read(t, bob), "")
	for _, subject := range acknowledged[:before] {
		require.Contains(t, all, subject)
	}
}

// One that is made of a stopped office is the same, and a damaged one restores nothing.
func TestBackupWhileStopped(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	o.submit(t, "x@example.org", "Subject: hello\r\n\r\n", o.DemoUsers()[0].Address)
	require.NoError(t, o.stop())
	require.NoError(t, os.Mkdir(filepath.Join(dir, snapshotDir), 0o700), "a crash has left it")
	b, err := OpenBackups(t.Context(), dir)
	require.NoError(t, err)
	var tar bytes.Buffer
	require.NoError(t, b.Backup(t.Context(), &tar, nil))
	require.ErrorContains(t, b.Backup(t.Context(), failing{}, nil), "disk full")
	require.NoError(t, b.Close())

	folder := t.TempDir()
	file := filepath.Join(folder, "a.tar")
	to := filepath.Join(folder, "to")
	content := tar.Bytes()
	content[len(content)/3] ^= 1
	require.NoError(t, os.WriteFile(file, content, 0o600))
	_, err = Restore(t.Context(), to, file, nil)
	require.ErrorIs(t, err, archive.ErrDamaged)
	require.NoDirExists(t, to)
	content[len(content)/3] ^= 1
	require.NoError(t, os.WriteFile(file, content, 0o600))
	r, err := Restore(t.Context(), to, file, nil)
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	_, err = Restore(t.Context(), to, file, nil)
	require.ErrorContains(t, err, "is not empty")

	for _, name := range []string{certFile, saltFile, cancelFile} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(to, name))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	_, err = OpenBackups(t.Context(), filepath.Join(folder, "none"))
	require.ErrorContains(t, err, "name the data folder with -data")
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// What goes wrong in the server is told by the command, before the first octet and behind.
func TestBackupFails(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	b, err := OpenBackups(t.Context(), dir)
	require.NoError(t, err)
	o.backing.Store(true)
	require.ErrorContains(t, b.Backup(t.Context(), io.Discard, nil), "wait for it")
	o.backing.Store(false)

	mux := http.NewServeMux()
	controlBackups(half{errors.New("the disk\nis gone")})(mux)
	socket := filepath.Join(t.TempDir(), socketFile)
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := &http.Server{Handler: mux}
	t.Cleanup(func() { server.Close() })
	go server.Serve(l)
	remote := &remoteBackups{remote{socket}}
	var done int64
	err = remote.Backup(t.Context(), io.Discard, func(d, total int64) {
		done = d
		require.EqualValues(t, 1<<20, total)
	})
	require.EqualError(t, err, "the disk\nis gone")
	require.EqualValues(t, 1<<19, done)
}

// half is a backup that fails in the midst of it.
type half struct{ err error }

func (h half) Close() error { return nil }

func (h half) Backup(_ context.Context, w io.Writer, progress func(done, total int64)) error {
	progress(0, 1<<20)
	_, _ = w.Write(make([]byte, 1<<19))
	return h.err
}
