package queue_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/report"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

func ExampleReports() {
	reports := &queue.Reports{
		Hostname: "mx.example.org",
		From:     "Post Office <postmaster@example.org>",
		Copies: []queue.ReportCopy{{
			To:      smtp.Path{Local: "postmaster", Domain: "example.org"},
			Classes: queue.ClassDoubleBounce | queue.ClassResource | queue.ClassProtocol,
		}},
	}
	q := &queue.Queue{Store: memory.New(nil), Reporter: reports}
	fmt.Println(q.Reporter == reports, reports.Copies[0].Classes)
	// Output: true 2bounce,resource,protocol
}

// mailed is a message as the Transport got it.
type mailed struct {
	from smtp.MailParams
	to   []queue.Recipient
	text string
}

// found reads the report in the message.
func (m mailed) found(t *testing.T) *report.Found {
	t.Helper()
	index, err := mime.Index(strings.NewReader(m.text), int64(len(m.text)), mime.Limits{})
	require.NoError(t, err)
	found, err := report.Find(index, nil)
	require.NoError(t, err)
	return found
}

// returned reads what the report has of the message.
func (m mailed) returned(t *testing.T) (kind, body string) {
	t.Helper()
	p := m.found(t).Original
	require.NotNil(t, p)
	b, err := io.ReadAll(p.Decoded())
	require.NoError(t, err)
	return p.Type, string(b)
}

// network answers for recipients by the local part, 250 for those that it does not know, and keeps the reports.
type network struct {
	replies map[string]queue.Result

	mu      sync.Mutex
	reports []mailed
}

func (n *network) Deliver(_ context.Context, d *queue.Delivery) ([]queue.Result, error) {
	var results []queue.Result
	for _, to := range d.To {
		r, known := n.replies[to.Path.Local]
		if !known {
			r.Reply = smtp.R(250, smtp.Enhanced{2, 1, 5}, "ok")
		}
		results = append(results, r)
	}
	if d.Message.Source == "(reports)" {
		body, err := d.Body.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(body)
		n.mu.Lock()
		defer n.mu.Unlock()
		n.reports = append(n.reports, mailed{d.Message.From, d.To, string(text)})
		return results, err
	}
	return results, nil
}

var replies = map[string]queue.Result{
	"unknown": {Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user\nask somebody\r\nX: y"), Remote: "in.b.example"},
	"policy":  {Reply: smtp.R(554, smtp.Enhanced{5, 7, 1}, "go away"), Remote: "in.b.example"},
	"plain":   {Reply: smtp.R(550, smtp.Enhanced{}, "no")},
	"later":   {Reply: smtp.R(451, smtp.Enhanced{4, 4, 1}, "not now"), Remote: "in.b.example"},
	"mailbox": {Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "stored"), Final: true},
	"relayed": {Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "passed on"), Remote: "in.b.example", Relayed: true},
}

// deliver sends a message and returns the reports that are sent within the time.
func deliver(t *testing.T, p *queue.Reports, env *smtp.Envelope, message string, within time.Duration) (reports []mailed) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &network{replies: replies}
		q := &queue.Queue{
			Store: memory.New(nil), Reporter: p, Transport: n,
			Schedules: queue.Schedules{Normal: &queue.Schedule{Notice: 4 * time.Hour}},
		}
		start(t, q)
		_, err := q.Add(t.Context(), queue.Submission{Envelope: env, Body: strings.NewReader(message), Size: -1})
		require.NoError(t, err)
		time.Sleep(within)
		synctest.Wait()
		reports = n.reports
	})
	return reports
}

func envelope(t *testing.T, from string, to ...string) *smtp.Envelope {
	t.Helper()
	env, err := smtp.NewEnvelope(from, to...)
	require.NoError(t, err)
	return env
}

const (
	lunch  = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Lunch\r\nMessage-ID: <m@a.example>\r\n\r\nAt noon?\r\n"
	header = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Lunch\r\nMessage-ID: <m@a.example>\r\n"
)

var random = regexp.MustCompile(`=_[A-Z2-7]{24}|Message-ID: <[^@<>]*@(mx\.)?example\.org>`)

