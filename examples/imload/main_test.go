package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-users", "40,60", "-watch", "3", "-changes", "20"}, &out, t.Output()))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3)
	for _, line := range lines[1:] {
		figures := strings.Fields(line)
		require.Len(t, figures, len(strings.Fields(lines[0])))
		for _, f := range figures {
			n, err := strconv.ParseInt(f, 10, 64)
			require.NoError(t, err)
			require.Positive(t, n, line)
		}
	}
}

func TestUsage(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), []string{"-users", "ten"}, t.Output(), t.Output()), "10000")
}
