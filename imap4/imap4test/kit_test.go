package imap4test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestScripts reads all scripts, and checks that cases have names of their own.
func TestScripts(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range cases() {
		require.False(t, seen[c.name], c.name)
		require.Regexp(t, `^(RFC \d+, [\d.]+|RFC \d+, appendix [A-Z])$`, c.ref, c.name)
		require.NotEmpty(t, c.requirement)
		require.NotNil(t, c.run)
		seen[c.name] = true
	}
	t.Log(len(seen), "cases")
	require.Greater(t, len(seen), 400)
}
