package relay_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

func lines(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func read(t testing.TB, b smtp.Body) string {
	r, err := b.Open()
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.EqualValues(t, len(got), b.Size())
	return string(got)
}

const withFile = `From: "Anna A." <a@example.net>
To: b@example.org
Subject: files
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Ein schöner Text, der etwas länger ist als eine Zeile sein darf.
--b
Content-Type: application/octet-stream; name=x.bin
Content-Disposition: attachment; filename=x.bin
Content-Transfer-Encoding: base64

AAEC
--b--
`

// TestContent: what RouteOptions.Content asks for is done, and nothing else.
func TestContent(t *testing.T) {
	tests := map[string]struct {
		options   queue.Content
		has, lost string
		kind      smtp.BodyType
	}{
		"nothing":  {queue.Content{Timeout: 1}, "schöner", "", smtp.Body8Bit},
		"uuencode": {queue.Content{UUEncode: true, Charset: "ISO-8859-1"}, "begin 644 x.bin", "MIME-Version", smtp.Body8Bit},
		"charset":  {queue.Content{Charset: "ISO-8859-1"}, "sch\xf6ner", "schöner", smtp.Body8Bit},
		"wrap":     {queue.Content{LineLength: 40}, "Ein schöner Text, der etwas länger ist\r\n", "", smtp.Body8Bit},
		"no names": {queue.Content{NoNames: true}, "From: a@example.net\r\n", "Anna", smtp.Body8Bit},
		"person":   {queue.Content{NoReplies: true}, "schöner", "", smtp.Body8Bit},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := delivery("x")
			d.Body = smtp.BodyFromBytes([]byte(lines(withFile)))
			d.Route.Options.Content = tt.options
			b, err := relay.Content(t.Context(), d)
			require.NoError(t, err)
			got := read(t, b)
			require.Contains(t, got, tt.has)
			if tt.lost != "" {
				require.NotContains(t, got, tt.lost)
			} else if name != "wrap" {
				require.Equal(t, d.Body, b, "as it was")
			}
			require.Equal(t, tt.kind, b.Kind())
		})
	}
}

// TestContentKind: a message of ASCII stays one.
func TestContentKind(t *testing.T) {
	d := delivery("x")
	d.Body = smtp.BodyFromBytes([]byte(lines("From: Anna <a@example.net>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" +
		"Content-Transfer-Encoding: quoted-printable\n\nsch=C3=B6n\n")))
	d.Route.Options.Content = queue.Content{Charset: "ISO-8859-1", NoNames: true}
	b, err := relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, smtp.Body7Bit, b.Kind())
	got := read(t, b)
	require.Contains(t, got, "=F6")
	require.False(t, strings.ContainsFunc(got, func(c rune) bool { return c >= 0x80 }))

	d.Route.Options.Content.UUEncode = true // without MIME there is no way to write it in ASCII
	b, err = relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, smtp.Body8Bit, b.Kind())
	require.Contains(t, read(t, b), "sch\xf6n")

	d.Body = smtp.BodyFromBytes([]byte(lines("MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$\"\x1b(B\n")))
	d.Route.Options.Content = queue.Content{Charset: "UTF-8"}
	b, err = relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, smtp.Body7Bit, b.Kind())
	require.NotContains(t, read(t, b), "\x1b")
}

// TestNoReplies: an automatic reply is dropped, and counts as delivered.
func TestNoReplies(t *testing.T) {
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.Content = relay.Content
		d := delivery("x")
		d.Body = smtp.BodyFromBytes([]byte(lines("From: a@example.net\nSubject: away\nAuto-Submitted: auto-replied\n\nI am away.\n")))
		d.Route.Options.Content.NoReplies = true
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0"}, got)
		require.Empty(t, w.asked())
	})
}

