package report_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	stdmime "mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/report"
)

// sent is a report as the reader of another library finds it.
type sent struct {
	raw    []byte
	header mail.Header
	kind   string // report-type
	parts  []sentPart
}

type sentPart struct {
	kind, encoding string
	body           []byte // decoded
}

// send reads a report to its end.
func send(t *testing.T, m *report.Message, err error) *sent {
	t.Helper()
	require.NoError(t, err)
	raw, err := io.ReadAll(iotest.OneByteReader(m))
	require.NoError(t, err)
	require.EqualValues(t, m.Size, len(raw))
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	media, params, err := stdmime.ParseMediaType(msg.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/report", media)
	s := &sent{raw: raw, header: msg.Header, kind: params["report-type"]}
	r := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		part := sentPart{kind: p.Header.Get("Content-Type"), encoding: p.Header.Get("Content-Transfer-Encoding")}
		var body io.Reader = p
		switch part.encoding {
		case "quoted-printable":
			body = quotedprintable.NewReader(p)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, p)
		}
		part.body, err = io.ReadAll(body)
		require.NoError(t, err)
		s.parts = append(s.parts, part)
	}
	if m.Needs == report.SevenBit {
		require.NotContains(t, msg.Header, "Content-Transfer-Encoding")
		for _, c := range raw {
			require.Less(t, c, byte(0x80))
		}
	} else {
		require.Equal(t, "8bit", msg.Header.Get("Content-Transfer-Encoding"))
	}
	return s
}

var postmaster = header.Address{Name: "Mail system", Local: "postmaster", Domain: "mx.example.org"}

// letter is about a message.
func letter(original string, ret report.Return, way report.Way) *report.Letter {
	return &report.Letter{
		From:      postmaster,
		To:        []header.Address{{Local: "alice", Domain: "a.example"}},
		Date:      time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC),
		MessageID: "<report@mx.example.org>",
		Original:  report.Original{Message: strings.NewReader(original), Size: int64(len(original)), Return: ret},
		Way:       way,
		Random:    strings.NewReader("bits that are not random at all"),
	}
}

// failure is a report of one recipient.
func failure() *report.Delivery {
	return &report.Delivery{
		ReportingMTA: report.Typed{Value: "mx.example.org"},
		Recipients: []report.Recipient{{
			Final: report.Typed{Value: "bob@b.example"}, Action: report.Failed, Status: report.Status{5, 1, 1},
			Diagnostic: report.Typed{Value: "550 5.1.1 no such user"},
		}},
	}
}

const (
	head    = "Message-ID: <m@a.example>\r\nReferences: <k@a.example> <l@a.example>\r\nSubject: Lunch\r\nDate: Mon, 4 May 2026 11:00:00 +0200\r\n"
	headU   = "Message-ID: <m@a.example>\r\nSubject: Mittag für alle\r\n"
	headRaw = "Subject: Mittag f\xfcr alle\r\n"
)

