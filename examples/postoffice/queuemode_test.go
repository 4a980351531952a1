package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What comes and leaves is told and changed while the server runs, and not else.
func TestQueueMode(t *testing.T) {
	dir := t.TempDir()
	s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-data", dir)
	for _, step := range []struct {
		args   []string
		status int
		out    string
	}{
		{nil, 0, "in-out\n"},
		{[]string{"none"}, 0, "none\n"},
		{nil, 0, "none\n"},
		{[]string{"both"}, 1, "postoffice: there is no mode \"both\"; choose in-out, in, out or none\n"},
		{[]string{"in-out"}, 0, "in-out\n"},
	} {
		status, stdout, stderr := command(t, "", append([]string{"queue", "mode", "-data", dir}, step.args...)...)
		require.Equal(t, step.status, status, "%s: %s", step.args, stderr)
		require.Equal(t, step.out, stdout+stderr, step.args)
	}
	s.stop()
	status, _, stderr := command(t, "", "queue", "mode", "in", "-data", dir)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no server runs on the data folder")
}
