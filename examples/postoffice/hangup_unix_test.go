//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// SIGHUP has the configuration read again; one that can't be is logged, and changes nothing.
func TestHangUp(t *testing.T) {
	dir := t.TempDir()
	one := "[web]\nadmin-address = \"\"\n[[virtual]]\nname = \"one\"\nprotocol = \"smtp\"\naddresses = [\"127.0.0.1:0\"]\n"
	file := configFile(t, one)
	s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-config", file, "-data", dir)
	servers, err := office.OpenServers(t.Context(), dir)
	require.NoError(t, err)
	count := func() int {
		list, err := servers.List(t.Context())
		require.NoError(t, err)
		return len(list)
	}
	require.Equal(t, 1, count())
	require.NoError(t, os.WriteFile(file, []byte(one+"[[virtual]]\nname = \"two\"\nprotocol = \"smtp\"\naddresses = [\"127.0.0.1:0\"]\n"), 0o600))
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); count() < 2; <-ticker.C {
		require.True(t, time.Now().Before(deadline), "it was not read within a minute")
	}
	status, _, stderr := s.stop()
	require.Equal(t, 0, status, stderr)
	require.Contains(t, stderr, "configuration was read again")
}
