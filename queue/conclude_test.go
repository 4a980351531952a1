package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/queue/memory"
	"github.com/wirepost/wirepost/smtp"
)

// What senders are told, by NOTIFY and by what came of the recipient (RFC 3461, 4.1 and 5.2).
func TestWhoIsTold(t *testing.T) {
	mailbox := queue.Result{Reply: ok.Reply, Final: true}
	relayed := queue.Result{Reply: ok.Reply, Relayed: true}
	trace := smtp.DeliverBy{In: time.Hour, Mode: smtp.DeliverByReturn, Trace: true}
	for _, tt := range []struct {
		name   string
		result queue.Result
		notify smtp.Notify
		by     smtp.DeliverBy
		want   string
	}{
		{"failed", never, 0, smtp.DeliverBy{}, "failed"},
		{"failed, wanted", never, smtp.NotifyFailure, smtp.DeliverBy{}, "failed"},
		{"failed, other wanted", never, smtp.NotifySuccess | smtp.NotifyDelay, smtp.DeliverBy{}, ""},
		{"failed, never", never, smtp.NotifyNever, smtp.DeliverBy{}, ""},
		{"delivered", mailbox, 0, smtp.DeliverBy{}, ""},
		{"delivered, wanted", mailbox, smtp.NotifySuccess, smtp.DeliverBy{}, "delivered"},
		{"delivered, never", mailbox, smtp.NotifyNever, smtp.DeliverBy{}, ""},
		{"passed on, the next one reports", ok, smtp.NotifySuccess, smtp.DeliverBy{}, ""},
		{"relayed, wanted", relayed, smtp.NotifySuccess, smtp.DeliverBy{}, "relayed"},
		{"relayed", relayed, 0, smtp.DeliverBy{}, ""},
		{"relayed, never", relayed, smtp.NotifyNever, smtp.DeliverBy{}, ""},
		{"traced", ok, 0, trace, "relayed"},
		{"traced, never", ok, smtp.NotifyNever, trace, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &host{does: func(_ *queue.Delivery, to queue.Recipient) queue.Result {
					if to.Path.Local == "b" {
						return tt.result
					}
					return ok
				}}
				q := &queue.Queue{Store: memory.New(nil), Transport: h, Reporter: reporter{}}
				env, err := smtp.NewEnvelope("a@a.example", "b@b.example")
				require.NoError(t, err)
				env.To[0].Notify, env.From.DeliverBy = tt.notify, tt.by
				_, err = submit(t, q, queue.Submission{Envelope: env})
				require.NoError(t, err)
				start(t, q)
				sleep(time.Minute)
				if tt.want == "" {
					require.Empty(t, h.reports())
				} else {
					require.Len(t, h.reports(), 1)
					require.Contains(t, h.reports()[0], "b@b.example "+tt.want)
				}
				require.Empty(t, items(t, q, queue.Filter{}))
			})
		})
	}
}

// A sender is told of a delay in time and once, and only if it wants to know.
func TestDelayNotice(t *testing.T) {
	for _, tt := range []struct {
		name   string
		notify smtp.Notify
		from   smtp.MailParams
		at     time.Duration // of the notice, 0: none
		reply  string
	}{
		{"by default", 0, smtp.MailParams{}, 4 * time.Hour, "451 4.2.1 not now"},
		{"wanted", smtp.NotifyDelay, smtp.MailParams{}, 4 * time.Hour, "451 4.2.1 not now"},
		{"other wanted", smtp.NotifyFailure, smtp.MailParams{}, 0, ""},
		{"never", smtp.NotifyNever, smtp.MailParams{}, 0, ""},
		{"a time is set", smtp.NotifyFailure, smtp.MailParams{DeliverBy: smtp.DeliverBy{In: 30 * time.Minute, Mode: smtp.DeliverByNotify}}, 30 * time.Minute, "451 4.4.7 delivery time is over, still trying"},
		{"a time is set, never", smtp.NotifyNever, smtp.MailParams{DeliverBy: smtp.DeliverBy{In: 30 * time.Minute, Mode: smtp.DeliverByNotify}}, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
					if d.Message.From.Path.IsNull() {
						return ok
					}
					return later
				}}
				q := &queue.Queue{
					Store: memory.New(nil), Transport: h, Reporter: reporter{},
					Schedules: queue.Schedules{Normal: &queue.Schedule{Notice: 4 * time.Hour}},
				}
				env, err := smtp.NewEnvelope("a@a.example", "b@b.example", "c@b.example")
				require.NoError(t, err)
				p := env.From.Path
				env.From = tt.from
				env.From.Path = p
				env.To[0].Notify, env.To[1].Notify = tt.notify, tt.notify
				_, err = submit(t, q, queue.Submission{Envelope: env})
				require.NoError(t, err)
				start(t, q)
				sleep(70 * time.Hour)
				var at []time.Duration
				if tt.at > 0 {
					at = []time.Duration{tt.at}
					require.Equal(t, []string{"b@b.example delayed " + tt.reply + "\r\nc@b.example delayed " + tt.reply + "\r\n"}, h.reports())
				}
				require.Equal(t, at, h.times("a@a.example"))
				require.Len(t, h.times("b@b.example"), 9, "the notice is no try")
			})
		})
	}
}

