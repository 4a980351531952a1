package main

import (
	"net/smtp"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// track finds a message, and tells all of it, while the server runs and when it has stopped.
func TestTrack(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	s := serving(t, filepath.Join(folder, "ready"), "-data", data)
	address, _ := s.ready["smtp"].(string)
	c, err := smtp.Dial(address)
	require.NoError(t, err)
	require.NoError(t, c.Mail("x@example.org"))
	require.NoError(t, c.Rcpt(s.users[0].Address))
	w, err := c.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte("Subject: hello\r\n\r\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Quit())
	check := func() {
		t.Helper()
		status, stdout, stderr := command(t, "", "track", "-data", data, "-from", "example.org", "-since", "1h", "-until", "2999-12-31")
		require.Equal(t, 0, status, stderr)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		require.Len(t, lines, 2, stdout)
		require.Contains(t, lines[1], "<x@example.org>  "+s.users[0].Address)
		id := strings.Fields(lines[1])[2]
		status, stdout, stderr = command(t, "", "track", id, "-data", data)
		require.Equal(t, 0, status, stderr)
		require.Regexp(t, `(?s)^TIME .* RECEIVE .* DELIVER .*\(local\)`, stdout)
		_, stdout, _ = command(t, "", "track", "-data", data, "-from", "example.org", "-most", "0")
		require.Contains(t, stdout, "There is more")
		status, _, stderr = command(t, "", "track", "none", "-data", data)
		require.Equal(t, 1, status)
		require.Contains(t, stderr, "no message none is in the message tracking log")
	}
	check()
	s.stop()
	check()
}

func TestShown(t *testing.T) {
	require.Equal(t, "a [2Jb é c", shown("a\x1b[2Jb é\u009bc"))
}