// golden compares a whole report with a file, what is random aside.
func golden(t *testing.T, name, got string) {
	t.Helper()
	require.Equal(t, strings.Count(got, "\n"), strings.Count(got, "\r\n"))
	want, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.Equal(t, string(want), random.ReplaceAllString(strings.ReplaceAll(got, "\r\n", "\n"), "<random>"))
}

func TestReports(t *testing.T) {
	env := envelope(t, "alice@a.example", "unknown@b.example", "mailbox@b.example", "relayed@b.example", "plain@b.example", "ok@b.example")
	env.From.EnvelopeID = "QQ 314159"
	for i := range env.To {
		env.To[i].Notify = smtp.NotifySuccess | smtp.NotifyFailure
	}
	env.To[0].Original = smtp.OriginalAddress{Type: "rfc822", Address: "Bob@b.example"}
	reports := deliver(t, &queue.Reports{Hostname: "mx.example.org"}, env, lunch, time.Minute)
	require.Len(t, reports, 1)
	require.True(t, reports[0].from.Path.IsNull())
	require.False(t, reports[0].from.UTF8)
	require.Equal(t, smtp.Body7Bit, reports[0].from.Body)
	require.Equal(t, "alice@a.example", reports[0].to[0].Path.String())
	golden(t, "reports-failure.eml", reports[0].text)
}

func TestReportOfDelay(t *testing.T) {
	reports := deliver(t, &queue.Reports{Hostname: "mx.example.org", From: "Post <help@example.org>"},
		envelope(t, "alice@a.example", "later@b.example"), lunch, 71*time.Hour)
	require.Len(t, reports, 1)
	golden(t, "reports-delay.eml", reports[0].text)

	reports = deliver(t, &queue.Reports{Hostname: "mx.example.org"}, envelope(t, "alice@a.example", "later@b.example"), lunch, 73*time.Hour)
	require.Len(t, reports, 2)
	last := reports[1].found(t).Delivery.Recipients[0]
	require.Equal(t, report.Failed, last.Action)
	require.Equal(t, report.Status{5, 4, 7}, last.Status)
	kind, body := reports[1].returned(t)
	require.Equal(t, "message/rfc822", kind)
	require.Equal(t, lunch, body)
}

func TestReturned(t *testing.T) {
	const eightBit = "Subject: Lunch\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
	for name, test := range map[string]struct {
		reports queue.Reports
		change  func(*smtp.Envelope)
		message string
		kind    string
		body    string
	}{
		"default":    {message: lunch, kind: "message/rfc822", body: lunch},
		"full":       {message: lunch, change: func(e *smtp.Envelope) { e.From.Return = smtp.ReturnFull }, kind: "message/rfc822", body: lunch},
		"headers":    {message: lunch, change: func(e *smtp.Envelope) { e.From.Return = smtp.ReturnHeaders }, kind: "text/rfc822-headers", body: header},
		"RequireTLS": {message: lunch, change: func(e *smtp.Envelope) { e.From.RequireTLS = true }, kind: "text/rfc822-headers", body: header},
		"at limit":   {reports: queue.Reports{MaxReturn: int64(len(lunch))}, message: lunch, kind: "message/rfc822", body: lunch},
		"over limit": {reports: queue.Reports{MaxReturn: int64(len(lunch)) - 1}, message: lunch, kind: "text/rfc822-headers", body: header},
		"never":      {reports: queue.Reports{MaxReturn: -1}, message: lunch, kind: "text/rfc822-headers", body: header},
		"success": {change: func(e *smtp.Envelope) {
			e.To[0].Path.Local, e.To[0].Notify, e.From.Return = "mailbox", smtp.NotifySuccess, smtp.ReturnFull
		}, message: lunch, kind: "text/rfc822-headers", body: header},
		"8bit":     {message: eightBit, kind: "message/rfc822", body: eightBit},
		"not 8bit": {reports: queue.Reports{SevenBit: true}, message: eightBit, kind: "text/rfc822-headers", body: "Subject: Lunch\r\n"},
		"default limit": {
			message: "Subject: big\r\n\r\n" + strings.Repeat("0123456789abcde\r\n", 1<<16), kind: "text/rfc822-headers", body: "Subject: big\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := envelope(t, "alice@a.example", "unknown@b.example")
			if test.change != nil {
				test.change(env)
			}
			test.reports.Hostname = "mx.example.org"
			reports := deliver(t, &test.reports, env, test.message, time.Minute)
			require.Len(t, reports, 1)
			kind, body := reports[0].returned(t)
			require.Equal(t, test.kind, kind)
			require.Equal(t, test.body, body)
			require.Equal(t, strings.Contains(reports[0].text, "Content-Transfer-Encoding: 8bit"), reports[0].from.Body == smtp.Body8Bit)
		})
	}
}