func TestWhatIsReturned(t *testing.T) {
	type want struct {
		kind, encoding string
		needs          report.Way
	}
	for name, test := range map[string]struct {
		message string
		ret     report.Return
		want    [3]want // by way
		body    string  // what comes back, if not all
	}{
		"ascii": {head + "\r\nHello", report.ReturnFull, [3]want{
			{"message/rfc822", "", 0}, {"message/rfc822", "", 0}, {"message/rfc822", "", 0},
		}, ""},
		"ascii header": {head + "\r\nHello", report.ReturnHeaders, [3]want{
			{"text/rfc822-headers", "", 0}, {"text/rfc822-headers", "", 0}, {"text/rfc822-headers", "", 0},
		}, head},
		"8bit": {head + "\r\nGr\xc3\xbc\xc3\x9fe\r\n", report.ReturnFull, [3]want{
			{"text/rfc822-headers", "", 0}, {"message/rfc822", "8bit", report.EightBit}, {"message/rfc822", "8bit", report.EightBit},
		}, ""},
		"UTF-8 header": {headU + "\r\nHello\r\n", report.ReturnFull, [3]want{
			{"message/global", "base64", 0}, {"message/global", "base64", report.EightBit}, {"message/global", "8bit", report.UTF8},
		}, ""},
		"only UTF-8 header": {headU + "\r\nHello\r\n", report.ReturnHeaders, [3]want{
			{"message/global-headers", "quoted-printable", 0},
			{"message/global-headers", "quoted-printable", report.EightBit}, // the subject is in the text
			{"message/global-headers", "8bit", report.UTF8},
		}, headU},
		"raw header": {headRaw + "\r\nHello\r\n", report.ReturnHeaders, [3]want{
			{"text/rfc822-headers", "quoted-printable", 0},
			{"text/rfc822-headers", "8bit", report.EightBit},
			{"text/rfc822-headers", "8bit", report.EightBit},
		}, headRaw},
		"binary": {head + "\r\nHello\x00\r\n", report.ReturnFull, [3]want{
			{"text/rfc822-headers", "", 0}, {"text/rfc822-headers", "", 0}, {"text/rfc822-headers", "", 0},
		}, head},
		"lone CR":   {head + "\r\nHello\rthere", report.ReturnFull, [3]want{1: {"text/rfc822-headers", "", 0}}, head},
		"CR at end": {head + "\r\nHello\r", report.ReturnFull, [3]want{1: {"text/rfc822-headers", "", 0}}, head},
		"lone LF":   {head + "\r\nHello\nthere", report.ReturnFull, [3]want{1: {"text/rfc822-headers", "", 0}}, head},
		"long line": {head + "\r\n" + strings.Repeat("x", 999), report.ReturnFull, [3]want{1: {"text/rfc822-headers", "", 0}}, head},
		"line":      {head + "\r\n" + strings.Repeat("x", 998), report.ReturnFull, [3]want{1: {"message/rfc822", "", 0}}, ""},
		"binary with UTF-8 header": {headU + "\r\nHello\x00", report.ReturnFull, [3]want{
			{"message/global", "base64", 0}, {"message/global", "base64", report.EightBit}, {"message/global", "base64", report.EightBit},
		}, ""},
		"no body":   {head, report.ReturnFull, [3]want{1: {"message/rfc822", "", 0}}, ""},
		"no header": {"\r\nHello", report.ReturnHeaders, [3]want{1: {"text/rfc822-headers", "", 0}}, " "},
		"empty":     {"", report.ReturnFull, [3]want{1: {"message/rfc822", "", 0}}, " "},
	} {
		t.Run(name, func(t *testing.T) {
			for way, want := range test.want {
				if want.kind == "" {
					continue
				}
				l := letter(test.message, test.ret, report.Way(way))
				m, err := l.Delivery(failure())
				s := send(t, m, err)
				require.Len(t, s.parts, 3)
				got := s.parts[2]
				require.Equal(t, want.kind, got.kind, "way %d", way)
				require.Equal(t, want.encoding, got.encoding, "way %d", way)
				require.Equal(t, want.needs, m.Needs, "way %d", way)
				body := test.message
				if test.body != "" {
					body = strings.TrimSpace(test.body) + "\r\n"
				}
				if body == "\r\n" {
					body = ""
				}
				if want.kind == "text/rfc822-headers" && test.body == "" {
					body = head
				}
				require.Equal(t, body, string(got.body), "way %d", way)
			}
		})
	}
}

func TestNothingReturned(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnNothing, report.SevenBit).Delivery(failure())
	s := send(t, m, err)
	require.Len(t, s.parts, 2)
	require.Equal(t, "<m@a.example>", s.header.Get("In-Reply-To"))
	require.NotContains(t, string(s.parts[0].body), "third")

	l := letter("", report.ReturnFull, report.SevenBit)
	l.Original = report.Original{}
	m, err = l.Delivery(failure())
	s = send(t, m, err)
	require.Len(t, s.parts, 2)
	require.NotContains(t, s.header, "In-Reply-To")
	require.NotContains(t, s.header, "References")
}

