package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReindexCommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := serving(t, filepath.Join(t.TempDir(), "ready"), "-data", data)
	for range 2 {
		status, stdout, stderr := command(t, "", "reindex", "-data", data)
		require.Equal(t, 0, status, stderr)
		require.Regexp(t, `^0 mended, \d+ dropped, 0 problems\n$`, stdout)
		s.stop() // and then without it
	}
	status, _, _ := command(t, "", "reindex", "x")
	require.Equal(t, 2, status)
}
