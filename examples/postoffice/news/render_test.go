package news

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// FuzzRender checks of any message that is an article
//
//   - safe: no NUL, no CR or LF but CRLF at the end of each line;
//   - complete: one Message-ID that is valid, at least one each of the other fields that articles
//     must have, and no Xref;
//   - read: what was returned as header and body is what its text says;
//   - stable: an article is rendered as it is.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "\r\n\r\n", "Subject: a\r\n\r\nbody", "Subject:a\n b\n \nX:\n\nx\x00\r\r\n", "From x\nno field\n\n",
		"Message-ID: <a@b>\nMessage-ID: <c@d>\n\n", "Message-ID: <a@b>\nXref: a\n\nb", " folded\nX: y", "X\x00: y\n\n", ":\n\n", "X: \x00\n y\n\n",
		strings.Repeat("X: y\n", 1001), "Newsgroups:\n a,b\n\n", "\xff: x\nX: \xff\n\n",
	} {
		f.Add([]byte(seed))
	}
	p := pattern{id: "<made@up>", group: "a.b", host: "news.example", received: time.Unix(1, 0)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, h, body, ok := p.render(raw)
		if !ok {
			return
		}
		require.NotContains(t, string(text), "\x00")
		rest := strings.ReplaceAll(string(text), "\r\n", "")
		require.False(t, strings.ContainsAny(rest, "\r\n"), "%q", text)
		require.True(t, bytes.HasSuffix(text, []byte("\r\n")))
		again, behind, err := nntp.ParseHeader(text)
		require.NoError(t, err)
		require.Equal(t, h, again)
		require.Equal(t, string(body), string(behind))
		require.Equal(t, 1, h.Count("Message-ID"))
		require.True(t, nntp.ValidMessageID(h.Get("Message-ID")))
		require.Zero(t, h.Count("Xref"))
		for _, name := range []string{"Path", "From", "Newsgroups", "Subject", "Date"} {
			require.NotEmpty(t, h.Get(name), name)
		}
		same, _, _, ok := p.render(text)
		require.True(t, ok)
		require.Equal(t, string(text), string(same))
	})
}

// FuzzSummary checks that a summary that can be read is written as it was read, and that what is
// written can be read.
func FuzzSummary(f *testing.F) {
	for _, seed := range []string{"", "s\tf\td\tr\t1\t2\t", "s\tf\td\tr\t1\t2\t3", "\t\t\t\t-1\t0\t", "a\tb", "\t\t\t\t01\t0\t"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSummary(b)
		if err != nil {
			return
		}
		again, err := parseSummary(appendSummary(nil, s))
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}
