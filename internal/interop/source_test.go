//go:build interop

package interop

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// TestSMTPSource has smtp-source send messages, in many sessions at once.
func TestSMTPSource(t *testing.T) {
	program := find(t, "smtp-source", "postfix")
	for _, c := range []struct {
		name     string
		args     string
		messages int
		rcpts    int
		lmtp     bool
	}{
		{"one", "", 1, 1, false},
		{"many", "-s 10 -m 200", 200, 1, false},
		{"one connection", "-d -s 2 -m 50", 50, 1, false},
		{"recipients", "-m 3 -r 40", 3, 40, false},
		{"big", "-s 4 -m 8 -l 5000000", 8, 1, false},
		{"LMTP", "-L -d -s 5 -m 50 -r 3", 50, 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record(t, &smtp.Server{LMTP: c.lmtp}, false)
			args := append(strings.Fields(c.args), "-f", "from@source.example", "-t", "to@source.example", "-M", "source.example", r.addr)
			out, err := run(t, program, args...)
			require.NoError(t, err, out)
			require.Len(t, r.inbox, c.messages)
			for range c.messages {
				m := r.next(t)
				require.Equal(t, "from@source.example", m.From.Path.String())
				require.Len(t, m.To, c.rcpts)
				require.Contains(t, m.data, "From: <from@source.example>\r\n")
				if length, ok := strings.CutPrefix(c.args, "-s 4 -m 8 -l "); ok {
					_, body, _ := strings.Cut(m.data, "\r\n\r\n")
					n, err := strconv.Atoi(length)
					require.NoError(t, err)
					require.Len(t, body, n+len("\r\n"), "it ends in an empty line")
				}
			}
		})
	}
}

// TestSMTPSourceFile has smtp-source send files, which must come through as
// they are. It adds an empty line by itself.
func TestSMTPSourceFile(t *testing.T) {
	program := find(t, "smtp-source", "postfix")
	for _, lmtp := range []bool{false, true} {
		r := record(t, &smtp.Server{LMTP: lmtp}, false)
		for _, c := range contents {
			file := write(t, filepath.Join(t.TempDir(), "message"), strings.ReplaceAll(c.text, "\r\n", "\n"))
			args := []string{"-F", file, "-f", "from@source.example", "-t", "to@source.example", r.addr}
			if lmtp {
				args = append([]string{"-L"}, args...)
			}
			out, err := run(t, program, args...)
			require.NoError(t, err, "%s: %s", c.name, out)
			require.Equal(t, c.text+"\r\n", r.next(t).data, c.name)
		}
	}
}
