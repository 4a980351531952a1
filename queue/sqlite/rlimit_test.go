//go:build linux

package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wirepost/wirepost/queue"
)

// childLimit tells a child process to run out of room in this directory.
const childLimit = "WIREPOST_QUEUE_LIMIT_DIR"

// limitChild adds until the log cannot grow any more, has room again, and checks what is there. The system's own limit of a
// file's size makes writes fail below SQLite, as a full disk does.
func limitChild(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	defer s.Close()
	body, err := s.PutBody(ctx, bytes.NewReader([]byte("body")), -1)
	if err != nil {
		return err
	}
	var unlimited unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &unlimited); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1 << 20, Max: unlimited.Max}); err != nil {
		return err
	}
	acknowledged := make(map[string]bool)
	failures := 0
	for range 5000 {
		id := queue.NewID()
		err := s.Add(ctx, entry(body, id, "r", "s", time.Now()))
		if err == nil {
			acknowledged[id+".0"] = true
		} else if failures++; failures > 20 {
			break
		}
	}
	if failures == 0 || len(acknowledged) < 10 {
		return fmt.Errorf("%d added, %d refused", len(acknowledged), failures)
	}
	if _, err := s.PutBody(ctx, bytes.NewReader(make([]byte, 2<<20)), -1); !errors.Is(err, queue.ErrFull) {
		return fmt.Errorf("a large body: %w", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unlimited); err != nil {
		return err
	}
	for _, again := range []bool{false, true} {
		if again { // as a new process finds it
			if err := s.Close(); err != nil {
				return err
			}
			if s, err = Open(ctx, Options{Dir: dir}); err != nil {
				return err
			}
		}
		found, _, err := s.Find(ctx, queue.Filter{}, "", 10_000)
		if err != nil {
			return err
		}
		for _, l := range found {
			delete(acknowledged, l.Item.ID)
		}
		if len(acknowledged) > 0 {
			return fmt.Errorf("%d that were acknowledged are lost", len(acknowledged))
		}
		id := queue.NewID()
		if err := s.Add(ctx, entry(body, id, "r", "s", time.Now())); err != nil {
			return fmt.Errorf("with room again: %w", err)
		}
		acknowledged[id+".0"] = true
	}
	fmt.Println("sound")
	return nil
}

// TestLimit runs a process out of room.
func TestLimit(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLimit$")
	if dir := os.Getenv(childLimit); dir != "" {
		require.NoError(t, limitChild(dir))
		return
	}
	cmd.Env = append(os.Environ(), childLimit+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "sound")
}
