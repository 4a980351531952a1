package queue

import (
	"context"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// A verdict is what becomes of one recipient.
type verdict struct {
	to     Recipient
	result Result
	kind   EventKind // empty if nothing new has happened
	action Action    // what the sender is to be told; 0: nothing
	keep   bool
}

// reportAgain is how long a report waits that could not be made.
const reportAgain = 10 * time.Minute

// conclude settles the item by what came of each recipient, and has the reports made that the sender is to get.
func (a *attempt) conclude(ctx context.Context, results []Result) {
	item, m := &a.lease.Item, &a.lease.Message
	news := &Report{Message: m, Arrived: m.Arrived, Made: a.begun, Expires: item.Expires}
	verdicts := make([]verdict, len(item.To))
	for i, to := range item.To {
		v := a.verdict(to, results[i])
		if v.action != 0 {
			news.add(v.action, v.to, v.result)
		}
		verdicts[i] = v
	}
	reports, err := a.report(context.WithoutCancel(ctx), news)
	if err != nil {
		a.logger().ErrorContext(ctx, "queue: no report could be made; it is tried again", "item", item.ID, "err", err)
		for i := range verdicts {
			verdicts[i].postpone()
		}
	}
	w := a.elsewhere(ctx, verdicts)
	if !a.settle(ctx, a.settlement(verdicts, reports, w)) {
		return
	}
	for i, v := range verdicts {
		if v.kind != "" {
			a.count(v.kind, v.result)
			a.track(ctx, m, item.To[i:i+1], Event{
				Kind: v.kind, Item: item.ID, Route: item.Route, Reply: v.result.Reply, Remote: v.result.Remote, Ambiguous: v.result.Ambiguous,
			})
		}
	}
	a.redirected(ctx, w)
	for _, e := range reports {
		a.counters.reports.Add(1)
		for _, i := range e.Items {
			a.track(ctx, &e.Message, i.To, Event{Kind: Reported, Item: item.ID, About: m.ID})
		}
	}
}

// settlement is what is left of the item after the verdicts. Recipients whose report could not be made part from those that
// are still to be served, so that no item has both.
func (a *attempt) settlement(verdicts []verdict, reports []Entry, w ways) Settlement {
	item := &a.lease.Item
	var keep, owing []Recipient
	for _, v := range verdicts {
		switch {
		case v.keep && v.to.Notices.owed() != 0:
			owing = append(owing, v.to)
		case v.keep:
			keep = append(keep, v.to)
		}
	}
	again := a.begun.Add(reportAgain)
	if len(keep) == 0 {
		return Settlement{Lease: a.lease, History: item.History, Add: reports, Keep: owing, Due: again}
	}
	s := a.stay(keep)
	if len(w.routes) > 0 {
		h := item.History
		h.Ways++
		s = a.move(keep, w, h)
	}
	s.Add = append(s.Add, reports...)
	if len(owing) > 0 {
		apart := *item
		apart.ID, apart.To, apart.State, apart.Due = a.derived()+":owed", owing, Waiting, again
		s.Add = append(s.Add, Entry{Message: a.lease.Message, Items: []Item{apart}})
	}
	return s
}

// stay has recipients wait for the next try.
func (a *attempt) stay(keep []Recipient) Settlement {
	h := a.lease.Item.History
	s := Settlement{Lease: a.lease, Keep: keep}
	switch {
	case a.notice:
	case a.asked:
		h.Tries, h.Last, h.Ways = h.Tries+1, a.begun, 0
	}
	s.History = h
	if !a.notice && !a.asked { // no try, but the pause is as after the last one
		h.Tries, h.Last = max(1, h.Tries), a.begun
	}
	s.Due = a.due(h, keep)
	if a.route.Options.Park {
		s.State = Parked
	}
	return s
}

// verdict is what a result is for its recipient.
func (a *attempt) verdict(to Recipient, r Result) verdict {
	v := verdict{to: to, result: r, kind: kindOf(r.Reply, r.Final)}
	if owed := to.Notices.owed(); owed != 0 {
		v.kind, v.action, v.result = "", owed, Result{Reply: to.Last}
		v.to.Notices &= Delayed
		return v
	}
	if v.kind != Deferred {
		v.action = a.actionFor(v.kind, to, r)
		return v
	}
	v.keep = true
	if a.notice {
		v.kind, v.result.Reply = "", to.Last
	} else {
		v.to.Last = r.Reply
	}
	if due := a.noticeDue(to); !due.IsZero() && !a.begun.Before(due) {
		v.to.Notices |= Delayed
		v.action = ActionDelayed
		if by := a.deadline(); !by.IsZero() && !a.begun.Before(by) {
			v.result = Result{Reply: overtime, Down: r.Down}
		}
	}
	return v
}

// kindOf is what a reply is for its recipient.
func kindOf(r smtp.Reply, final bool) EventKind {
	switch {
	case r.Code/100 == 2 && final:
		return Delivered
	case r.Code/100 == 2:
		return Transferred
	case r.Code/100 == 5:
		return Failed
	}
	return Deferred
}

// actionFor tells what a report has to say of a recipient who is through, 0 if the sender wants none (RFC 3461, 4.1 and
// 5.2; RFC 2852, 4.1).
func (a *attempt) actionFor(kind EventKind, to Recipient, r Result) Action {
	trace := a.lease.Message.From.DeliverBy.Mode != 0 && a.lease.Message.From.DeliverBy.Trace && to.Notify&smtp.NotifyNever == 0
	switch {
	case kind == Failed && (to.Notify == 0 || to.Notify&smtp.NotifyFailure != 0):
		return ActionFailed
	case r.Expanded && kind != Failed:
		if to.Notify&smtp.NotifySuccess != 0 {
			return ActionExpanded
		}
	case kind == Delivered && to.Notify&smtp.NotifySuccess != 0:
		return ActionDelivered
	case kind == Transferred && (r.Relayed && to.Notify&smtp.NotifySuccess != 0 || trace):
		return ActionRelayed
	}
	return 0
}

// postpone keeps what the sender is still to be told.
func (v *verdict) postpone() {
	switch v.action {
	case 0:
	case ActionDelayed:
		v.to.Notices &^= Delayed
	default:
		v.to.Notices |= owing(v.action)
		v.to.Last = v.result.Reply
		v.keep = true
	}
}

// due is when the item that has now that history comes again. If no try is left it is when the mail goes back. A sender
// who is to be told of a delay is told in time.
func (a *attempt) due(h History, to []Recipient) time.Time {
	item := &a.lease.Item
	due, more := a.schedule(a.route, item.Priority).Next(item.ID, h)
	if !more || due.After(item.Expires) {
		due = item.Expires
	}
	for _, r := range to {
		if n := a.noticeDue(r); n.After(a.begun) && n.Before(due) {
			due = n
		}
	}
	return due
}

// isNotice tells that the item is due only because a sender is to be told of a delay.
func (a *attempt) isNotice() bool {
	item := &a.lease.Item
	next, more := a.schedule(a.route, item.Priority).Next(item.ID, item.History)
	if item.History.Tries == 0 || more && !next.After(a.begun) {
		return false
	}
	for _, r := range item.To {
		if n := a.noticeDue(r); !n.IsZero() && n.Sub(item.Due).Abs() < time.Millisecond { // a Store may round
			return true
		}
	}
	return false
}

// noticeDue is when the sender is to learn that it takes long; zero if it was told, or does not want to know (RFC 3461,
// 4.1). It always wants to if it has set a time (RFC 2852, 4.1).
func (a *attempt) noticeDue(to Recipient) time.Time {
	if to.Notices != 0 {
		return time.Time{}
	}
	var due time.Time
	if to.Notify == 0 || to.Notify&smtp.NotifyDelay != 0 {
		item := &a.lease.Item
		since := a.lease.Message.Arrived
		if item.History.First.After(since) { // RFC 4865: the sender wanted to wait until then
			since = item.History.First
		}
		due = a.schedule(a.route, item.Priority).NoticeDue(since)
	}
	if by := a.deadline(); !by.IsZero() && to.Notify&smtp.NotifyNever == 0 && (due.IsZero() || by.Before(due)) {
		due = by
	}
	return due
}

// deadline is when a sender is told who has set a time and does not want the message back; zero if there is none.
func (a *attempt) deadline() time.Time {
	by := a.lease.Message.From.DeliverBy
	if by.Mode != smtp.DeliverByNotify {
		return time.Time{}
	}
	return a.lease.Message.Arrived.Add(by.In)
}
