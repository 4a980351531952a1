package report_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/report"
)

// receipt has each field of a Disposition.
func receipt() *report.Disposition {
	return &report.Disposition{
		UserAgent:         "pc.b.example",
		Product:           "Mail 1.0; beta",
		Gateway:           report.Typed{Type: "dns", Value: "gate.example.org"},
		Original:          report.Typed{Type: "rfc822", Value: "info@b.example"},
		Final:             report.Typed{Type: "rfc822", Value: "bob@b.example"},
		MessageID:         "<m@a.example>",
		AutomaticAction:   true,
		SentAutomatically: true,
		Type:              report.Processed,
		Modifiers:         []string{"error", "x-late"},
		Errors:            []string{"no room", "no time"},
		Extensions:        []report.Field{{Name: "X-Mood", Value: "good"}},
	}
}

func TestDisposition(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnHeaders, report.SevenBit).Disposition(receipt())
	s := send(t, m, err)
	require.Equal(t, "disposition-notification", s.kind)
	require.Equal(t, "auto-replied", s.header.Get("Auto-Submitted"))
	require.NotContains(t, s.header, "Disposition-Notification-To")
	require.Equal(t, "message/disposition-notification", s.parts[1].kind)
	var found defect.List
	require.Equal(t, receipt(), report.ParseDisposition(s.parts[1].body, &found))
	require.Zero(t, found.Len())
	golden(t, "disposition.eml", s.raw)
}

func TestDispositionInUTF8(t *testing.T) {
	d := receipt()
	d.Final.Value = "jürgen@b.example"
	for way, kind := range []string{"disposition-notification", "disposition-notification", "global-disposition-notification"} {
		m, err := letter(head, report.ReturnHeaders, report.Way(way)).Disposition(d)
		s := send(t, m, err)
		require.Equal(t, "disposition-notification", s.kind)
		require.Equal(t, "message/"+kind, s.parts[1].kind)
		require.Equal(t, report.Typed{Type: "utf-8", Value: "jürgen@b.example"}, report.ParseDisposition(s.parts[1].body, nil).Final)
	}
}

func TestDispositionSubjects(t *testing.T) {
	for kind, want := range map[report.DispositionType]string{
		report.Displayed: "Read: Lunch", report.Deleted: "Deleted: Lunch", report.Dispatched: "Passed on: Lunch", "denied": "Receipt: Lunch",
	} {
		d := receipt()
		d.Type = kind
		m, err := letter(head, report.ReturnHeaders, report.SevenBit).Disposition(d)
		s := send(t, m, err)
		require.Equal(t, want, s.header.Get("Subject"))
		require.Contains(t, string(s.parts[0].body), "Your message of Mon, 4 May 2026 11:00:00 +0200")
	}
	m, err := letter("\r\n", report.ReturnHeaders, report.SevenBit).Disposition(receipt())
	require.Equal(t, "Processed", send(t, m, err).header.Get("Subject"))
}

func TestDispositionTolerance(t *testing.T) {
	const good = "Final-Recipient: rfc822; b@b.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
	for name, test := range map[string]struct {
		part  string
		kinds []defect.Kind
		want  report.Disposition
	}{
		"good":        {good, nil, report.Disposition{Type: "displayed"}},
		"spaces":      {strings.ReplaceAll(good, "manual-action/MDN-sent-manually; displayed", "(a) Automatic-Action / MDN-Sent-Automatically ;\r\n Displayed / error , (x) y"), nil, report.Disposition{Type: "displayed", AutomaticAction: true, SentAutomatically: true, Modifiers: []string{"error", "y"}}},
		"old mode":    {strings.ReplaceAll(good, "manual-action/MDN-sent-manually", "automatic"), []defect.Kind{report.BadValue}, report.Disposition{Type: "displayed"}},
		"no mode":     {strings.ReplaceAll(good, "manual-action/MDN-sent-manually; ", ""), []defect.Kind{report.BadValue}, report.Disposition{Type: "displayed"}},
		"old type":    {strings.ReplaceAll(good, "displayed", "denied"), []defect.Kind{report.BadValue}, report.Disposition{Type: "denied"}},
		"no type":     {strings.ReplaceAll(good, "displayed", ""), []defect.Kind{report.BadValue, report.MissingField}, report.Disposition{}},
		"twice":       {good + "Disposition: x/y; deleted\r\n", []defect.Kind{report.DuplicateField}, report.Disposition{Type: "displayed"}},
		"old fields":  {good + "Failure: it did\r\nWarning: it may\r\n", nil, report.Disposition{Type: "displayed", Extensions: []report.Field{{Name: "Failure", Value: "it did"}, {Name: "Warning", Value: "it may"}}}},
		"two ids":     {good + "Original-Message-ID: <a@b> <c@d>\r\n", []defect.Kind{report.BadValue}, report.Disposition{Type: "displayed"}},
		"two agents":  {good + "Reporting-UA: a; b\r\nReporting-UA: c\r\n", []defect.Kind{report.DuplicateField}, report.Disposition{Type: "displayed", UserAgent: "a", Product: "b"}},
		"empty error": {good + "Error:\r\n", nil, report.Disposition{Type: "displayed"}},
	} {
		var found defect.List
		test.want.Final = report.Typed{Type: "rfc822", Value: "b@b.example"}
		require.Equal(t, &test.want, report.ParseDisposition([]byte(test.part), &found), name)
		require.Equal(t, test.kinds, kinds(&found), name)
	}
	var found defect.List
	report.ParseDisposition(nil, &found)
	require.True(t, found.Has(report.MissingField))
}

