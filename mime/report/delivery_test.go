package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/report"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.FixedZone("", 2*60*60))

// everything has each field of a Delivery.
func everything() *report.Delivery {
	return &report.Delivery{
		EnvelopeID:   "QQ314159 (a)",
		ReportingMTA: report.Typed{Type: "dns", Value: "mx.example.org"},
		Gateway:      report.Typed{Type: "x400", Value: "gate"},
		ReceivedFrom: report.Typed{Type: "dns", Value: "a.example (192.0.2.1)"},
		Arrival:      noon,
		Extensions:   []report.Field{{Name: "X-Queue-ID", Value: "17"}, {Name: "X-Empty"}},
		Recipients: []report.Recipient{{
			Original:    report.Typed{Type: "rfc822", Value: "Bob+list@b.example"},
			Final:       report.Typed{Type: "rfc822", Value: "bob@b.example"},
			Action:      report.Failed,
			Status:      report.Status{5, 1, 1},
			Remote:      report.Typed{Type: "dns", Value: "in.b.example"},
			Diagnostic:  report.Typed{Type: "smtp", Value: "550 5.1.1 no such user; ask (somebody) else"},
			LastAttempt: noon.Add(time.Minute),
			FinalLogID:  "log 5",
			Extensions:  []report.Field{{Name: "X-Tries", Value: "3"}},
		}, {
			Final:      report.Typed{Type: "rfc822", Value: "carol@c.example"},
			Action:     report.Delayed,
			Status:     report.Status{4, 4, 1},
			Diagnostic: report.Typed{Type: "smtp", Value: "451 4.4.1 destination does not answer"},
			RetryUntil: noon.Add(72 * time.Hour),
		}, {
			Original: report.Typed{Type: "rfc822", Value: "d@d.example"},
			Final:    report.Typed{Type: "rfc822", Value: "dave@d.example"},
			Action:   report.Delivered,
			Status:   report.Status{2, 0, 0},
		}, {
			Final: report.Typed{Type: "rfc822", Value: "eve@e.example"}, Action: report.Relayed, Status: report.Status{2, 0, 0},
		}, {
			Final: report.Typed{Type: "rfc822", Value: "frank@f.example"}, Action: report.Relayed, Status: report.Status{2, 0, 0},
		}, {
			Final: report.Typed{Type: "rfc822", Value: "all@mx.example.org"}, Action: report.Expanded, Status: report.Status{2, 0, 0},
		}, {
			Final: report.Typed{Type: "rfc822", Value: "gina@g.example"}, Action: "teleported", Status: report.Status{2, 0, 0},
		}},
	}
}

// sameTimes makes dates that are equal the same.
func sameTimes(d *report.Delivery) *report.Delivery {
	d.Arrival = d.Arrival.UTC()
	for i := range d.Recipients {
		r := &d.Recipients[i]
		r.LastAttempt, r.RetryUntil = r.LastAttempt.UTC(), r.RetryUntil.UTC()
	}
	return d
}

func TestDelivery(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnFull, report.SevenBit).Delivery(everything())
	s := send(t, m, err)
	require.Equal(t, "message/delivery-status", s.parts[1].kind)
	var found defect.List
	require.Equal(t, sameTimes(everything()), sameTimes(report.ParseDelivery(s.parts[1].body, &found)))
	require.Equal(t, []defect.Kind{report.BadAction}, kinds(&found))
	golden(t, "delivery.eml", s.raw)
}

// golden compares with a file of testdata, in which lines end in LF.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.Equal(t, string(want), strings.ReplaceAll(string(got), "\r\n", "\n"))
}

func kinds(found *defect.List) (all []defect.Kind) {
	for d := range found.All() {
		all = append(all, d.Kind)
	}
	return all
}

