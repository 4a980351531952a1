package queue_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// What an operator returns comes with his reason, and what was last heard; what he drops leaves a track, and no report.
func TestReturnAndDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, events := &network{replies: replies}, new(recorder)
		q := &queue.Queue{Store: memory.New(nil), Transport: n, Reporter: &queue.Reports{Hostname: "mx.a.example"}, Tracker: events}
		start(t, q)
		for _, what := range []string{"return", "drop", "held"} {
			_, err := q.Add(t.Context(), queue.Submission{
				Envelope: envelope(t, what+"@a.example", "later@b.example"), Size: -1,
				Body: strings.NewReader("Message-ID: <" + what + "@x>\r\n\r\n"),
			})
			require.NoError(t, err)
		}
		sleep(time.Second)
		_, err := q.Hold(t.Context(), queue.Filter{Sender: "held@a.example"})
		require.NoError(t, err)
		reason := "wrong\r\n\taddress \xff " + strings.Repeat("\u00fc", 200)
		for _, from := range []string{"return", "held"} {
			count, err := q.Return(t.Context(), queue.Filter{Sender: from + "@a.example"}, reason)
			require.NoError(t, err)
			require.Equal(t, 1, count)
			sleep(time.Second)
		}
		count, err := q.Drop(t.Context(), queue.Filter{Sender: "drop@a.example"}, "junk")
		require.NoError(t, err)
		require.Equal(t, 1, count)
		sleep(100 * time.Hour)
		require.Empty(t, items(t, q, queue.Filter{}))
		require.Len(t, n.reports, 2, "none of what was dropped")
		for _, m := range n.reports {
			status := m.found(t).Delivery.Recipients[0]
			require.Equal(t, "5.7.0", status.Status.String())
			require.Contains(t, status.Diagnostic.Value, "554 5.7.0 returned by the administrator: wrong address ? ")
			require.Contains(t, status.Diagnostic.Value, "the last try had: 451 4.4.1 not now")
			require.NotContains(t, m.text, "expired")
		}
		var told []string
		for _, e := range events.events {
			if e.Kind == queue.Removed || e.Kind == queue.Failed {
				text, _, _ := strings.Cut(e.Reply.Error(), ": wrong")
				told = append(told, string(e.Kind)+" "+e.MessageID+" "+text)
				require.LessOrEqual(t, len(e.Reply.Text), 300)
			}
		}
		require.Equal(t, []string{
			"FAIL return@x 554 5.7.0 returned by the administrator",
			"FAIL held@x 554 5.7.0 returned by the administrator",
			"DROP drop@x 554 5.7.0 removed by the administrator, nobody is told: junk",
		}, told)
	})
}

// All events of a message have its Message-ID, those of its report the report's own.
func TestMessageIDIsTracked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, events, store := &network{replies: replies}, new(recorder), memory.New(nil)
		q := &queue.Queue{Store: store, Transport: n, Reporter: &queue.Reports{Hostname: "mx.a.example"}, Tracker: events}
		id, err := q.Add(t.Context(), queue.Submission{
			Envelope: envelope(t, "a@a.example", "unknown@b.example", "bob@b.example"), Size: -1,
			Body: strings.NewReader("Subject: x\r\nMessage-ID:\r\n <folded@x>\r\n\r\nhello\r\n"),
		})
		require.NoError(t, err)
		again := &queue.Queue{Store: store, Transport: n, Reporter: q.Reporter, Tracker: events} // as after a restart
		start(t, again)
		sleep(time.Hour)
		kinds := map[queue.EventKind]string{}
		for _, e := range events.events {
			kinds[e.Kind] = e.MessageID
			if e.Message != id {
				require.NotEmpty(t, e.MessageID)
				require.NotEqual(t, "folded@x", e.MessageID)
				require.Contains(t, n.reports[0].text, "<"+e.MessageID+">")
				delete(kinds, e.Kind)
			}
		}
		require.Equal(t, map[queue.EventKind]string{queue.Received: "folded@x", queue.Failed: "folded@x"}, kinds)
	})
}

// "TLS-Required: No" counts unless the envelope has REQUIRETLS (RFC 8689, 4.1).
func TestTLSOptional(t *testing.T) {
	for _, requires := range []bool{false, true} {
		q := &queue.Queue{Store: memory.New(nil)}
		env := &smtp.Envelope{From: smtp.MailParams{RequireTLS: requires}, To: envelope(t, "", "b@b.example").To}
		_, err := q.Add(t.Context(), queue.Submission{Envelope: env, Body: strings.NewReader("TLS-Required: No\r\n\r\n"), Size: -1})
		require.NoError(t, err)
		require.Equal(t, !requires, items(t, q, queue.Filter{})[0].Message.TLSOptional)
	}
}
