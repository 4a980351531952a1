package mime_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

func BenchmarkBuild(b *testing.B) {
	line := "Grüße aus München, wie gestern besprochen: der Text geht noch ein wenig weiter.\n"
	for _, bench := range []struct {
		name      string
		transport transfer.Encoding
		draft     mime.Draft
	}{
		{"short text", "", mime.Draft{Text: "Hello"}},
		{"alternatives 10 kB", "", mime.Draft{Text: strings.Repeat(line, 40), HTML: strings.Repeat("<p>"+line, 80)}},
		{"attachment 1 GiB", "", mime.Draft{Attachments: []mime.Entity{{Content: synthetic(1 << 30)}}}},
		{"binary 64 MiB", "binary", mime.Draft{Attachments: []mime.Entity{{Content: synthetic(64 << 20)}}}},
		{"text 1 MiB by 7bit", "", mime.Draft{Attachments: []mime.Entity{
			{Type: "text/plain", Content: mime.ContentFromString(strings.Repeat(strings.ReplaceAll(line, "\n", "\r\n"), 13_000))},
		}}},
		{"text 1 MiB by 8bit", "8bit", mime.Draft{Attachments: []mime.Entity{
			{Type: "text/plain", Content: mime.ContentFromString(strings.Repeat(strings.ReplaceAll(line, "\n", "\r\n"), 13_000))},
		}}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			bench.draft.From = []header.Address{jane}
			size := int64(0)
			for b.Loop() {
				out, err := mime.Builder{Transport: bench.transport}.Build(&bench.draft)
				require.NoError(b, err)
				size, err = out.WriteTo(io.Discard)
				require.NoError(b, err)
			}
			b.SetBytes(size)
		})
	}
}

func BenchmarkEdit(b *testing.B) {
	text := typical()
	m := index(b, text)
	h, err := m.Root.Header()
	require.NoError(b, err)
	require.NoError(b, h.Prepend("X-Checked", "yes"))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		c, err := m.Edit(mime.Change{Part: m.Root, Header: &h})
		require.NoError(b, err)
		r, err := c.Open()
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, r)
		require.NoError(b, err)
	}
}
