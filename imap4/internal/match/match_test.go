package match

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/mime"
)

func TestDates(t *testing.T) {
	day := time.Date(1994, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		t                 string
		before, on, since bool
	}{
		{"1994-02-01T00:00:00Z", false, true, true},
		{"1994-02-01T23:59:59Z", false, true, true},
		{"1994-01-31T23:59:59Z", true, false, false},
		{"1994-02-02T00:00:00Z", false, false, true},
		{"1994-02-01T01:00:00+13:00", false, true, true}, // the day in its own zone, not in UTC
		{"1994-01-31T23:00:00-12:00", true, false, false},
		{"1994-02-01T23:00:00-12:00", false, true, true},
	} {
		at, err := time.Parse(time.RFC3339, c.t)
		require.NoError(t, err)
		require.Equal(t, []bool{c.before, c.on, c.since}, []bool{Before(at, day), On(at, day), Since(at, day)}, c.t)
	}
}

func TestWithin(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 500, time.UTC)
	for _, c := range []struct {
		t              time.Time
		seconds        int64
		older, younger bool
	}{
		{now.Add(-time.Minute), 60, true, true},
		{now.Add(-61 * time.Second), 60, true, false},
		{now.Add(-59 * time.Second), 60, false, true},
		{time.Time{}, 1<<63 - 1, false, true},
		{now.Add(time.Hour), 1, false, true},
	} {
		require.Equal(t, []bool{c.older, c.younger}, []bool{Older(c.t, now, c.seconds), Younger(c.t, now, c.seconds)}, "%v", c)
	}
}

func index(t testing.TB, text string) *mime.Message {
	t.Helper()
	text = strings.ReplaceAll(text, "\n", "\r\n")
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	require.NoError(t, err)
	return m
}

func search(needles ...string) *collate.Search {
	return collate.NewSearch(collate.UnicodeCasemap, needles...)
}

const mixed = `From: =?utf-8?q?J=C3=B6rg?= <joe@example.org>
Subject: =?utf-8?b?R3LDvMOf?= aus
 =?utf-8?q?Ber?= =?utf-8?q?lin?=
Received: x
RECEIVED: y
Content-Type: multipart/mixed; boundary=b

preamble
--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Sch=C3=
=B6ne Gr=C3=BC=C3=9Fe
--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: base64

QmzkdHRlciBmYWxsZW4=
--b
Content-Type: application/pdf; name="=?utf-8?q?Pr=C3=BCfung?=.pdf"
Content-Transfer-Encoding: base64

c2VjcmV0
--b
Content-Type: message/rfc822

Subject: =?utf-8?q?inn=C3=A9r?=

innermost
--b--
`

func TestLook(t *testing.T) {
	m := index(t, mixed)
	for _, c := range []struct {
		needle     string
		body, text bool
	}{
		{"", true, true},
		{"schöne GRÜßE", true, true},
		{"blätter", true, true},
		{"prüfung.PDF", true, true},
		{"Innér", true, true},
		{"subject: inn", true, true},
		{"innermost", true, true},
		{"berlin", false, true},
		{"GRÜß aus", false, true},
		{"jörg <", false, true},
		{"subject", true, true}, // of the enclosed message
		{"charset=ISO", false, true},
		{"secret", false, false},   // in a picture or the like
		{"c2VjcmV0", false, false}, // nor as it is transferred
		{"QmzkdHRl", false, false},
		{"preamble", false, false},
		{"grüße blätter", false, false}, // in two parts
	} {
		s := search(c.needle)
		require.NoError(t, Body(t.Context(), m, s))
		require.Equal(t, c.body, s.Done(), "BODY %q", c.needle)
		s.Reset()
		require.NoError(t, Text(t.Context(), m, s))
		require.Equal(t, c.text, s.Done(), "TEXT %q", c.needle)
	}
	s := search("blätter", "nothing", "grüße")
	require.NoError(t, Body(t.Context(), m, s))
	require.Equal(t, []bool{true, false, true}, []bool{s.Found(0), s.Found(1), s.Found(2)})
}

func TestOddParts(t *testing.T) {
	s := search("hidden")
	for _, text := range []string{
		"Content-Type: multipart/mixed; boundary=b\n\nhidden, since there are no parts\n",
		"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\naGlkZGVu\n",
		"Content-Type: message/delivery-status\n\nStatus: hidden\n",
		"Content-Type: text/html\n\n<p>Hidden\n",
		"\nhidden\n",
		"\n" + strings.Repeat("long ", 100_000) + "hidden",
	} {
		s.Reset()
		require.NoError(t, Body(t.Context(), index(t, text), s))
		require.True(t, s.Done(), "%.60q", text)
	}
}

