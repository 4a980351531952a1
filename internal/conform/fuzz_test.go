package conform_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/internal/memnet"
)

// FuzzServer checks that whatever a server sends, a case that quotes it ends
// with a verdict, its detail is printable and of bounded length, and so is each
// line of its transcript, in ASCII.
func FuzzServer(f *testing.F) {
	for _, s := range []string{
		"", "220 ready\r\n", "220 ready\n", "220\r550 \x00\r\n", "\x1b[2J\xff\xc0\xaf\u202e\r\n", "half",
		"220 \"quoted\\\"\r\n", strings.Repeat("x", 300) + "\r\n", strings.Repeat("\u00fc\x05\xff\U000e0001", 300) + "\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, says string) {
		r := conform.Do(t.Context(), conform.Case{Run: func(ctx context.Context, r *conform.Run) {
			near, far := memnet.PipeSize(max(1, len(says)))
			if _, err := io.WriteString(far, says); err != nil {
				r.Failf("%v", err)
			}
			far.Close()
			p := r.Dial(ctx, func(context.Context) (net.Conn, error) { return near, nil })
			for {
				line, err := p.Line()
				if err != nil {
					return
				}
				p.Send(line)
				if len(line) > 2 {
					r.Failf("got %s and %q", line, line)
				}
			}
		}}, timeout)
		require.Contains(t, []conform.Verdict{conform.Pass, conform.Fail}, r.Verdict)
		require.True(t, utf8.ValidString(r.Detail))
		require.LessOrEqual(t, len(r.Detail), 1020)
		notPrintable := func(c rune) bool { return !unicode.IsPrint(c) }
		require.Equal(t, -1, strings.IndexFunc(r.Detail, notPrintable), "%q", r.Detail)
		for _, line := range r.Transcript {
			require.LessOrEqual(t, len(line), 4*200+60)
			require.Equal(t, -1, strings.IndexFunc(line, func(c rune) bool { return c < ' ' || c > '~' }), "%q", line)
		}
	})
}
