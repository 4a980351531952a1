package relay

import (
	"cmp"
	"context"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A host is one to try.
type host struct {
	name    string   // for reports
	addrs   []string // to dial, the best first
	options smtp.Options
	doubt   bool // somebody could have made its name up
	local   bool // it is on this machine: what it is given does not leave it
}

// try sends the message to one host for all who are still to be served: to the first of its addresses that speaks of it.
func (t *passage) try(ctx context.Context, h host) {
	if h.doubt && t.strict {
		t.fail(h, unable, needsTLS)
		t.picky = true
		return
	}
	for n, addr := range h.addrs {
		if n >= cmp.Or(t.Addresses, 3) || t.over(ctx) || t.send(ctx, h, addr) {
			return
		}
	}
}

// send makes one transaction, or several if the server wants fewer recipients at a time. It reports whether the host has
// had its say, so that its other addresses need not be tried.
func (t *passage) send(ctx context.Context, h host, addr string) (spoken bool) {
	if t.late() {
		for _, i := range t.todo {
			t.set(i, decided, queue.Result{Reply: tooLate})
		}
		t.todo = nil
		return true
	}
	out, err := t.Pool.Send(ctx, addr, &h.options, t.envelope(h), t.body)
	if out.Rcpt[0].Reply.Code != 0 || out.Ambiguous {
		t.known.note(addr, true)
	} else if err != nil && ctx.Err() == nil {
		t.known.note(addr, !unreachable(err))
	}
	var todo []int
	for k, i := range t.todo {
		o := &out.Rcpt[k]
		switch {
		case o.Reply.Code != 0:
			spoken, t.reached = true, true
			t.set(i, weigh(o), t.result(h, out, o))
		case o.Ambiguous:
			spoken, t.reached = true, true
			t.set(i, decided, queue.Result{Reply: lostAtEnd, Remote: h.name, Ambiguous: true})
		case ctx.Err() == nil:
			spoken = t.failure(h, addr, i, o) || spoken
		}
		if t.weight[i] != decided {
			todo = append(todo, i)
		}
	}
	t.todo = todo
	return spoken
}

// result is what a host, or the client in its place, has said of a recipient.
func (t *passage) result(h host, out *smtp.Outcome, o *smtp.RcptOutcome) queue.Result {
	r := queue.Result{Reply: o.Reply, Remote: h.name}
	if o.Local {
		r.Remote = ""
	}
	if o.Accepted() {
		r.Final = h.options.LMTP
		r.Relayed = !h.options.LMTP && !out.DSN // RFC 3461, 5.2.2
	}
	return r
}

// weigh is how much that counts.
func weigh(o *smtp.RcptOutcome) weight {
	switch {
	case o.Reply.Temporary():
		return deferred
	case o.Local && o.Reply.Enhanced[1] != 1: // about what is offered; 1 is an address that nobody can be told
		return unable
	}
	return decided
}

// fail gives the same result of no reply to all who are still to be served.
func (t *passage) fail(h host, w weight, reply smtp.Reply) {
	for _, i := range t.todo {
		t.set(i, w, queue.Result{Reply: reply})
	}
	t.failed = &hostError{h.name, reply}
}
