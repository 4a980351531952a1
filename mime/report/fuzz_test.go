package report_test

import (
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/report"
)

// FuzzParse reads any octets as each kind of part. Properties:
//   - bounded: there are no more recipients and fields than the limits say;
//   - clean: no value has a control character or is not UTF-8;
//   - stable: what was read, where it can be written, is read again as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte("Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: utf-8;\\x{FC}@b\r\nAction: failed\r\nStatus: 5.1.1 (x)\r\nX-A: b\r\n c\r\n"))
	f.Add([]byte("Reporting-UA: a; b\nFinal-Recipient: <a@b>\nDisposition: a/b; displayed/error\nError: x\nOriginal-Message-ID: <a@b>\n"))
	f.Add([]byte("Feedback-Type: abuse\nUser-Agent: a\nVersion: 1\nSource-IP: ::1\nOriginal-Mail-From: <<>>\nIncidents: 2\n"))
	f.Add([]byte("Reporting-MTA: x\n\nOriginal-Recipient: utf-8;<\\x{3C}a>\nFinal-Recipient: rfc822;\xc3\xbc \xff\nLocalized-Diagnostic: de; x\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := report.ParseDelivery(b, nil)
		require.LessOrEqual(t, len(d.Recipients), 10_000)
		for _, r := range d.Recipients {
			for _, v := range []string{r.Original.Value, r.Final.Value, r.Remote.Value, r.Diagnostic.Value, r.FinalLogID, string(r.Action)} {
				requireClean(t, v)
			}
		}
		requireClean(t, d.EnvelopeID)
		requireClean(t, d.ReportingMTA.Value)
		way := report.Way(len(b) % 3)
		if part := machine(t, way, func(l *report.Letter) (*report.Message, error) { return l.Delivery(d) }); part != nil {
			again := report.ParseDelivery(part, nil)
			for i := range d.Recipients { // what the writer makes up, leaves out or cuts
				r, a := &d.Recipients[i], &again.Recipients[i]
				if r.Action == "" {
					r.Action = a.Action
				}
				if r.Status == (report.Status{}) {
					r.Status = a.Status
				}
				if r.Action != report.Delayed {
					r.RetryUntil = a.RetryUntil
				}
				if len(r.Final.Value) > 100 || len(r.Original.Value) > 100 {
					r.Final, r.Original = a.Final, a.Original
				}
			}
			require.Equal(t, sameTimes(d), sameTimes(again))
		}
		m := report.ParseDisposition(b, nil)
		if part := machine(t, way, func(l *report.Letter) (*report.Message, error) { return l.Disposition(m) }); part != nil {
			again := report.ParseDisposition(part, nil)
			if len(m.Final.Value) > 100 || len(m.Original.Value) > 100 {
				m.Final, m.Original = again.Final, again.Original
			}
			require.Equal(t, m, again)
		}
		c := report.ParseFeedback(b, nil)
		if part := machine(t, way, func(l *report.Letter) (*report.Message, error) { return l.Feedback(c) }); part != nil {
			again := report.ParseFeedback(part, nil)
			if c.Version == 0 {
				c.Version = 1
			}
			if c.Incidents == 1 {
				c.Incidents = 0
			}
			c.Arrival, again.Arrival = c.Arrival.UTC(), again.Arrival.UTC()
			require.Equal(t, c, again)
		}
	})
}

// machine writes a report, if that can be done, and returns its machine-readable part.
func machine(t *testing.T, way report.Way, write func(l *report.Letter) (*report.Message, error)) []byte {
	m, err := write(letter(head, report.ReturnHeaders, way))
	if err != nil {
		return nil
	}
	return send(t, m, nil).parts[1].body
}

func requireClean(t *testing.T, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s))
	require.False(t, strings.ContainsFunc(s, unicode.IsControl), "%q", s)
}

// FuzzLetter writes reports of any message, with any text from outside. Properties:
//   - whole: another library finds the parts that were written, and Message.Size octets;
//   - contained: no text adds a field to the header, a recipient or a part;
//   - fitting: what goes a way for ASCII is ASCII, and all lines end in CRLF;
//   - exact: a message that is returned in full comes back octet by octet.
func FuzzLetter(f *testing.F) {
	f.Add("Subject: x\r\n\r\nbody\r\n", "550 no\r\n\r\nFinal-Recipient: rfc822;x", "a@b", uint8(0))
	f.Add("Subject: \xc3\xbc\r\nMessage-ID: <a@b>\r\n\r\nbody\x00", "550 \xc3\xbc \xff", "\xc3\xbc@b", uint8(2))
	f.Add("Subject: =?utf-8?q?=0A=3D?=\n\n\xff", "\x1b[31m", `\x{41}<>;"`, uint8(1))
	f.Add("References: <a@b>\r\n <c@d>\r\nMessage-ID: <a@\r\n\r\n", strings.Repeat("x", 2000), strings.Repeat("+", 300), uint8(1))
	f.Fuzz(func(t *testing.T, original, text, address string, way uint8) {
		d := failure()
		d.EnvelopeID = text
		r := &d.Recipients[0]
		r.Diagnostic = report.Typed{Type: address, Value: text}
		r.Remote.Value = text
		r.Original = report.Typed{Type: text, Value: address}
		r.Final.Value = "x" + address
		l := letter(original, report.ReturnFull, report.Way(way%3))
		m, err := l.Delivery(d)
		s := send(t, m, err)
		require.Len(t, s.parts, 3)
		for name := range s.header {
			require.Contains(t, "From To Subject Date Message-Id In-Reply-To References Auto-Submitted Mime-Version Content-Type Content-Transfer-Encoding", name)
		}
		require.Len(t, report.ParseDelivery(s.parts[1].body, nil).Recipients, 1)
		raw := string(s.raw)
		require.Equal(t, strings.Count(raw, "\r\n"), strings.Count(raw, "\n"))
		require.Equal(t, strings.Count(raw, "\r\n"), strings.Count(raw, "\r"))
		require.NotContains(t, raw, "\x00")
		if kind := s.parts[2].kind; kind == "message/rfc822" || kind == "message/global" {
			require.Equal(t, original, string(s.parts[2].body))
		}
		require.NoError(t, iterate(m))
	})
}

// iterate checks that a report that was read is at its end.
func iterate(m *report.Message) error {
	n, err := m.Read(make([]byte, 1))
	if n == 0 && err == io.EOF {
		return nil
	}
	return io.ErrNoProgress
}
