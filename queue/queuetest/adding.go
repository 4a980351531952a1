package queuetest

import (
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

func addRules() []rule {
	return []rule{
		{name: "what was added comes back in whole", check: func(e *env) {
			want := full(e)
			e.NoError(e.s.Add(e.ctx, want))
			e.sameEntry(want, e.item(want.Items[0].ID))
			l := e.one()
			want.Items[0].State = queue.Leased
			e.sameEntry(want, l)
			e.same(e.now().Add(leaseTime), l.Until, "Until")
			e.sameEntry(want, e.item(want.Items[0].ID))
		}},
		{name: "what the caller does with an entry afterwards is not the store's", check: func(e *env) {
			m := e.entry("m", "r", "s")
			m.Message.Tags = map[string]string{"k": "v"}
			e.NoError(e.s.Add(e.ctx, m))
			m.Message.Tags["k"] = "other"
			m.Items[0].To[0].Path.Local = "other"
			l := e.one()
			e.Equal("v", l.Message.Tags["k"])
			e.Equal("rcpt", l.Item.To[0].Path.Local)
			l.Item.To[0].Path.Local = "other"
			l.Message.Tags["k"] = "other"
			e.Equal("rcpt", e.item("m.0").Item.To[0].Path.Local)
			e.Equal("v", e.item("m.0").Message.Tags["k"])
		}},
		{name: "a message is added once", check: func(e *env) { // trap 5
			m := e.entry("m", "r", "s")
			e.NoError(e.s.Add(e.ctx, m))
			e.ErrorIs(e.s.Add(e.ctx, m), queue.ErrExists)
			e.Len(e.find(queue.Filter{}), 1)
			e.Len(e.claim(10), 1)
		}},
		{name: "a message is added once by many at a time", check: func(e *env) {
			m := e.entry("m", "r", "s")
			errs := make([]error, 16)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { errs[i] = e.s.Add(e.ctx, m) })
			}
			wg.Wait()
			added := 0
			for _, err := range errs {
				if err == nil {
					added++
					continue
				}
				e.ErrorIs(err, queue.ErrExists)
			}
			e.Equal(1, added)
			e.Len(e.find(queue.Filter{}), 1)
		}},
		{name: "a message is known for a day after it is gone", check: func(e *env) {
			for _, how := range []string{"settled", "removed"} {
				m := e.entry(how, "r", "s")
				e.NoError(e.s.Add(e.ctx, m))
				e.clock.advance(30 * time.Hour)
				if how == "settled" {
					e.done(e.one())
				} else {
					e.Equal(1, e.update(queue.Filter{Message: how}, queue.Change{Remove: true}))
				}
				e.ErrorIs(e.s.Add(e.ctx, m), queue.ErrExists, how)
				e.clock.advance(24*time.Hour - time.Second)
				e.sweep()
				m.Message.Body = e.body("again")
				e.ErrorIs(e.s.Add(e.ctx, m), queue.ErrExists, how)
				e.Empty(e.find(queue.Filter{}), how)
			}
		}},
		{name: "entries are added all or none", check: func(e *env) {
			good := func(id string) queue.Entry { return e.entry(id, "r", "s") }
			e.NoError(e.s.Add(e.ctx, good("known")))
			bad := map[string]queue.Entry{"known": good("known"), "body": e.entryOf("nowhere", "body", "r", "s")}
			taken := good("taken")
			taken.Items[0].ID = "known.0"
			bad["taken"] = taken
			twice := good("twice")
			twice.Items = append(twice.Items, twice.Items[0])
			bad["twice"] = twice
			stranger := good("stranger")
			stranger.Items[0].Message = "known"
			bad["stranger"] = stranger
			nobody := good("nobody")
			nobody.Items[0].To = nil
			bad["nobody"] = nobody
			for name, m := range bad {
				err := e.s.Add(e.ctx, good("first-"+name), m, good("last-"+name))
				e.Error(err, name)
				e.Equal([]string{"known.0"}, ids(e.find(queue.Filter{})), name)
				e.NoError(e.s.Add(e.ctx, good("first-"+name)), name)
				e.Equal(1, e.update(queue.Filter{Message: "first-" + name}, queue.Change{Remove: true}), name)
			}
			e.NoError(e.s.Add(e.ctx, good("a"), good("b"), good("c")))
			e.Len(e.claim(10), 4)
		}},
		{name: "IDs are kept as they are", check: func(e *env) { // T19
			for _, id := range []string{"..", "a.b-c_D", "Name", "name", strings.Repeat("z", 64)} {
				m := e.entry(id, "r", "s")
				e.NoError(e.s.Add(e.ctx, m), id)
				e.Equal(id, e.item(id+".0").Message.ID)
				e.ErrorIs(e.s.Add(e.ctx, m), queue.ErrExists)
			}
			e.Len(e.claim(10), 5)
		}},
		{name: "items stand as they were added", check: func(e *env) {
			for _, s := range []queue.State{queue.Waiting, queue.Held, queue.Parked} {
				m := e.entry(s.String(), s.String(), "s")
				m.Items[0].State = s
				e.NoError(e.s.Add(e.ctx, m))
			}
			e.Equal([]string{"waiting.0"}, ids(e.claim(10)))
			e.Equal(queue.Held, e.item("held.0").Item.State)
			e.Equal(queue.Parked, e.item("parked.0").Item.State)
		}},
	}
}