func TestDeliveryInUTF8(t *testing.T) {
	d := failure()
	r := &d.Recipients[0]
	r.Original = report.Typed{Type: "utf-8", Value: `jü+"r=\"gen@b.example`}
	r.Final = report.Typed{Value: "jürgen@büro.example"}
	for way, test := range [3]struct{ kind, fields string }{
		{"delivery-status", "Original-Recipient: utf-8;j\\x{FC}\\x{2B}\"r\\x{3D}\\x{5C}\"gen@b.example\r\n" +
			"Final-Recipient: utf-8;j\\x{FC}rgen@b\\x{FC}ro.example\r\n"},
		{"delivery-status", "Final-Recipient: utf-8;j\\x{FC}rgen@b\\x{FC}ro.example\r\n"},
		{"global-delivery-status", "Original-Recipient: utf-8;jü+\"r=\\x{5C}\"gen@b.example\r\nFinal-Recipient: utf-8;jürgen@büro.example\r\n"},
	} {
		m, err := letter(head, report.ReturnHeaders, report.Way(way)).Delivery(d)
		s := send(t, m, err)
		require.Equal(t, "delivery-status", s.kind)
		require.Equal(t, "message/"+test.kind, s.parts[1].kind)
		require.Contains(t, string(s.parts[1].body), test.fields)
		got := report.ParseDelivery(s.parts[1].body, nil).Recipients[0]
		require.Equal(t, r.Original, got.Original)
		require.Equal(t, report.Typed{Type: "utf-8", Value: r.Final.Value}, got.Final)
		require.Contains(t, string(s.parts[0].body), "<jürgen@büro.example>")
	}

	r.Diagnostic.Value = "550 gibt’s nicht"
	r.Localized = []report.Local{{Language: "de", Text: "gibt’s nicht"}, {Language: "no language", Text: "x"}, {Language: "fr"}}
	for way, encoding := range []string{"quoted-printable", "8bit", "8bit"} {
		m, err := letter(head, report.ReturnHeaders, report.Way(way)).Delivery(d)
		s := send(t, m, err)
		require.Equal(t, "message/global-delivery-status", s.parts[1].kind)
		require.Equal(t, encoding, s.parts[1].encoding)
		got := report.ParseDelivery(s.parts[1].body, nil).Recipients[0]
		require.Equal(t, "550 gibt’s nicht", got.Diagnostic.Value)
		require.Equal(t, r.Localized[:1], got.Localized)
		require.Equal(t, r.Final.Value, got.Final.Value)
	}
}

// What others have said cannot add a field, a line or a part.
func TestInjection(t *testing.T) {
	evil := "x\r\n\r\nFinal-Recipient: rfc822;eve@e.example\r\nAction: delivered\r\n--=_x\x00\u2028\u202e\x85\xff"
	d := failure()
	d.EnvelopeID = evil
	d.ReportingMTA.Value += evil
	d.ReceivedFrom = report.Typed{Type: evil, Value: evil}
	d.Extensions = []report.Field{{Name: "X-Evil", Value: evil}}
	r := &d.Recipients[0]
	r.Original = report.Typed{Type: "rfc822\r\nX", Value: evil}
	r.Final.Value += evil
	r.Remote.Value, r.Diagnostic.Value, r.FinalLogID = evil, evil, evil
	r.Action = "failed\r\nX: y"
	original := "Subject: =?utf-8?q?a=0D=0ABcc:_x?=\r\nMessage-ID: <a@b>\r\n\r\n"
	for _, way := range []report.Way{report.SevenBit, report.EightBit, report.UTF8} {
		m, err := letter(original, report.ReturnHeaders, way).Delivery(d)
		s := send(t, m, err)
		require.Len(t, s.parts, 3)
		got := report.ParseDelivery(s.parts[1].body, nil)
		require.Len(t, got.Recipients, 1)
		require.Equal(t, report.Failed, got.Recipients[0].Action)
		require.Equal(t, "unknown", got.Recipients[0].Original.Type)
		require.NotContains(t, s.header, "Bcc")
		for _, part := range s.parts[:2] {
			require.NotContains(t, string(part.body), "\nFinal-Recipient: rfc822;eve")
			require.False(t, strings.ContainsAny(string(part.body), "\x00\u0085\u2028\u202e"))
		}
	}
}

func TestLongValues(t *testing.T) {
	d := failure()
	d.Recipients[0].Diagnostic.Value = "550 " + strings.Repeat("ä", 9000)
	d.Recipients[0].Final.Value = strings.Repeat("ö+", 3000) + "@b.example"
	m, err := letter(head, report.ReturnHeaders, report.SevenBit).Delivery(d)
	s := send(t, m, err)
	require.Less(t, len(s.raw), 64<<10)
	for _, part := range s.parts {
		for line := range strings.Lines(string(part.body)) {
			require.LessOrEqual(t, len(line), 1000)
		}
	}
}

