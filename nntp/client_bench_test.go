package nntp_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// endless is a server that says one thing after the greeting, again and again.
func endless(b *testing.B, text string, o *nntp.Options) *nntp.Client {
	b.Helper()
	begin := "200 hi\r\n101 ok\r\nOVER\r\n.\r\n"
	c, err := nntp.NewClient(b.Context(), &looped{recorded{from: io.MultiReader(&linewise{[]byte(begin)}, &again{text: text})}}, o)
	require.NoError(b, err)
	b.Cleanup(func() { c.Close() })
	return c
}

type looped struct{ recorded }

func (l *looped) Write(p []byte) (int, error) { return len(p), nil }

var _ net.Conn = (*looped)(nil)

// again reads as a text without end, one at a time.
type again struct {
	text string
	at   int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.text[a.at:])
	a.at = (a.at + n) % len(a.text)
	return n, nil
}

// BenchmarkClientOver reads overview lines.
func BenchmarkClientOver(b *testing.B) {
	const lines = 1000
	var list strings.Builder
	list.WriteString("224 ok\r\n")
	for n := range lines {
		fmt.Fprintf(&list, "%d\tRe: a subject of usual length\tAnn Other <ann@example.com>\tSun, 22 Nov 2026 13:00:00 +0000\t<%d@example.com>\t<1@example.com>\t2000\t40\tXref: h a.b:%d\r\n", n+1, n, n+1)
	}
	list.WriteString(".\r\n")
	c := endless(b, list.String(), nil)
	b.SetBytes(int64(list.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range c.Over(b.Context(), nntp.Range{First: 1, Last: lines}) {
			require.NoError(b, err)
			n++
		}
		require.Equal(b, lines, n)
	}
	b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkClientFetch reads articles of 2 kB.
func BenchmarkClientFetch(b *testing.B) {
	text := "220 1 <a@b>\r\nPath: a\r\n\r\n" + strings.Repeat("All work and no play makes Jack a dull boy.\r\n", 45) + ".\r\n"
	c := endless(b, text, nil)
	refs := slices.Repeat([]nntp.Ref{{Number: 1}}, 100)
	b.SetBytes(int64(len(text) * len(refs)))
	b.ReportAllocs()
	for b.Loop() {
		for r, err := range c.Fetch(b.Context(), slices.Values(refs)) {
			require.NoError(b, err)
			_, err = r.WriteTo(io.Discard)
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(b.N*len(refs))/b.Elapsed().Seconds(), "articles/s")
}

// BenchmarkClientStream sends articles of 2 kB by TAKETHIS.
func BenchmarkClientStream(b *testing.B) {
	text := []byte("Path: a\r\n\r\n" + strings.Repeat("All work and no play makes Jack a dull boy.\r\n", 45))
	c := endless(b, "239 <a@b>\r\n", nil)
	s := c.Stream(50)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, s.TakeThis(b.Context(), "<a@b>", bytes.NewReader(text)))
		if s.Pending() == s.Window() {
			for range 50 {
				_, err := s.Result(b.Context())
				require.NoError(b, err)
			}
		}
	}
}
