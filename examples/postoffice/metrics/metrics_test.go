package metrics_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// page is what /metrics has, by name and labels.
func page(t testing.TB, m *metrics.Metrics) map[string]string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	values := make(map[string]string)
	for line := range strings.Lines(w.Body.String()) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "} "); ok {
			values[name+"}"] = value
		} else if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok && name != "#" {
			values[name] = value
		}
	}
	return values
}

// has requires values of the page.
func has(t *testing.T, m *metrics.Metrics, want map[string]string) {
	t.Helper()
	values := page(t, m)
	got := make(map[string]string)
	for name := range want {
		got[name] = values[name]
	}
	require.Equal(t, want, got)
}

func TestSMTP(t *testing.T) {
	m := metrics.New("1.2")
	trace := m.SMTP("transfer")
	trace(nil, smtp.Event{Kind: smtp.ConnOpened})
	trace(nil, smtp.Event{Kind: smtp.ConnOpened})
	for _, verb := range []string{"MAIL", "MAIL", "", "X-\x00INVENTED", "mail"} {
		trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: verb, Reply: smtp.Reply{Code: 250}, Duration: 2 * time.Millisecond})
	}
	trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "AUTH", Reply: smtp.Reply{Code: 535}})
	trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "DATA"})
	trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "DATA", Reply: smtp.Reply{Code: 999}})
	trace(nil, smtp.Event{Kind: smtp.ConnClosed, Err: io.EOF, Read: 100, Written: 200})
	const of = `protocol="smtp",server="transfer"`
	has(t, m, map[string]string{
		`postoffice_conversations_total{` + of + `}`:                                    "2",
		`postoffice_conversations_active{` + of + `}`:                                   "1",
		`postoffice_conversations_ended_total{end="lost",` + of + `}`:                   "1",
		`postoffice_conversations_ended_total{end="quit",` + of + `}`:                   "0",
		`postoffice_received_bytes_total{` + of + `}`:                                   "100",
		`postoffice_sent_bytes_total{` + of + `}`:                                       "200",
		`postoffice_login_failures_total{` + of + `}`:                                   "1",
		`postoffice_commands_total{class="2xx",` + of + `,verb="MAIL"}`:                 "2",
		`postoffice_commands_total{class="2xx",` + of + `,verb="other"}`:                "3",
		`postoffice_commands_total{class="5xx",` + of + `,verb="AUTH"}`:                 "1",
		`postoffice_commands_total{class="none",` + of + `,verb="DATA"}`:                "1",
		`postoffice_commands_total{class="other",` + of + `,verb="DATA"}`:               "1",
		`postoffice_commands_total{class="2xx",` + of + `,verb="QUIT"}`:                 "", // not yet
		`postoffice_command_duration_seconds_count{` + of + `,verb="MAIL"}`:             "2",
		`postoffice_command_duration_seconds_sum{` + of + `,verb="MAIL"}`:               "0.004",
		`postoffice_command_duration_seconds_bucket{` + of + `,verb="MAIL",le="0.001"}`: "0",
		`postoffice_command_duration_seconds_bucket{` + of + `,verb="MAIL",le="0.005"}`: "2",
	})
	require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(page(t, m))), func(s string) bool {
		return strings.HasPrefix(s, "postoffice_build_info{") && strings.Contains(s, `version="1.2"`)
	}))
	m.Forget("smtp", "transfer")
	for name := range page(t, m) {
		require.NotContains(t, name, "transfer")
	}
}