func TestReportInUTF8(t *testing.T) {
	env := envelope(t, "jürgen@a.example", "unknown@b.example")
	env.From.UTF8 = true
	env.To[0].Original = smtp.OriginalAddress{Type: "utf-8", Address: "bôb@b.example"}
	p := &queue.Reports{Hostname: "mx.example.org", SevenBit: true}
	reports := deliver(t, p, env, "Subject: für alle\r\n\r\nHallo\r\n", time.Minute)
	require.Len(t, reports, 1)
	require.True(t, reports[0].from.UTF8)
	require.Contains(t, reports[0].text, "\r\nTo: jürgen@a.example\r\n")
	require.Contains(t, reports[0].text, "Content-Type: message/global-delivery-status\r\n")
	require.Equal(t, report.Typed{Type: "utf-8", Value: "bôb@b.example"}, reports[0].found(t).Delivery.Recipients[0].Original)
	kind, _ := reports[0].returned(t)
	require.Equal(t, "message/global", kind)

	env.From.Path.Local = "alice" // whose way back may not take UTF-8
	reports = deliver(t, p, env, "Subject: für alle\r\n\r\nHallo\r\n", time.Minute)
	require.False(t, reports[0].from.UTF8)
	require.Equal(t, smtp.Body7Bit, reports[0].from.Body)
	kind, body := reports[0].returned(t)
	require.Equal(t, "message/global", kind)
	require.Equal(t, "Subject: für alle\r\n\r\nHallo\r\n", body)
}

// A sender who may not take UTF-8 in headers is told of an address that needs it in ASCII (RFC 6533, 3).
func TestReportOfUTF8Recipient(t *testing.T) {
	replies["b\u00f4b"] = queue.Result{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")}
	defer delete(replies, "b\u00f4b")
	reports := deliver(t, &queue.Reports{Hostname: "mx.example.org"}, envelope(t, "alice@a.example", "b\u00f4b@b.example"), "Subject: x\r\n\r\n", time.Minute)
	require.Len(t, reports, 1)
	require.False(t, reports[0].from.UTF8)
	require.Contains(t, reports[0].text, "\r\nFinal-Recipient: utf-8;b\\x{F4}b@b.example\r\n")
}

// An address that stood for several has its own report, in place of the one of success, and keeps it until it can be made
// (RFC 3461, 5.2.7.3).
func TestReportOfExpansion(t *testing.T) {
	replies["group"] = queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "sent on"), Final: true, Expanded: true}
	defer delete(replies, "group")
	for notify, want := range map[smtp.Notify]int{smtp.NotifySuccess: 1, smtp.NotifyFailure: 0, smtp.NotifyNever: 0, 0: 0} {
		env := envelope(t, "alice@a.example", "group@b.example")
		env.To[0].Notify = notify
		reports := deliver(t, &queue.Reports{Hostname: "mx.example.org"}, env, "Subject: x\r\n\r\n", time.Minute)
		require.Len(t, reports, want)
		for _, r := range reports {
			require.Equal(t, report.Expanded, r.found(t).Delivery.Recipients[0].Action)
		}
	}
}

// What was protected on its way stays so on the way back (RFC 8689, 5).
func TestReportRequiresTLS(t *testing.T) {
	env := envelope(t, "alice@a.example", "unknown@b.example")
	p := &queue.Reports{Hostname: "mx.example.org"}
	require.False(t, deliver(t, p, env, lunch, time.Minute)[0].from.RequireTLS)
	env.From.RequireTLS = true
	require.True(t, deliver(t, p, env, lunch, time.Minute)[0].from.RequireTLS)
}

