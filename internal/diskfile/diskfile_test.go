package diskfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/diskfile"
)

// write is what a store does, up to the first error.
func write(s diskfile.System, dir, text string) error {
	temp, path := filepath.Join(dir, "temp"), filepath.Join(dir, "file")
	f, err := s.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(text))
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = s.Rename(temp, path)
	}
	if err == nil {
		err = s.SyncDir(dir)
	}
	return err
}

func TestOS(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(diskfile.OS{}, dir, "text"))
	path := filepath.Join(dir, "file")
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "text", string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)

	for _, s := range []diskfile.System{diskfile.OS{}, new(diskfile.Faulty)} {
		f, err := s.Create(path)
		require.ErrorIs(t, err, fs.ErrExist)
		require.True(t, f == nil, "no File around no file")
		require.ErrorIs(t, s.SyncDir(filepath.Join(dir, "none")), fs.ErrNotExist)
	}
	require.NoError(t, diskfile.OS{}.Remove(path))
	require.NoFileExists(t, path)
}

func TestFaulty(t *testing.T) {
	steps := []string{"create", "write", "sync", "close", "rename", "syncDir"}
	var s diskfile.Faulty
	require.NoError(t, write(&s, t.TempDir(), "text"))
	require.Equal(t, steps, s.Ops())
	for i, step := range steps {
		dir := t.TempDir()
		s.Arm(i+1, syscall.EIO)
		require.ErrorIs(t, write(&s, dir, "text"), syscall.EIO, step)
		require.Equal(t, step == "syncDir", exists(t, dir, "file"), step)
		if step == "write" {
			got, err := os.ReadFile(filepath.Join(dir, "temp"))
			require.NoError(t, err)
			require.Equal(t, "te", string(got))
		}
	}
	s.Arm(1, syscall.EIO)
	require.ErrorIs(t, s.Remove("nothing"), syscall.EIO)
	require.ErrorIs(t, s.Remove("nothing"), fs.ErrNotExist, "once")
	require.Equal(t, []string{"remove", "remove"}, s.Ops())
}

func exists(t *testing.T, dir, name string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// A test lets each operation fail in turn.
func ExampleFaulty() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	var s diskfile.Faulty
	s.Arm(2, errors.New("the disk is full"))
	fmt.Println(write(&s, dir, "text"))
	fmt.Println(s.Ops())
	// Output:
	// the disk is full
	// [create write close]
}