func TestHeader(t *testing.T) {
	l := letter(head+"\r\nHello", report.ReturnHeaders, report.SevenBit)
	m, err := l.Delivery(failure())
	s := send(t, m, err)
	require.Equal(t, "delivery-status", s.kind)
	require.Equal(t, "auto-replied", s.header.Get("Auto-Submitted"))
	require.Equal(t, "<m@a.example>", s.header.Get("In-Reply-To"))
	require.Equal(t, "<k@a.example> <l@a.example> <m@a.example>", s.header.Get("References"))
	require.Equal(t, "Mail could not be delivered", s.header.Get("Subject"))
	require.Equal(t, "Mail system <postmaster@mx.example.org>", s.header.Get("From"))
	require.Contains(t, string(s.parts[0].body), "Your message of Mon, 4 May 2026 11:00:00 +0200 with the subject \"Lunch\"")

	l.MessageID, l.Date, l.Random = "", time.Time{}, nil
	m, err = l.Delivery(failure())
	s = send(t, m, err)
	require.Regexp(t, `^<[^<>]{20,}@mx\.example\.org>$`, s.header.Get("Message-ID"))
	date, err := s.header.Date()
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), date, time.Hour)
}

func TestIsReport(t *testing.T) {
	const multipart = "Content-Type: multipart/report; boundary=b; report-type="
	for message, want := range map[string]bool{
		head: false,
		multipart + "delivery-status\r\nAuto-Submitted: auto-replied\r\n":              true,
		multipart + "Delivery-Status\r\nAuto-Submitted: Auto-Generated; x=y\r\n":       true,
		multipart + "disposition-notification\r\nAuto-Submitted: auto-replied\r\n\r\n": true,
		multipart + "delivery-status\r\nAuto-Submitted: no\r\n":                        false,
		multipart + "delivery-status\r\n":                                              false,
		multipart + "feedback-report\r\nAuto-Submitted: auto-generated\r\n":            false,
		"Auto-Submitted: auto-replied\r\n\r\n" + multipart + "delivery-status\r\n":     false,
	} {
		o := letter(message, report.ReturnFull, report.SevenBit).Original
		got, err := o.IsReport()
		require.NoError(t, err)
		require.Equal(t, want, got, message)
	}
	_, err := (&report.Original{Message: faulty{}, Size: 5}).IsReport()
	require.ErrorIs(t, err, errFault)
}

func TestCopy(t *testing.T) {
	for of, want := range map[string]string{
		"alice@a.example": "This is a copy, for administrators, of what the sender of the message\r\nbelow, alice@a.example, is told.\r\n",
		"<>":              "This is for administrators. Nobody else is told: the message below has\r\nno return address, or is itself a report.\r\n",
	} {
		l := letter(head, report.ReturnHeaders, report.SevenBit)
		l.CopyOf = of
		m, err := l.Delivery(failure())
		s := send(t, m, err)
		require.Equal(t, "Copy: Mail could not be delivered", s.header.Get("Subject"))
		require.Equal(t, "auto-generated", s.header.Get("Auto-Submitted"))
		require.Contains(t, string(s.parts[0].body), want)
		require.NotContains(t, string(s.parts[0].body), "Your message")
	}
}

func TestReferencesAreBounded(t *testing.T) {
	var ids []string
	for i := range 300 {
		ids = append(ids, "<"+strings.Repeat("i", i%9+1)+"@a.example>")
	}
	message := "Message-ID: <m@a.example>\r\nReferences: " + strings.Join(ids, "\r\n ") + "\r\n\r\n"
	m, err := letter(message, report.ReturnNothing, report.SevenBit).Delivery(failure())
	got := strings.Fields(send(t, m, err).header.Get("References"))
	require.Len(t, got, 21)
	require.Equal(t, ids[0], got[0])
	require.Equal(t, ids[299], got[19])
	require.Equal(t, "<m@a.example>", got[20])
}