func copies(classes ...queue.ReportClass) (all []queue.ReportCopy) {
	for i, c := range classes {
		all = append(all, queue.ReportCopy{To: smtp.Path{Local: "admin" + string(rune('a'+i)), Domain: "mx.example.org"}, Classes: c})
	}
	return all
}

func TestCopies(t *testing.T) {
	p := &queue.Reports{Hostname: "mx.example.org", Copies: append(
		copies(queue.ClassBounce, queue.ClassPolicy, queue.ClassDoubleBounce|queue.ClassDelay), queue.ReportCopy{Classes: queue.ClassAll})}
	reports := deliver(t, p, envelope(t, "alice@a.example", "unknown@b.example", "policy@b.example", "ok@b.example"), lunch, time.Minute)
	got := map[string]mailed{}
	for _, m := range reports {
		got[m.to[0].Path.String()] = m
	}
	require.Len(t, got, 3, "the sender and two administrators")
	require.Zero(t, got["alice@a.example"].to[0].Notify)
	a, b := got["admina@mx.example.org"], got["adminb@mx.example.org"]
	require.Len(t, a.found(t).Delivery.Recipients, 2)
	require.Len(t, b.found(t).Delivery.Recipients, 1)
	require.Equal(t, "policy@b.example", b.found(t).Delivery.Recipients[0].Final.Value)
	require.Equal(t, smtp.NotifyNever, a.to[0].Notify)
	kind, body := a.returned(t)
	require.Equal(t, "text/rfc822-headers", kind)
	require.Equal(t, header, body)
	golden(t, "reports-copy.eml", b.text)
}

// Nobody but an administrator is told of a report that cannot be delivered, and of his copy nobody at all.
func TestDoubleBounce(t *testing.T) {
	p := &queue.Reports{Hostname: "mx.example.org"}
	require.Empty(t, deliver(t, p, envelope(t, "", "unknown@b.example"), lunch, time.Minute))

	p.Copies = copies(queue.ClassDoubleBounce)
	reports := deliver(t, p, envelope(t, "unknown@a.example", "unknown@b.example"), lunch, 100*time.Hour)
	require.Len(t, reports, 2)
	require.Equal(t, "unknown@a.example", reports[0].to[0].Path.String())
	require.Equal(t, "admina@mx.example.org", reports[1].to[0].Path.String())
	require.Equal(t, "unknown@a.example", reports[1].found(t).Delivery.Recipients[0].Final.Value)
	require.Contains(t, reports[1].text, "Nobody else is told")

	p.Copies[0].To.Local = "unknown"
	reports = deliver(t, p, envelope(t, "unknown@a.example", "unknown@b.example"), lunch, 100*time.Hour)
	require.Len(t, reports, 2)
}

func TestNoReportOfReports(t *testing.T) {
	const message = "Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b--\r\n"
	p := &queue.Reports{Hostname: "mx.example.org", Copies: copies(queue.ClassBounce, queue.ClassDoubleBounce)}
	reports := deliver(t, p, envelope(t, "mailer-daemon@a.example", "unknown@b.example"), message, time.Minute)
	require.Len(t, reports, 1)
	require.Equal(t, "adminb@mx.example.org", reports[0].to[0].Path.String())
}

func TestNotify(t *testing.T) {
	for notify, want := range map[smtp.Notify]int{
		0: 1, smtp.NotifyNever: 0, smtp.NotifyFailure: 1, smtp.NotifySuccess: 0, smtp.NotifyDelay: 0,
	} {
		env := envelope(t, "alice@a.example", "unknown@b.example")
		env.To[0].Notify = notify
		require.Len(t, deliver(t, &queue.Reports{Hostname: "mx.example.org"}, env, lunch, time.Minute), want, notify)
	}
}

// What is missing or wrong in the fields does not keep senders from being told.
func TestPoorReports(t *testing.T) {
	reports := deliver(t, &queue.Reports{From: "nobody in particular"}, envelope(t, "alice@a.example", "unknown@b.example"), lunch, time.Minute)
	require.Len(t, reports, 1)
	require.Contains(t, reports[0].text, "From: Mail Delivery System <postmaster@localhost>\r\n")
	require.Equal(t, report.Typed{Type: "x-local-hostname", Value: "localhost"}, reports[0].found(t).Delivery.ReportingMTA)
}

