//go:build interop

package report_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/report"
)

// reader is what Python's email package makes of a report: the header, the groups of fields of the second part, and the
// octets of what is returned.
const reader = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(m.iter_parts())
machine = parts[1]
groups = machine.get_payload()
if isinstance(groups, str):
    text = machine.get_payload(decode=True)
    groups = [email.message_from_bytes(g, policy=email.policy.default) for g in text.split(b"\r\n\r\n")]
third = parts[2] if len(parts) > 2 else None
returned = ""
if third is not None:
    inner = third.get_payload()
    returned = inner[0]["Subject"] if isinstance(inner, list) else third.get_payload(decode=True).decode()
print(json.dumps({
    "type": m.get_content_type(), "report": m["Content-Type"].params["report-type"], "auto": m["Auto-Submitted"],
    "from": m["From"].addresses[0].addr_spec, "subject": m["Subject"], "defects": [str(d) for p in m.walk() for d in p.defects],
    "text": parts[0].get_content(), "kinds": [p.get_content_type() for p in parts],
    "groups": [{k: str(v) for k, v in g.items()} for g in groups], "returned": returned,
}))
`

type read struct {
	Type, Report, Auto, From, Subject, Text, Returned string
	Defects, Kinds                                    []string
	Groups                                            []map[string]string
}

func python(t *testing.T, m *report.Message, err error) (r read) {
	t.Helper()
	s := send(t, m, err)
	cmd := exec.CommandContext(t.Context(), "python3", "-c", reader)
	cmd.Stdin = bytes.NewReader(s.raw)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &errs)
	require.NoError(t, json.Unmarshal(out, &r))
	require.Equal(t, "multipart/report", r.Type)
	require.Empty(t, r.Defects)
	require.Equal(t, "postmaster@mx.example.org", r.From)
	return r
}

func TestPythonReadsDeliveries(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnFull, report.SevenBit).Delivery(everything())
	r := python(t, m, err)
	require.Equal(t, "delivery-status", r.Report)
	require.Equal(t, []string{"text/plain", "message/delivery-status", "message/rfc822"}, r.Kinds)
	require.Len(t, r.Groups, 8)
	require.Equal(t, "dns; mx.example.org", r.Groups[0]["Reporting-MTA"])
	require.Equal(t, "rfc822;bob@b.example", r.Groups[1]["Final-Recipient"])
	require.Equal(t, "smtp; 550 5.1.1 no such user; ask (somebody) else", r.Groups[1]["Diagnostic-Code"])
	require.Equal(t, "expanded", r.Groups[6]["Action"])
	require.Equal(t, "Lunch", r.Returned)
	require.Contains(t, r.Text, "could not be delivered")
}

func TestPythonReadsDeliveriesInUTF8(t *testing.T) {
	d := failure()
	d.Recipients[0].Final.Value = "jürgen@b.example"
	d.Recipients[0].Diagnostic.Value = "550 gibt’s nicht"
	m, err := letter(headU+"\r\nHello", report.ReturnHeaders, report.SevenBit).Delivery(d)
	r := python(t, m, err)
	require.Equal(t, []string{"text/plain", "message/global-delivery-status", "message/global-headers"}, r.Kinds)
	require.Contains(t, r.Text, "jürgen@b.example")
}

func TestPythonReadsDispositions(t *testing.T) {
	m, err := letter(head+"\r\nHello", report.ReturnHeaders, report.SevenBit).Disposition(receipt())
	r := python(t, m, err)
	require.Equal(t, "disposition-notification", r.Report)
	require.Equal(t, "automatic-action/MDN-sent-automatically; processed/error, x-late", r.Groups[0]["Disposition"])
	require.Equal(t, head, r.Returned)
	require.Equal(t, "Processed: Lunch", r.Subject)
}

func TestPythonReadsFeedback(t *testing.T) {
	m, err := letter(head+"\r\nBuy!", report.ReturnFull, report.SevenBit).Feedback(complaint())
	r := python(t, m, err)
	require.Equal(t, "feedback-report", r.Report)
	require.Equal(t, "auto-generated", r.Auto)
	require.Equal(t, "abuse", r.Groups[0]["Feedback-Type"])
	require.Equal(t, "2001:db8::1", r.Groups[0]["Source-IP"])
	require.Equal(t, "Lunch", r.Returned)
}
