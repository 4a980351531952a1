package skim

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// read has text pass, octet by octet too, and checks that it stays as it is.
func read(t *testing.T, text string) *Reader {
	t.Helper()
	r := &Reader{R: strings.NewReader(text)}
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
	slow := &Reader{R: iotest.OneByteReader(strings.NewReader(text))}
	_, err = io.Copy(io.Discard, slow)
	require.NoError(t, err)
	require.Equal(t, []any{r.Received(), r.MessageID(), r.TLSOptional()}, []any{slow.Received(), slow.MessageID(), slow.TLSOptional()})
	return r
}

func TestMessageID(t *testing.T) {
	long := strings.Repeat("x", MaxMessageID)
	for text, want := range map[string]string{
		"Message-ID: <a@b>\r\n\r\n":                              "a@b",
		"MESSAGE-id:<a@b>":                                       "a@b",
		"Subject: x\r\nMessage-ID:\r\n <a@b>\r\nTo: y\r\n\r\n":   "a@b", // as long ones are folded
		"Message-ID: (c) <a@b> (d)\r\n\r\n":                      "a@b",
		"Message-ID: bare\r\n\r\n":                               "bare",
		"Message-ID: <a@b>\nMessage-ID: <c@d>\n\n":               "a@b",
		"Subject: x\r\n Message-ID: <a@b>\r\n\r\n":               "",
		"\r\nMessage-ID: <a@b>\r\n":                              "",
		"X-Message-ID: <a@b>\r\nMessage-IDs: <c@d>\r\n\r\n":      "",
		"Message-ID: <a\x00\x1b\tb\u0085\u2028>\r\n\r\n":         "a   b",
		"Message-ID: <\xff\xe4@b>\r\n\r\n":                       "?@b",
		"Message-ID: <ü@b>\r\n\r\n":                              "ü@b",
		"Message-ID: <" + long + ">\r\n\r\n":                     long,
		"Message-ID: <" + long + "x>\r\n\r\n":                    "",
		"Message-ID: <" + long + long + long + ">\r\n\r\n":       "",
		"Message-ID: <a@b>" + strings.Repeat(" ", 2000) + "\r\n": "a@b",
		"": "",
	} {
		require.Equal(t, want, read(t, text).MessageID(), "%.80q", text)
	}
}

func TestTLSOptional(t *testing.T) {
	for text, want := range map[string]bool{
		"TLS-Required: No\r\n\r\n":                          true,
		"tls-required:\r\n nO \r\n\r\n":                     true,
		"TLS-Required: No\r\n":                              true,
		"TLS-Required: Now\r\n\r\n":                         false,
		"TLS-Required: Yes\r\n\r\n":                         false,
		"TLS-Required: No\r\nTLS-Required: No\r\n\r\n":      false, // must not be there twice
		"TLS-Required: No" + strings.Repeat(" ", 2000):      false,
		"\r\nTLS-Required: No\r\n":                          false,
		"Subject: x\r\n\tTLS-Required: No\r\n\r\n":          false,
		"Subject: TLS-Required: No\r\nX-TLS-Required: No\n": false,
	} {
		require.Equal(t, want, read(t, text).TLSOptional(), "%.80q", text)
	}
}

func TestReceived(t *testing.T) {
	for text, want := range map[string]int{
		"Received: x\r\nreceived:\r\n\ty\r\nRECEIVED:z":    3,
		"X-Received: x\r\nReceived-SPF: y\r\n Received: z": 0,
		"Received: x\n\nReceived: y":                       1,
	} {
		require.Equal(t, want, read(t, text).Received(), text)
	}
}

// Properties: the text stays as it is; how it is cut into pieces makes no difference; no more Received fields are counted
// than there are such words; a Message-ID is bounded, valid UTF-8 and on one line.
func FuzzReader(f *testing.F) {
	f.Add("Received: a\r\nReceived: b\r\nMessage-ID:\r\n <a@b>\r\n\r\nx")
	f.Add("received:\n\nreceived:")
	f.Add("TLS-Required: No\r\nMessage-ID: \xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		r := read(t, text)
		require.LessOrEqual(t, r.Received(), strings.Count(strings.ToLower(text), receivedName))
		id := r.MessageID()
		require.LessOrEqual(t, len(id), MaxMessageID)
		require.True(t, utf8.ValidString(id))
		require.NotContains(t, id, "\n")
		require.Equal(t, id, strings.Map(printable, id))
	})
}

func BenchmarkReader(b *testing.B) {
	text := strings.Repeat("Received: from a by b\r\n with SMTP\r\n", 10) + "Message-ID: <a@b>\r\n\r\n" + strings.Repeat("text\r\n", 1000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	buf := make([]byte, 4096)
	for b.Loop() {
		r := &Reader{R: strings.NewReader(text)}
		for {
			if _, err := r.Read(buf); err != nil {
				break
			}
		}
	}
}
