package logs

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a full disk does not take is told elsewhere.
func TestFullDisk(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("this system has no " + full)
	}
	var last, w bytes.Buffer
	o, err := openOutput(nil, full)
	require.NoError(t, err)
	o.last = &last
	n, err := o.Write([]byte("line\n"))
	require.NoError(t, err)
	require.Equal(t, 5, n)
	require.Equal(t, "line\n", last.String())
	o.w = &w
	_, err = o.Write([]byte("second\n"))
	require.Error(t, err)
	require.Equal(t, "second\n", w.String())
	require.Equal(t, "line\n", last.String())
	require.NoError(t, o.close())
}