// TestNoRichText: winmail.dat that makes no sense stays, as what can't be converted does.
func TestNoRichText(t *testing.T) {
	d := delivery("x")
	d.Body = smtp.BodyFromBytes([]byte(lines("From: a@example.net\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n" +
		"Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("no TNEF")) + "\n")))
	d.Route.Options.Content.NoRichText = true
	b, err := relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, read(t, d.Body), read(t, b))
}

// TestConvert: a host without 8BITMIME gets 7 bits, and a message that must not be altered comes back with the reason.
func TestConvert(t *testing.T) {
	signed := strings.Replace(withFile, "multipart/mixed;", `multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256;`, 1)
	in(t, twoHosts, func(t *testing.T, w *world) {
		w.Options.Convert = relay.Convert
		srv := w.fault("203.0.113.1:25", smtptest.Fault{Extensions: []string{"SIZE"}})
		d := delivery("x")
		d.Body = smtp.BodyFromBytes([]byte(lines(withFile)))
		got, err := w.deliver(d)
		require.NoError(t, err)
		require.Equal(t, []string{"250 2.0.0 by a.example.org relayed"}, got)
		for _, line := range srv.Heard() {
			require.NotContains(t, line, "8BITMIME")
		}
		b, err := relay.Convert(t.Context(), d.Body, smtp.Body7Bit)
		require.NoError(t, err)
		require.Contains(t, srv.Heard(), "MAIL FROM:<s@sender.example> SIZE="+strconv.FormatInt(b.Size(), 10))
		require.Contains(t, read(t, b), "sch=C3=B6ner")

		d.Body = smtp.BodyFromBytes([]byte(lines(signed)))
		results, _ := w.Deliver(t.Context(), d)
		require.Equal(t, "554 5.6.3", told(results[0]))
		require.Contains(t, results[0].Reply.Text, "signed")
	})
}

// TestConvertBinary: a binary message for a host that takes 8 bits.
func TestConvertBinary(t *testing.T) {
	src := []byte("MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\n\r\xff")
	b, err := relay.Convert(t.Context(), smtp.BodyFromReaderAt(bytes.NewReader(src), int64(len(src)), smtp.BodyBinary), smtp.Body8Bit)
	require.NoError(t, err)
	require.LessOrEqual(t, b.Kind(), smtp.Body8Bit)
	require.Contains(t, read(t, b), "AAoN/w==")
}

// An atBody can be read at any place.
type atBody struct {
	smtp.Body
	io.ReaderAt
	reads *int
}

func (b atBody) ReadAt(p []byte, off int64) (int, error) {
	*b.reads++
	return b.ReaderAt.ReadAt(p, off)
}

func (b atBody) Open() (io.ReadCloser, error) { panic("it need not be held") }

// A hugeBody is larger than what is held, and says so or not.
type hugeBody struct{ says int64 }

func (b hugeBody) Open() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil }
func (b hugeBody) Size() int64                  { return b.says }
func (b hugeBody) Kind() smtp.BodyType          { return smtp.Body8Bit }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestSource: where the message is read from, and how much of it is held.
func TestSource(t *testing.T) {
	src := []byte(lines(withFile))
	reads := 0
	d := delivery("x")
	d.Route.Options.Content.NoNames = true
	d.Body = atBody{smtp.BodyFromBytes(src), bytes.NewReader(src), &reads}
	b, err := relay.Content(t.Context(), d)
	require.NoError(t, err)
	require.Contains(t, read(t, b), "From: a@example.net\r\n")
	require.Positive(t, reads)

	for _, says := range []int64{-1, 1 << 40} {
		d.Body = hugeBody{says}
		b, err = relay.Content(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, d.Body, b)
		b, err = relay.Convert(t.Context(), d.Body, smtp.Body7Bit)
		require.NoError(t, err)
		require.Equal(t, smtp.Body8Bit, b.Kind())
	}
	d.Body = smtp.BodyFromReaderAt(failingAt{}, 10, smtp.Body7Bit)
	_, err = relay.Content(t.Context(), d)
	require.ErrorIs(t, err, errDisk)
	d.Body = smtp.BodyFromReaderAt(strings.NewReader("short"), 10, smtp.Body7Bit)
	_, err = relay.Content(t.Context(), d)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Body = smtp.BodyFromBytes(src)
	_, err = relay.Content(ctx, d)
	require.ErrorIs(t, err, context.Canceled)
}