func TestOwnText(t *testing.T) {
	l := letter(head+"\r\nHello", report.ReturnNothing, report.SevenBit)
	l.Subject, l.Text = "Schade\r\nBcc: x@example.org", "Grüße\r\nund tschüs\n"+strings.Repeat("a b ", 300)
	m, err := l.Delivery(failure())
	s := send(t, m, err)
	require.Equal(t, "Schade  Bcc: x@example.org", s.header.Get("Subject"))
	require.NotContains(t, s.header, "Bcc")
	require.Equal(t, "text/plain; charset=utf-8", s.parts[0].kind)
	require.Equal(t, "quoted-printable", s.parts[0].encoding)
	text, ok := strings.CutPrefix(string(s.parts[0].body), "Grüße\r\nund tschüs\r\na b ")
	require.True(t, ok)
	require.Len(t, strings.Fields(text), 2*300-2)
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len(line), 74)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	for name, change := range map[string]func(*report.Letter, *report.Delivery){
		"no host":       func(_ *report.Letter, d *report.Delivery) { d.ReportingMTA = report.Typed{} },
		"no recipients": func(_ *report.Letter, d *report.Delivery) { d.Recipients = nil },
		"no recipient":  func(_ *report.Letter, d *report.Delivery) { d.Recipients[0].Final.Value = "\r\n" },
	} {
		l, d := letter(head, report.ReturnFull, report.SevenBit), failure()
		change(l, d)
		_, err := l.Delivery(d)
		require.ErrorIs(t, err, report.ErrIncomplete, name)
	}
	for _, name := range []string{"Action", "status", "Bad Name", "", "X:", "X\r\nY", strings.Repeat("x", 77)} {
		d := failure()
		d.Recipients[0].Extensions = []report.Field{{Name: name, Value: "x"}}
		_, err := letter(head, report.ReturnFull, report.SevenBit).Delivery(d)
		require.ErrorIs(t, err, report.ErrField, "%q", name)
	}
	_, err := letter(head, report.ReturnFull, report.SevenBit).Disposition(&report.Disposition{})
	require.ErrorIs(t, err, report.ErrIncomplete)
	_, err = letter(head, report.ReturnFull, report.SevenBit).Feedback(&report.Feedback{Type: report.Abuse})
	require.ErrorIs(t, err, report.ErrIncomplete)
	l := letter(head, report.ReturnFull, report.EightBit)
	l.To[0].Local = "jürgen"
	_, err = l.Delivery(failure())
	require.ErrorIs(t, err, header.ErrAddress)
	l.Way, l.Random = report.UTF8, strings.NewReader("short")
	_, err = l.Delivery(failure())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	l.Random = nil
	m, err := l.Delivery(failure())
	s := send(t, m, err)
	require.Equal(t, report.UTF8, m.Needs)
	require.Equal(t, "jürgen@a.example", s.header.Get("To"))
}

// A faulty is a message that cannot be read behind its header.
type faulty struct{ good string }

var errFault = errors.New("fault")

func (f faulty) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > int64(len(f.good)) {
		return 0, errFault
	}
	return copy(p, f.good[off:]), nil
}

func TestErrorsOfTheMessage(t *testing.T) {
	l := letter("", report.ReturnFull, report.SevenBit)
	l.Original.Message, l.Original.Size = faulty{head}, 1<<20
	_, err := l.Delivery(failure())
	require.ErrorIs(t, err, errFault)
	l.Original.Message, l.Original.Size = strings.NewReader(head), 1<<20
	_, err = l.Delivery(failure())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "shorter than it says")
	l.Original.Size = int64(len(head)) // and shorter when it is sent
	file, err := os.Create(t.TempDir() + "/message")
	require.NoError(t, err)
	defer file.Close()
	_, err = file.WriteString(head)
	require.NoError(t, err)
	l.Original.Message = file
	l.Random = nil
	m, err := l.Delivery(failure())
	require.NoError(t, err)
	require.NoError(t, file.Truncate(5))
	_, err = io.Copy(io.Discard, m)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// endless is a message of any size: one line again and again.
type endless struct{}

func (endless) ReadAt(p []byte, off int64) (int, error) {
	const line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n"
	for n := 0; n < len(p); {
		n += copy(p[n:], line[(off+int64(n))%int64(len(line)):])
	}
	return len(p), nil
}

func TestLargeReturnNeedsNoMemory(t *testing.T) {
	const size = 64 << 20
	for _, way := range []report.Way{report.SevenBit, report.UTF8} {
		l := letter("", report.ReturnFull, way)
		l.Original.Message, l.Original.Size = endless{}, size
		l.Random = nil
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := l.Delivery(failure())
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, m)
		require.NoError(t, err)
		require.Equal(t, m.Size, n)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
	}
}

func BenchmarkLetter(b *testing.B) {
	message := head + "\r\n" + strings.Repeat("All work and no play makes Jack a dull boy.\r\n", 1<<20/45)
	l := letter(message, report.ReturnFull, report.SevenBit)
	l.Random = nil
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		m, err := l.Delivery(failure())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, m); err != nil {
			b.Fatal(err)
		}
	}
}
