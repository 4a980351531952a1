package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// backup and restore work on a server that runs, and on one that does not.
func TestBackupRestore(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	s := serving(t, filepath.Join(folder, "ready"), "-data", data)
	running, stopped := filepath.Join(folder, "a.tar.gz"), filepath.Join(folder, "b.tar")
	status, stdout, stderr := command(t, "", "backup", running, "-data", data)
	require.Equal(t, 0, status, stderr)
	require.Contains(t, stdout, "a.tar.gz: ")
	_, _, _ = s.stop()
	status, _, stderr = command(t, "", "backup", "-data", data, stopped)
	require.Equal(t, 0, status, stderr)
	for _, file := range []string{running, stopped} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm())
		to := file + ".data"
		status, stdout, stderr = command(t, "", "restore", file, "-data", to)
		require.Equal(t, 0, status, stderr)
		require.Contains(t, stdout, "files of")
		_, was, _ := command(t, "", "user", "list", "-data", data)
		_, is, _ := command(t, "", "user", "list", "-data", to)
		require.Equal(t, was, is)
	}
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"backup", running, "-data", data}, 1, "is there already: name another file, or remove it"},
		{[]string{"backup", filepath.Join(folder, "none", "a.tar"), "-data", data}, 1, "no such file"},
		{[]string{"backup", "x.tar.gz", "-data", folder}, 1, "name the data folder with -data"},
		{[]string{"backup"}, 2, "usage: postoffice backup [flags] FILE.tar.gz"},
		{[]string{"backup", "-help"}, 0, "A configuration file is not in it."},
		{[]string{"restore", running}, 2, "usage: postoffice restore [flags] FILE"},
		{[]string{"restore", running, "-data", data}, 1, "is not empty: name another folder with -data, or move what is there away"},
		{[]string{"restore", filepath.Join(folder, "ready.gone"), "-data", filepath.Join(folder, "new")}, 1, "no such file"},
		{[]string{"restore", filepath.Join(data, "store", "store.db"), "-data", filepath.Join(folder, "new")}, 1, "nothing was restored"},
	} {
		status, _, stderr := command(t, "", tt.args...)
		require.Equal(t, tt.status, status, "%q: %s", tt.args, stderr)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
	require.NoDirExists(t, filepath.Join(folder, "new"))
	require.NoFileExists(t, "x.tar.gz")
}
