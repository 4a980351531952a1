package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReindexCommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-data", data)
	status, _, stderr := command(t, "", "reindex", "-data", data)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "stop that one first")
	s.stop()
	status, stdout, stderr := command(t, "", "reindex", "-data", data)
	require.Equal(t, 0, status, stderr)
	require.Regexp(t, `^0 mended, \d+ dropped, 0 problems\n$`, stdout)
	status, _, _ = command(t, "", "reindex", "x")
	require.Equal(t, 2, status)
}
