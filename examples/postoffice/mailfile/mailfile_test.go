package mailfile_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

var received = time.Date(2024, 2, 29, 12, 13, 14, 0, time.UTC)

var bodies = []string{
	"Subject: a\r\n\r\nFrom here\r\n>From there\r\n>>From\r\n\r\nFrom\r\n>\r\n",
	"Status: mine\r\n\r\n\r\n\r\n",
	"X-Status: AF\r\n\r\nlong " + strings.Repeat("x", 200_000) + "\r\nFrom x\r\n",
	"Subject: \xff\r\n\r\na\rb\r\n",
	"\r\n",
}

// read reads all, each body in odd pieces.
func read(t *testing.T, all func(func(mailfile.Message, error) bool)) (list []mailfile.Message, content []string) {
	t.Helper()
	for m, err := range all {
		require.NoError(t, err)
		b, err := io.ReadAll(m.Body)
		require.NoError(t, err)
		m.Body = nil
		list, content = append(list, m), append(content, string(b))
	}
	return list, content
}

func TestMbox(t *testing.T) {
	var b bytes.Buffer
	flags := []store.SystemFlags{0, store.Seen, store.Answered | store.Flagged, store.Deleted | store.Draft | store.Seen, store.Draft}
	for i, body := range bodies {
		require.NoError(t, mailfile.WriteMbox(&b, mailfile.Message{Sender: "a@b.example", Received: received, System: flags[i], Body: strings.NewReader(body)}))
	}
	list, content := read(t, mailfile.ReadMbox(bytes.NewReader(b.Bytes())))
	require.Equal(t, bodies, content)
	for i, m := range list {
		require.Equal(t, mailfile.Message{Sender: "a@b.example", Received: received, System: flags[i]}, m)
	}
	n := 0
	for _, err := range mailfile.ReadMbox(bytes.NewReader(b.Bytes())) { // nobody reads the bodies
		require.NoError(t, err)
		n++
	}
	require.Equal(t, len(bodies), n)
	for _, err := range mailfile.ReadMbox(strings.NewReader("Subject: x\n")) {
		require.ErrorIs(t, err, mailfile.ErrNotMbox)
	}
	_, content = read(t, mailfile.ReadMbox(strings.NewReader("From - Thu Feb 29 12:13:14 2024\r\nA: b\r\n\r\nno end")))
	require.Equal(t, []string{"A: b\r\n\r\nno end"}, content, "of another program")
	_, content = read(t, mailfile.ReadMbox(strings.NewReader("")))
	require.Empty(t, content)
}

func TestMaildir(t *testing.T) {
	dir := t.TempDir()
	for i, body := range bodies {
		m := mailfile.Message{Received: received, System: store.Seen | store.Draft, Body: strings.NewReader(body)}
		if i > 2 {
			m.Folder = []string{"Lists", "Go"}
		}
		require.NoError(t, mailfile.WriteMaildir(dir, fmt.Sprintf("%03d", i), m))
	}
	list, content := read(t, mailfile.ReadMaildir(dir))
	require.Equal(t, bodies, content)
	for i, m := range list {
		require.Equal(t, store.Seen|store.Draft, m.System)
		require.True(t, received.Equal(m.Received))
		require.Equal(t, i > 2, len(m.Folder) == 2)
	}
	require.ErrorContains(t, mailfile.WriteMaildir(dir, "x", mailfile.Message{Folder: []string{"../x"}}), "rename it")
	for _, err := range mailfile.ReadMaildir(t.TempDir()) {
		require.ErrorContains(t, err, "not a Maildir")
	}
}

// Property: what ReadMbox reads, WriteMbox writes so that it is read again as it was, but for the end
// of the last line.
func FuzzMbox(f *testing.F) {
	f.Add("From a@b Thu Feb 29 12:13:14 2024\nStatus: RO\nX-Status: A\nA: b\n\n>From x\n\n")
	f.Add("From a\n\nFrom b\n\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		var content []string
		for m, err := range mailfile.ReadMbox(strings.NewReader(s)) {
			if err != nil {
				return
			}
			body, err := io.ReadAll(m.Body)
			require.NoError(t, err)
			if !bytes.HasSuffix(body, []byte("\r\n")) {
				return
			}
			content = append(content, string(body))
			m.Body = bytes.NewReader(body)
			require.NoError(t, mailfile.WriteMbox(&b, m))
		}
		_, again := read(t, mailfile.ReadMbox(&b))
		require.Equal(t, content, again)
	})
}