// A message that was not to go before a time has its delays counted from there; one that is to be there by a time goes
// back then.
func TestTimesOfTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(d *queue.Delivery, _ queue.Recipient) queue.Result {
			if d.Message.From.Path.IsNull() {
				return ok
			}
			return later
		}}
		q := &queue.Queue{
			Store: memory.New(nil), Transport: h, Reporter: reporter{},
			Schedules: queue.Schedules{Normal: &queue.Schedule{Notice: 4 * time.Hour}},
		}
		start(t, q)
		env, err := smtp.NewEnvelope("held@a.example", "held@b.example")
		require.NoError(t, err)
		env.From.HoldUntil = time.Now().Add(10 * time.Hour)
		_, err = submit(t, q, queue.Submission{Envelope: env})
		require.NoError(t, err)
		env, err = smtp.NewEnvelope("by@a.example", "by@b.example")
		require.NoError(t, err)
		env.From.DeliverBy = smtp.DeliverBy{In: 2 * time.Hour, Mode: smtp.DeliverByReturn}
		_, err = submit(t, q, queue.Submission{Envelope: env})
		require.NoError(t, err)
		env.From.HoldUntil = time.Now().Add(3 * time.Hour) // later than it is to be there
		env.From.Path.Local = "both"
		env.To = []smtp.RcptParams{{Path: smtp.Path{Local: "both", Domain: "b.example"}}}
		_, err = submit(t, q, queue.Submission{Envelope: env})
		require.NoError(t, err)
		sleep(100 * time.Hour)
		require.Equal(t, 10*time.Hour, h.times("held@b.example")[0])
		require.Equal(t, []time.Duration{14 * time.Hour, 82 * time.Hour}, h.times("held@a.example"))
		require.Equal(t, []time.Duration{0, time.Hour}, h.times("by@b.example"))
		require.Equal(t, []time.Duration{2 * time.Hour}, h.times("by@a.example"))
		require.Empty(t, h.times("both@b.example"))
		require.Equal(t, []time.Duration{2 * time.Hour}, h.times("both@a.example"))
	})
}

// What is left of the time goes on with the message.
func TestEnvelope(t *testing.T) {
	for _, tt := range []struct{ by, want smtp.DeliverBy }{
		{smtp.DeliverBy{}, smtp.DeliverBy{}},
		{smtp.DeliverBy{In: time.Hour, Mode: 'R', Trace: true}, smtp.DeliverBy{In: 50 * time.Minute, Mode: 'R', Trace: true}},
		{smtp.DeliverBy{In: time.Minute, Mode: 'R'}, smtp.DeliverBy{In: time.Second, Mode: 'R'}},
		{smtp.DeliverBy{In: time.Minute, Mode: 'N'}, smtp.DeliverBy{In: -9 * time.Minute, Mode: 'N'}},
	} {
		d := &queue.Delivery{Begun: noon.Add(10 * time.Minute), Message: &queue.Message{Arrived: noon, From: smtp.MailParams{DeliverBy: tt.by, HoldUntil: noon}}}
		require.Equal(t, smtp.MailParams{DeliverBy: tt.want}, d.Envelope().From)
	}
}

// A null sender is never told of anything.
func TestNullSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{does: func(*queue.Delivery, queue.Recipient) queue.Result { return never }}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Reporter: reporter{}}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example")
		sleep(time.Hour)
		require.Equal(t, 2, h.count(), "the message and the report of it, which fails too")
		require.Empty(t, items(t, q, queue.Filter{}))
	})
}

func TestAmbiguousIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := new(recorder)
		h := &host{does: func(*queue.Delivery, queue.Recipient) queue.Result { return queue.Result{Ambiguous: true} }}
		q := &queue.Queue{Store: memory.New(nil), Transport: h, Tracker: events}
		start(t, q)
		add(t, q, "a@a.example", "b@b.example", "c@b.example")
		sleep(time.Minute)
		s, err := q.Snapshot(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, s.Ambiguous)
		require.EqualValues(t, 2, s.Deferred)
		require.True(t, events.events[2].Ambiguous)
	})
}