func TestDefaults(t *testing.T) {
	for _, test := range []struct {
		action report.Action
		status report.Status
		want   string
	}{
		{"", report.Status{}, "Action: failed\r\nStatus: 5.0.0\r\n"},
		{"", report.Status{2, 1, 5}, "Action: delivered\r\nStatus: 2.1.5\r\n"},
		{"", report.Status{4, 0, 0}, "Action: delayed\r\nStatus: 4.0.0\r\n"},
		{report.Delayed, report.Status{}, "Action: delayed\r\nStatus: 4.0.0\r\n"},
		{report.Relayed, report.Status{9, 1, 1}, "Action: relayed\r\nStatus: 2.0.0\r\n"},
		{report.Failed, report.Status{5, 1000, 1}, "Action: failed\r\nStatus: 5.0.0\r\n"},
		{"FAILED", report.Status{4, 4, 7}, "Action: failed\r\nStatus: 4.4.7\r\n"},
	} {
		d := failure()
		d.Recipients[0].Action, d.Recipients[0].Status = test.action, test.status
		d.Recipients[0].RetryUntil = noon
		m, err := letter(head, report.ReturnHeaders, report.SevenBit).Delivery(d)
		body := string(send(t, m, err).parts[1].body)
		require.Contains(t, body, test.want)
		require.Equal(t, strings.Contains(body, "delayed"), strings.Contains(body, "Will-Retry-Until: Mon, 4 May 2026 12:00:00 +0200\r\n"))
	}
}

func TestSubjects(t *testing.T) {
	for action, want := range map[report.Action]string{
		report.Failed: "Mail could not be delivered", report.Delayed: "Mail is delayed", report.Delivered: "Mail was delivered",
		report.Relayed: "Mail was passed on", "x": "Mail delivery report",
	} {
		d := failure()
		d.Recipients[0].Action = action
		m, err := letter(head, report.ReturnHeaders, report.SevenBit).Delivery(d)
		require.Equal(t, want, send(t, m, err).header.Get("Subject"))
	}
}

func TestTolerance(t *testing.T) {
	const good = "Reporting-MTA: dns;h\n\nFinal-Recipient: rfc822;b@b.example\nAction: failed\nStatus: 5.1.1\n"
	for name, test := range map[string]struct {
		part  string
		kinds []defect.Kind
		want  string // final recipients, actions and status codes
	}{
		"good":            {good, nil, "b@b.example failed 5.1.1"},
		"blank lines":     {"\r\n \r\n" + strings.ReplaceAll(good, "\n", "\r\n") + "\r\n\r\n", nil, "b@b.example failed 5.1.1"},
		"more blank":      {strings.ReplaceAll(good, "\n\n", "\n\n\n\n"), nil, "b@b.example failed 5.1.1"},
		"no blank line":   {strings.ReplaceAll(good, "\n\n", "\n"), []defect.Kind{report.MisplacedField}, "b@b.example failed 5.1.1"},
		"folded":          {"Reporting-MTA:\n dns;\n\th\n\nFinal-Recipient: rfc822;\n b@b.example\nACTION : Failed (really)\nstatus: 5.1.1 (no)\n", nil, "b@b.example failed 5.1.1"},
		"two in a group":  {good + "Final-Recipient: rfc822;c@c.example\nAction: delayed\nStatus: 4.1.1\n", []defect.Kind{report.MisplacedField}, "b@b.example failed 5.1.1 c@c.example delayed 4.1.1"},
		"late message":    {good + "\nArrival-Date: Mon, 4 May 2026 12:00:00 +0200\n", []defect.Kind{report.MisplacedField}, "b@b.example failed 5.1.1"},
		"no type":         {strings.ReplaceAll(good, "rfc822;", ""), []defect.Kind{report.MissingType}, "b@b.example failed 5.1.1"},
		"brackets":        {strings.ReplaceAll(good, "b@b.example", "<b@b.example>"), []defect.Kind{report.AngleBrackets}, "b@b.example failed 5.1.1"},
		"no field":        {"nonsense\n" + good, []defect.Kind{report.NotAField}, "b@b.example failed 5.1.1"},
		"twice":           {good + "Action: delayed\n", []defect.Kind{report.DuplicateField}, "b@b.example failed 5.1.1"},
		"leading zeros":   {strings.ReplaceAll(good, "5.1.1", "5.01.001"), []defect.Kind{report.BadStatus}, "b@b.example failed 5.1.1"},
		"bad status":      {strings.ReplaceAll(good, "5.1.1", "550"), []defect.Kind{report.BadStatus, report.MissingField}, "b@b.example failed 0.0.0"},
		"status class":    {strings.ReplaceAll(good, "5.1.1", "3.1.1"), []defect.Kind{report.BadStatus, report.MissingField}, "b@b.example failed 0.0.0"},
		"bad action":      {strings.ReplaceAll(good, "failed", "failure"), []defect.Kind{report.BadAction}, "b@b.example failure 5.1.1"},
		"bad escape":      {strings.ReplaceAll(good, "rfc822;b", `utf-8;\x{D800}\x{41}\x{FC}\x{}\x{110000}\x{E`), []defect.Kind{report.BadEscape}, `\x{D800}Aü\x{}\x{110000}\x{E@b.example failed 5.1.1`},
		"escaped control": {strings.ReplaceAll(good, "rfc822;b", `utf-8;a\x{0D}\x{0A}b`), nil, `a  b@b.example failed 5.1.1`},
		"bad date":        {good + "Last-Attempt-Date: soon\n", []defect.Kind{header.OddDate, header.NoDate}, "b@b.example failed 5.1.1"},
		"empty":           {"", []defect.Kind{report.MissingField}, ""},
		"no recipients":   {"Reporting-MTA: dns;h\n", []defect.Kind{report.MissingField}, ""},
		"no host":         {strings.ReplaceAll(good, "Reporting-MTA: dns;h\n", ""), []defect.Kind{report.MissingField}, "b@b.example failed 5.1.1"},
		"only extension":  {good + "\nX-A: b\n", []defect.Kind{report.MissingField}, "b@b.example failed 5.1.1   0.0.0"},
	} {
		var found defect.List
		d := report.ParseDelivery([]byte(test.part), &found)
		var got []string
		for _, r := range d.Recipients {
			got = append(got, r.Final.Value+" "+string(r.Action)+" "+r.Status.String())
		}
		require.Equal(t, test.want, strings.Join(got, " "), name)
		require.Equal(t, test.kinds, slices.Compact(kinds(&found)), name)
	}
}