func TestOtherProtocols(t *testing.T) {
	m := metrics.New("")
	pop, imap, news := m.POP3("\xffp"), m.IMAP4("i"), m.NNTP("n")
	pop(nil, pop3.Event{Kind: pop3.ConnOpened})
	pop(nil, pop3.Event{Kind: pop3.CommandDone, Verb: "PASS", Reply: pop3.Err(pop3.BadAuth, "no")})
	pop(nil, pop3.Event{Kind: pop3.CommandDone, Verb: "STAT", Reply: pop3.OK("")})
	pop(nil, pop3.Event{Kind: pop3.CommandDone, Verb: "STAT"})
	pop(nil, pop3.Event{Kind: pop3.ConnClosed})
	imap(nil, imap4.Event{Kind: imap4.ConnOpened})
	imap(nil, imap4.Event{Kind: imap4.CommandDone, Verb: "LOGIN", Reply: imap4.No("AUTHENTICATIONFAILED", "no")})
	imap(nil, imap4.Event{Kind: imap4.CommandDone, Verb: "UID FETCH", Reply: imap4.OK("", "done")})
	imap(nil, imap4.Event{Kind: imap4.CommandDone, Reply: imap4.Reply{Status: imap4.StatusBAD}})
	imap(nil, imap4.Event{Kind: imap4.CommandDone, Reply: imap4.Reply{Status: 77}})
	imap(nil, imap4.Event{Kind: imap4.ConnClosed})
	news(nil, nntp.Event{Kind: nntp.ConnOpened})
	news(nil, nntp.Event{Kind: nntp.CommandDone, Verb: "AUTHINFO PASS", Reply: nntp.R(481, "no")})
	news(nil, nntp.Event{Kind: nntp.CommandDone, Verb: "LIST COUNTS", Reply: nntp.R(481, "no")})
	news(nil, nntp.Event{Kind: nntp.ConnClosed, Err: io.EOF})
	m.LoginFailed("http", "admin")
	has(t, m, map[string]string{
		`postoffice_login_failures_total{protocol="pop3",server="�p"}`:                                     "1",
		`postoffice_commands_total{class="err",protocol="pop3",server="�p",verb="PASS"}`:                   "1",
		`postoffice_commands_total{class="ok",protocol="pop3",server="�p",verb="STAT"}`:                    "1",
		`postoffice_commands_total{class="none",protocol="pop3",server="�p",verb="STAT"}`:                  "1",
		`postoffice_conversations_ended_total{end="quit",protocol="pop3",server="�p"}`:                     "1",
		`postoffice_login_failures_total{protocol="imap4",server="i"}`:                                     "1",
		`postoffice_commands_total{class="no",protocol="imap4",server="i",verb="LOGIN"}`:                   "1",
		`postoffice_commands_total{class="ok",protocol="imap4",server="i",verb="UID FETCH"}`:               "1",
		`postoffice_commands_total{class="bad",protocol="imap4",server="i",verb="other"}`:                  "1",
		`postoffice_commands_total{class="other",protocol="imap4",server="i",verb="other"}`:                "1",
		`postoffice_login_failures_total{protocol="nntp",server="n"}`:                                      "1",
		`postoffice_commands_total{class="4xx",protocol="nntp",server="n",verb="AUTHINFO PASS"}`:           "1",
		`postoffice_command_duration_seconds_count{protocol="nntp",server="n",verb="AUTHINFO PASS"}`:       "1",
		`postoffice_login_failures_total{protocol="http",server="admin"}`:                                  "1",
		`postoffice_conversations_active{protocol="nntp",server="n"}`:                                      "0",
		`postoffice_conversations_ended_total{end="lost",protocol="nntp",server="n"}`:                      "1",
		`postoffice_command_duration_seconds_bucket{protocol="imap4",server="i",verb="LOGIN",le="+Inf"}`:   "1",
		`postoffice_command_duration_seconds_bucket{protocol="imap4",server="i",verb="LOGIN",le="0.0001"}`: "1",
	})
}

func TestGuard(t *testing.T) {
	m := metrics.New("")
	m.Guard(auth.GuardEvent{Conn: &auth.Conn{Protocol: "smtp"}, Wait: time.Second})
	m.Guard(auth.GuardEvent{Conn: &auth.Conn{Protocol: "gopher"}, Refused: true})
	m.Guard(auth.GuardEvent{Refused: true})
	has(t, m, map[string]string{
		`postoffice_login_holds_total{protocol="smtp",result="delayed"}`:  "1",
		`postoffice_login_holds_total{protocol="other",result="refused"}`: "2",
	})
}

func TestWatch(t *testing.T) {
	m := metrics.New("")
	var server smtp.Server
	metrics.Watch(m, "smtp", "old", server.Stats)
	metrics.Watch(m, "pop3", "p", func() pop3.Stats { return pop3.Stats{} })
	metrics.Watch(m, "pop3", "p", func() pop3.Stats {
		return pop3.Stats{Accepted: 9, RefusedFull: 1, RefusedAddr: 2, Denied: 3, BadProxy: 4, Paused: true}
	})
	has(t, m, map[string]string{
		`postoffice_connections_total{protocol="smtp",server="old"}`:                        "0",
		`postoffice_server_paused{protocol="smtp",server="old"}`:                            "0",
		`postoffice_connections_total{protocol="pop3",server="p"}`:                          "9",
		`postoffice_connections_refused_total{protocol="pop3",reason="full",server="p"}`:    "1",
		`postoffice_connections_refused_total{protocol="pop3",reason="address",server="p"}`: "2",
		`postoffice_connections_refused_total{protocol="pop3",reason="denied",server="p"}`:  "3",
		`postoffice_connections_refused_total{protocol="pop3",reason="proxy",server="p"}`:   "4",
		`postoffice_server_paused{protocol="pop3",server="p"}`:                              "1",
	})
	m.Forget("smtp", "old")
	has(t, m, map[string]string{`postoffice_connections_total{protocol="smtp",server="old"}`: ""})
}