// lost is the body of a message that the store has no more.
type lost struct{ *bytes.Reader }

func (lost) Close() error { return nil }

func TestReportOfLostMessage(t *testing.T) {
	letters, err := (&queue.Reports{Hostname: "mx.example.org"}).Report(t.Context(), &queue.Report{
		Message: &queue.Message{From: smtp.MailParams{Path: smtp.Path{Local: "alice", Domain: "a.example"}}},
		Body:    lost{bytes.NewReader(nil)},
		Recipients: []queue.ReportRecipient{{
			Recipient: queue.Recipient{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "bob", Domain: "b.example"}}},
			Action:    queue.ActionExpanded,
		}},
	})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	text, err := io.ReadAll(letters[0].Body)
	require.NoError(t, err)
	require.EqualValues(t, letters[0].Size, len(text))
	m := mailed{text: string(text)}
	require.Nil(t, m.found(t).Original)
	require.Equal(t, report.Expanded, m.found(t).Delivery.Recipients[0].Action)
	require.Equal(t, report.Status{2, 0, 0}, m.found(t).Delivery.Recipients[0].Status)
}

func TestReportClasses(t *testing.T) {
	sender := smtp.MailParams{Path: smtp.Path{Local: "alice", Domain: "a.example"}}
	for _, test := range []struct {
		action queue.Action
		reply  smtp.Reply
		from   smtp.MailParams
		want   string
	}{
		{queue.ActionFailed, smtp.R(550, smtp.Enhanced{5, 1, 1}, ""), sender, "bounce,recipient"},
		{queue.ActionFailed, smtp.R(550, smtp.Enhanced{5, 1, 4}, ""), sender, "bounce,recipient,ambiguous"},
		{queue.ActionFailed, smtp.R(552, smtp.Enhanced{5, 2, 2}, ""), sender, "bounce,mailbox,resource"},
		{queue.ActionFailed, smtp.R(550, smtp.Enhanced{5, 2, 1}, ""), smtp.MailParams{}, "2bounce,mailbox"},
		{queue.ActionFailed, smtp.R(552, smtp.Enhanced{5, 3, 4}, ""), sender, "bounce,resource"},
		{queue.ActionDelayed, smtp.R(451, smtp.Enhanced{4, 4, 1}, ""), sender, "delay,network"},
		{queue.ActionDelayed, smtp.R(451, smtp.Enhanced{4, 4, 5}, ""), sender, "delay,resource,network"},
		{queue.ActionFailed, smtp.R(500, smtp.Enhanced{5, 5, 1}, ""), sender, "bounce,protocol"},
		{queue.ActionFailed, smtp.R(554, smtp.Enhanced{5, 6, 1}, ""), sender, "bounce,conversion"},
		{queue.ActionFailed, smtp.R(554, smtp.Enhanced{5, 7, 1}, ""), sender, "bounce,policy"},
		{queue.ActionFailed, smtp.R(554, smtp.Enhanced{}, ""), sender, "bounce"},
		{queue.ActionDelivered, smtp.R(250, smtp.Enhanced{2, 7, 1}, ""), sender, ""},
	} {
		var got []string
		for bit := queue.ReportClass(1); bit&queue.ClassAll != 0; bit <<= 1 {
			p := &queue.Reports{Hostname: "mx.example.org", Copies: copies(bit)}
			letters, err := p.Report(t.Context(), &queue.Report{
				Message: &queue.Message{From: test.from},
				Body:    lost{bytes.NewReader([]byte(lunch))},
				Recipients: []queue.ReportRecipient{{
					Recipient: queue.Recipient{RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "bob", Domain: "b.example"}}},
					Action:    test.action, Reply: test.reply,
				}},
			})
			require.NoError(t, err)
			if len(letters) > 0 && letters[len(letters)-1].To[0].Path.Local == "admina" {
				got = append(got, bit.String())
			}
		}
		require.Equal(t, test.want, strings.Join(got, ","))
	}
	require.Equal(t, "bounce,2bounce,delay,recipient,ambiguous,mailbox,resource,network,protocol,conversion,policy", queue.ClassAll.String())
}
