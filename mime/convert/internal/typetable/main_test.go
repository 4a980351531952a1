package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWrite checks that each extension is there once, that ours go first, and that comments and types without extensions
// are left out.
func TestWrite(t *testing.T) {
	var b strings.Builder
	require.NoError(t, write(&b, strings.NewReader("# comment\nimage/jpeg\tJPEG jpg jpe\nx/none\nx/odd odd jpe\n")))
	require.Contains(t, b.String(), "image/jpeg jpg jpeg jpe\n")
	require.Contains(t, b.String(), "x/odd odd\n")
	require.NotContains(t, b.String(), "x/none")
	require.NotContains(t, b.String(), "#")
}
