package imap4

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/mime"
)

// The short way to the fields of a header takes the same as the long one.
func TestTopFields(t *testing.T) {
	long := "Long: " + strings.Repeat("x", smallHeader) + "\r\n"
	for _, text := range []string{
		"From: a\r\nto: b\r\n  folded\r\nSubject: c\r\nTO: d\r\n\r\nbody\r\n",
		"no field\r\nFrom: a\r\nnor this\r\nTo: b\r\n\r\n",
		"\r\nTo: body\r\n", "To: a\r\n", "To: a", "", "\r\n", "To : a\r\n\tb\r\n\r\n", "To: \xe4\r\nFrom: \u017f\r\n\r\n",
		long + "To: a\r\n\r\n", "To:\r\n \r\n\r\nTo: x\r\n",
	} {
		s := newStore()
		s.put(s.boxes[0], text, Flags{})
		parsed, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
		require.NoError(t, err)
		for _, section := range []string{"HEADER.FIELDS (To Subject)", "HEADER.FIELDS.NOT (to x)", "HEADER.FIELDS (None)"} {
			ours, err := mime.ParseSection(section)
			require.NoError(t, err)
			r, err := parsed.Section(ours)
			require.NoError(t, err)
			want, err := io.ReadAll(r)
			require.NoError(t, err)
			got := fetchedSection(t, s, section)
			require.Equal(t, string(want), got, "%q of %q", section, text[:min(len(text), 100)])
		}
	}
}

// fetchedSection is a section of the first message, as FETCH tells it.
func fetchedSection(t *testing.T, s *store, section string) string {
	t.Helper()
	client, server := memnet.Pipe()
	defer client.Close()
	go func() {
		_ = newServer(s).ServeConn(t.Context(), server)
		server.Close()
	}()
	_, err := io.WriteString(client, "a LOGIN tim secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY.PEEK["+section+"]\r\nd LOGOUT\r\n")
	require.NoError(t, err)
	all, err := io.ReadAll(client)
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(all), ")] {")
	require.True(t, ok, "%s", all)
	_, rest, _ = strings.Cut(rest, "}\r\n")
	text, _, ok := strings.Cut(rest, ")\r\nc OK")
	require.True(t, ok, "%s", all)
	return text
}