func TestQueue(t *testing.T) {
	m := metrics.New("")
	now := time.Date(2003, 4, 1, 12, 0, 0, 0, time.UTC)
	s := &queue.Snapshot{Time: now, Messages: 10, Octets: 1000, Delivered: 1, Transferred: 2, Deferred: 3, Failed: 4, Ambiguous: 5, Reports: 6}
	var err error
	m.WatchQueue(func(context.Context) (*queue.Snapshot, error) { return s, err })
	has(t, m, map[string]string{"postoffice_queue_oldest_seconds": "0", `postoffice_queue_routes{state="up"}`: "0"})
	s.Routes = []queue.RouteState{
		{RouteStats: queue.RouteStats{Route: "a", Waiting: 1, Leased: 2, Held: 3, Parked: 4, Octets: 50, Oldest: now.Add(-time.Minute)}, Active: 2},
		{RouteStats: queue.RouteStats{Route: "b", Waiting: 1, Octets: 50, Oldest: now.Add(-time.Hour)}, Down: "refused"},
		{RouteStats: queue.RouteStats{Route: "c"}},
	}
	has(t, m, map[string]string{
		"postoffice_queue_readable":                                "1",
		"postoffice_queue_messages_total":                          "10",
		"postoffice_queue_accepted_bytes_total":                    "1000",
		"postoffice_queue_reports_total":                           "6",
		`postoffice_queue_recipients_total{outcome="delivered"}`:   "1",
		`postoffice_queue_recipients_total{outcome="transferred"}`: "2",
		`postoffice_queue_recipients_total{outcome="deferred"}`:    "3",
		`postoffice_queue_recipients_total{outcome="failed"}`:      "4",
		`postoffice_queue_recipients_total{outcome="ambiguous"}`:   "5",
		`postoffice_queue_items{state="waiting"}`:                  "2",
		`postoffice_queue_items{state="leased"}`:                   "2",
		`postoffice_queue_items{state="held"}`:                     "3",
		`postoffice_queue_items{state="parked"}`:                   "4",
		"postoffice_queue_bytes":                                   "100",
		"postoffice_queue_deliveries_active":                       "2",
		`postoffice_queue_routes{state="up"}`:                      "2",
		`postoffice_queue_routes{state="down"}`:                    "1",
		"postoffice_queue_oldest_seconds":                          "3600",
	})
	err = errors.New("disk")
	has(t, m, map[string]string{"postoffice_queue_readable": "0", "postoffice_queue_messages_total": ""})
}

// A size is asked for once a minute, and its last answer holds.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "one"), make([]byte, 100), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "b", "two"), make([]byte, 50), 0o600))
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New("")
		m.WatchSize("store", metrics.DirSize(dir))
		n := int64(0)
		m.WatchSize("queue", func(context.Context) (int64, error) {
			if n++; n > 2 {
				return 0, errors.New("disk")
			}
			return n, nil
		})
		m.WatchSize("broken", func(context.Context) (int64, error) { return 1, errors.New("disk") })
		const size, count, none = `postoffice_data_bytes{part="store"}`, `postoffice_data_bytes{part="queue"}`, `postoffice_data_bytes{part="broken"}`
		has(t, m, map[string]string{size: "150", count: "1", none: ""})
		require.NoError(t, os.Remove(filepath.Join(dir, "one")))
		time.Sleep(59 * time.Second)
		has(t, m, map[string]string{size: "150", count: "1"})
		time.Sleep(time.Second)
		has(t, m, map[string]string{size: "50", count: "2"})
		time.Sleep(time.Hour)
		has(t, m, map[string]string{size: "50", count: "2"})
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := metrics.DirSize(dir)(ctx)
	require.ErrorIs(t, err, context.Canceled)
	n, err := metrics.DirSize(filepath.Join(dir, "none"))(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

// What a real server does is counted.
func TestServer(t *testing.T) {
	m := metrics.New("")
	server := serveSMTP(t, m)
	c, err := smtp.Dial(t.Context(), server, &smtp.Options{TLS: smtp.TLSNone})
	require.NoError(t, err)
	require.NoError(t, c.Quit(t.Context())) // EHLO is counted by then
	require.Equal(t, "1", page(t, m)[`postoffice_connections_total{protocol="smtp",server="transfer"}`])
	require.Equal(t, "1", page(t, m)[`postoffice_commands_total{class="2xx",protocol="smtp",server="transfer",verb="EHLO"}`])
}

func TestConcurrently(t *testing.T) {
	m := metrics.New("")
	trace := m.SMTP("transfer")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				trace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "RCPT", Reply: smtp.Reply{Code: 250}})
			}
			page(t, m)
		})
	}
	wg.Wait()
	has(t, m, map[string]string{`postoffice_commands_total{class="2xx",protocol="smtp",server="transfer",verb="RCPT"}`: "8000"})
}

// A command costs no memory.
func TestAllocations(t *testing.T) {
	m := metrics.New("")
	smtpTrace, imapTrace := m.SMTP("transfer"), m.IMAP4("i")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		smtpTrace(nil, smtp.Event{Kind: smtp.CommandDone, Verb: "RCPT", Reply: smtp.Reply{Code: 250}})
		imapTrace(nil, imap4.Event{Kind: imap4.CommandDone, Reply: imap4.Reply{Status: imap4.StatusBAD}})
	}))
}

func BenchmarkCommand(b *testing.B) {
	m := metrics.New("")
	trace := m.SMTP("transfer")
	e := smtp.Event{Kind: smtp.CommandDone, Verb: "RCPT", Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "ok"), Duration: 300 * time.Microsecond}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			trace(nil, e)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				trace(nil, e)
			}
		})
	})
}