func TestField(t *testing.T) {
	m := index(t, mixed)
	h, err := m.Root.Header()
	require.NoError(t, err)
	sum, err := summary.New(m)
	require.NoError(t, err)
	for _, c := range []struct {
		name, needle string
		has, found   bool
	}{
		{"subject", "aus Berlin", true, true},
		{"SUBJECT", "GRÜß", true, true},
		{"subject", "subject", true, false},
		{"from", "JÖRG <JOE@", true, true},
		{"received", "Y", true, true},
		{"received", "", true, true},
		{"to", "x", false, false},
		{"to", "", false, false},
		{"\u017fubject", "", false, false},
	} {
		s := search(c.needle)
		require.Equal(t, c.has, Field(&h, c.name, s), c.name)
		require.Equal(t, c.found, s.Done(), "%s %q", c.name, c.needle)
		s.Reset()
		if has, known := Known(sum, c.name, s); known {
			require.Equal(t, c.has, has, c.name)
			require.Equal(t, c.found, s.Done(), "%s %q", c.name, c.needle)
		} else {
			require.Equal(t, "received", c.name)
		}
	}
}

// TestLongField has values that are longer than what is decoded at a time.
func TestLongField(t *testing.T) {
	h := mime.ParseHeader([]byte("To: " + strings.Repeat("someone@example.org,\r\n ", 20_000) + "=?utf-8?q?l=C3=A4st?= <x@y>\r\n" +
		"X: " + strings.Repeat("x", 100_000) + "\r\n\r\n"))
	for needle, want := range map[string]bool{
		"LÄST <x@y>":                     true,
		"org, someone@example.org, some": true,
		strings.Repeat("x", 1000):        true,
		"first":                          false,
		"org,someone":                    false,
		"example.org, ,":                 false,
	} {
		s := search(needle)
		Field(&h, "to", s)
		Field(&h, "x", s)
		require.Equal(t, want, s.Done(), "%.40q", needle)
		s.Reset()
		Header(&h, s)
		require.Equal(t, want, s.Done(), "%.40q", needle)
	}
}

func TestEnds(t *testing.T) {
	bad := errors.New("the client has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(bad)
	require.ErrorIs(t, Body(ctx, index(t, mixed), search("x")), bad)
	m, err := mime.ReadIndex(strings.NewReader("\r\nx"), mime.Limits{})
	require.NoError(t, err)
	require.ErrorIs(t, Body(t.Context(), m, search("y")), mime.ErrNoSource)
	require.ErrorIs(t, Text(t.Context(), m, search("y")), mime.ErrNoSource)
	require.NoError(t, Text(t.Context(), m, search(""))) // found before there was anything to read
	late, cancel := context.WithCancelCause(t.Context())
	r := &reader{late, strings.NewReader("abc")}
	_, err = r.Read(make([]byte, 1))
	require.NoError(t, err)
	cancel(bad)
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, bad)
}

// FuzzLook checks that, whatever the message and what is looked for,
//   - there is neither an error nor a panic,
//   - what BODY finds, TEXT finds,
//   - what a summary knows of a field is what its header says.
func FuzzLook(f *testing.F) {
	f.Add(strings.ReplaceAll(mixed, "\n", "\r\n"), "Grüße")
	f.Add("Subject: =?utf-8?q?a?= =?utf-8?q?b?=\r\nTo: x\r\nto: y\r\n\r\nab", "AB")
	f.Add("no field\r\n\r\n", "")
	f.Add("To: a\x00b\xff\r\n c\r\n\r\n\xff", "\xff")
	f.Fuzz(func(t *testing.T, text, needle string) {
		m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
		require.NoError(t, err)
		body, whole := search(needle), search(needle)
		require.NoError(t, Body(t.Context(), m, body))
		require.NoError(t, Text(t.Context(), m, whole))
		if body.Done() && !strings.Contains(text, "name") { // names of files are put together of parameters
			require.True(t, whole.Done())
		}
		sum, err := summary.New(m)
		require.NoError(t, err)
		h, err := m.Root.Header()
		require.NoError(t, err)
		for _, name := range []string{"to", "subject", "from", needle} {
			inSummary, inHeader := search(needle), search(needle)
			has, known := Known(sum, name, inSummary)
			if known && !strings.Contains(needle, "\n") {
				require.Equal(t, Field(&h, name, inHeader), has)
				require.Equal(t, inHeader.Done(), inSummary.Done())
			}
		}
	})
}

func BenchmarkBody(b *testing.B) {
	line := "The quick brown fox jumps over the lazy dog, and so on and on, until the line is full.\r\n"
	for label, text := range map[string]string{
		"plain":            "\r\n" + strings.Repeat(line, 12_000),
		"quoted-printable": "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(line, 12_000),
		"small":            "Subject: x\r\n\r\n" + strings.Repeat(line, 20),
	} {
		b.Run(label, func(b *testing.B) {
			m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
			require.NoError(b, err)
			s := search("not there")
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				s.Reset()
				if err := Body(b.Context(), m, s); err != nil || s.Done() {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkKnown(b *testing.B) {
	sum, err := summary.New(index(b, mixed))
	require.NoError(b, err)
	for _, name := range []string{"subject", "from", "x-none"} {
		b.Run(name, func(b *testing.B) {
			s := search("not there")
			b.ReportAllocs()
			for b.Loop() {
				s.Reset()
				if _, known := Known(sum, name, s); !known {
					b.Fatal("not known")
				}
			}
		})
	}
}