// full makes an entry in which nothing is zero, with octets that are not text and times that are far away.
func full(e *env) queue.Entry {
	now := e.now()
	m := e.entry("full", "route é", "source é")
	m.Message.Size = 1 << 40
	m.Message.MessageID, m.Message.TLSOptional = "id é@example.org", true
	m.Message.Tags = map[string]string{"a": "1", "b": "", "é": "%"}
	m.Message.From = smtp.MailParams{
		Path: smtp.Path{Local: "a \xe9", Domain: "example.org"}, Body: smtp.BodyBinary, Size: 77, UTF8: true,
		Auth: "<>", Return: smtp.ReturnHeaders, EnvelopeID: "envid", RequireTLS: true,
		DeliverBy: smtp.DeliverBy{In: -time.Minute, Mode: smtp.DeliverByNotify, Trace: true},
		Priority:  -9, HoldUntil: now.Add(-time.Hour), PerRecipient: true,
	}
	m.Items[0].Priority = queue.NonUrgent
	m.Items[0].Due = now.Add(-time.Microsecond)
	m.Items[0].Expires = now.Add(100 * 365 * 24 * time.Hour)
	m.Items[0].History = queue.History{First: now.Add(-2 * time.Hour), Last: now.Add(-time.Hour), Tries: 3, Ways: 2}
	m.Items[0].Verdict = smtp.R(554, smtp.Enhanced{5, 7, 0}, "sent back\nto é")
	m.Items[0].To = []queue.Recipient{{
		Index: 3,
		RcptParams: smtp.RcptParams{
			Path: smtp.Path{Local: "b", Domain: "EXAMPLE.net"}, Notify: smtp.NotifyDelay | smtp.NotifySuccess,
			Original: smtp.OriginalAddress{Type: "rfc822", Address: "o@example.com"},
		},
		Notices: queue.Delayed,
		Last:    smtp.Reply{Code: 451, Enhanced: smtp.Enhanced{4, 65535, 1}, Text: "one\ntwo \xff", Close: true},
	}, {Index: 9, RcptParams: smtp.RcptParams{Path: smtp.Path{Local: "postmaster"}}}}
	return m
}

// sameEntry compares all that an entry has with what the store returns.
func (e *env) sameEntry(want queue.Entry, got *queue.Lease) {
	e.tb.Helper()
	w, g := want.Items[0], got.Item
	for _, t := range []struct {
		name      string
		want, got *time.Time
	}{
		{"Arrived", &want.Message.Arrived, &got.Message.Arrived},
		{"HoldUntil", &want.Message.From.HoldUntil, &got.Message.From.HoldUntil},
		{"Due", &w.Due, &g.Due},
		{"Expires", &w.Expires, &g.Expires},
		{"First", &w.History.First, &g.History.First},
		{"Last", &w.History.Last, &g.History.Last},
	} {
		e.same(*t.want, *t.got, t.name)
		*t.want, *t.got = time.Time{}, time.Time{}
	}
	e.Equal(want.Message, got.Message)
	e.Equal(w, g)
}