func TestBounds(t *testing.T) {
	var found defect.List
	d := report.ParseDelivery([]byte(strings.Repeat("X: y\n\n", 100_000)), &found)
	require.LessOrEqual(t, len(d.Recipients), 10_000)
	require.True(t, found.Has(report.TooManyFields))
	found = defect.List{}
	d = report.ParseDelivery([]byte(strings.Repeat("X: y\n", 100_000)), &found)
	require.Len(t, d.Extensions, 50_000)
	require.True(t, found.Has(report.TooManyFields))
}

// Reports that Postfix 3.7 has made.
func TestPostfix(t *testing.T) {
	found := stored(t, "postfix.eml")
	d := found.Delivery
	require.Equal(t, "QQ+1", d.EnvelopeID)
	require.Equal(t, report.Typed{Type: "dns", Value: "postfix.example"}, d.ReportingMTA)
	require.Equal(t, []report.Field{{Name: "X-Postfix-Queue-ID", Value: "B10699B2138"}, {Name: "X-Postfix-Sender", Value: "rfc822; alice@a.example"}}, d.Extensions)
	require.True(t, d.Arrival.Equal(time.Date(2026, 11, 22, 9, 55, 30, 0, time.UTC)))
	require.Equal(t, []report.Recipient{{
		Original:   report.Typed{Type: "rfc822", Value: "Bob+x@b.example"},
		Final:      report.Typed{Type: "rfc822", Value: "bob@b.example"},
		Action:     report.Failed,
		Status:     report.Status{5, 1, 1},
		Remote:     report.Typed{Type: "dns", Value: "127.0.0.1"},
		Diagnostic: report.Typed{Type: "smtp", Value: "550-5.1.1 no such user (we looked for it everywhere 550    5.1.1 and in all of the places where users may be)"},
	}}, d.Recipients[:1])
	require.Equal(t, "carol@c.example", d.Recipients[1].Final.Value)
	require.Equal(t, "text/rfc822-headers", found.Original.Type)

	found = stored(t, "postfix-utf8.eml")
	require.Equal(t, report.Typed{Type: "utf-8", Value: "büb@b.example"}, found.Delivery.Recipients[0].Final)
	require.Equal(t, report.Typed{Type: "utf-8", Value: "büb@b.example"}, found.Delivery.Recipients[0].Original)
	require.Equal(t, "message/global", found.Original.Type)
}

// stored finds the report in a file of testdata, which has nothing wrong with it.
func stored(t *testing.T, name string) *report.Found {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var defects defect.List
	found, err := report.Find(index(t, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))), &defects)
	require.NoError(t, err)
	require.Empty(t, kinds(&defects))
	return found
}

func BenchmarkParseDelivery(b *testing.B) {
	m, err := letter(head, report.ReturnNothing, report.SevenBit).Delivery(everything())
	s := send(&testing.T{}, m, err)
	b.ReportAllocs()
	b.SetBytes(int64(len(s.parts[1].body)))
	for b.Loop() {
		report.ParseDelivery(s.parts[1].body, nil)
	}
}