// complaint has each field of a Feedback.
func complaint() *report.Feedback {
	return &report.Feedback{
		Type:         report.Abuse,
		UserAgent:    "Loop/1.0",
		Version:      1,
		EnvelopeID:   "QQ1",
		MailFrom:     "spam@a.example",
		RcptTo:       []string{"bob@b.example", "carol@b.example"},
		Arrival:      noon.UTC(),
		ReportingMTA: report.Typed{Type: "dns", Value: "mx.example.org"},
		SourceIP:     netip.MustParseAddr("2001:db8::1"),
		Incidents:    3,
		AuthResults:  []string{"mx.example.org; spf=fail smtp.mailfrom=spam@a.example"},
		Domains:      []string{"a.example"},
		URIs:         []string{"http://a.example/", "mailto:spam@a.example"},
		Extensions:   []report.Field{{Name: "Source-Port", Value: "4711"}},
	}
}

func TestFeedback(t *testing.T) {
	m, err := letter(head+"\r\nBuy!", report.ReturnFull, report.SevenBit).Feedback(complaint())
	s := send(t, m, err)
	require.Equal(t, "feedback-report", s.kind)
	require.Equal(t, "auto-generated", s.header.Get("Auto-Submitted"))
	require.Equal(t, "FW: Lunch", s.header.Get("Subject"))
	var found defect.List
	got := report.ParseFeedback(s.parts[1].body, &found)
	got.Arrival = got.Arrival.UTC()
	require.Equal(t, complaint(), got)
	require.Zero(t, found.Len())
	golden(t, "feedback.eml", s.raw)

	f := &report.Feedback{Type: "x-new", UserAgent: "Loop/1.0", MailFrom: "<>"}
	m, err = letter("\r\n", report.ReturnFull, report.SevenBit).Feedback(f)
	s = send(t, m, err)
	require.Equal(t, "Feedback-Type: x-new\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <>\r\n", string(s.parts[1].body))
	require.Equal(t, "Report of a message", s.header.Get("Subject"))
}

func TestFeedbackTolerance(t *testing.T) {
	var found defect.List
	f := report.ParseFeedback([]byte("feedback-type: Abuse\nUser-Agent: x\nVersion: 0.1\nOriginal-Mail-From: a@a.example\n"+
		"Received-Date: Mon, 4 May 2026 10:00:00 GMT\nSource-IP: [192.0.2.1]\nIncidents: many\nOriginal-Mail-From: b@b.example\n"), &found)
	require.Equal(t, report.Abuse, f.Type)
	require.Equal(t, "a@a.example", f.MailFrom)
	require.Equal(t, netip.MustParseAddr("192.0.2.1"), f.SourceIP)
	require.True(t, f.Arrival.Equal(noon))
	require.Zero(t, f.Version)
	require.True(t, found.Has(report.BadValue))
	require.True(t, found.Has(report.DuplicateField))

	found = defect.List{}
	report.ParseFeedback([]byte("Feedback-Type: two words\nSource-IP: here\n"), &found)
	require.Equal(t, []defect.Kind{report.BadValue, report.BadValue, report.MissingField}, kinds(&found))
}
