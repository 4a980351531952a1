package relay

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// A passage is the part of a Delivery that has the same hosts, on its way.
type passage struct {
	*Relay
	delivery *queue.Delivery
	body     smtp.Body
	begun    time.Time

	results []queue.Result // of the Delivery
	weight  []weight       // of each of them
	to      []int          // the recipients at hand
	todo    []int          // those whose verdict may still become better

	strict   bool  // the message must go by verified TLS only (RFC 8689)
	lax      bool  // it goes whatever the domain asks of TLS (RFC 8689, 4.2.2)
	insecure bool  // some host has not the TLS that was asked of it
	reached  bool  // some host has said something of this message or to us
	picky    bool  // the message asks for more than others do, and did not get it
	stopped  error // why nothing more can be done, though nothing is said of anybody
	failed   error // what the last host failed with that could not be used
}

// A weight is how much a result counts: one is replaced by what counts as much or more.
type weight uint8

const (
	nothing    weight = iota
	turnedAway        // 5xx to us, before the message was spoken of: while other hosts may take it, no verdict
	failed            // no reply
	unable            // the host lacks what the message needs
	busy              // 4xx to us
	deferred          // 4xx to the message or the recipient
	decided           // what no other host can change
)

// set takes note of a result.
func (t *passage) set(i int, w weight, r queue.Result) {
	if w >= t.weight[i] {
		t.results[i], t.weight[i] = r, w
	}
}

// run tries the hosts. A report about a message with REQUIRETLS has to have it too, but is not to be lost for that (RFC
// 8689, 5): if no host can be had so, it goes without.
//
// One with "TLS-Required: No" goes by what the domain asks of TLS if it can, and otherwise without (RFC 8689, 4.2.2).
func (t *passage) run(ctx context.Context) error {
	err := t.round(ctx)
	if t.delivery.Message.TLSOptional && !t.strict && t.insecure && !t.over(ctx) {
		for _, i := range t.todo {
			if t.weight[i] == failed || t.weight[i] == decided {
				t.results[i], t.weight[i] = queue.Result{}, nothing
			}
		}
		t.lax, t.failed = true, nil
		return t.round(ctx)
	}
	if m := t.delivery.Message; !t.strict || !m.From.Path.IsNull() || t.over(ctx) {
		return err
	}
	again := false
	for _, i := range t.todo {
		if t.weight[i] == unable {
			t.weight[i], again = nothing, true
		}
	}
	if !again {
		return err
	}
	t.strict, t.picky, t.failed = false, false, nil
	return t.round(ctx)
}

// round tries host after host. Those of which no address has answered lately come last.
func (t *passage) round(ctx context.Context) error {
	most := cmp.Or(t.Relay.Hosts, 5)
	hosts, none := t.hosts(ctx)
	var silent []host
	tried := 0
	for h := range hosts {
		if t.known.silent(h.addrs) {
			if len(silent) < most {
				silent = append(silent, h)
			}
			continue
		}
		t.try(ctx, h)
		if tried++; tried >= most || t.over(ctx) {
			break
		}
	}
	for _, h := range silent {
		if tried >= most || t.over(ctx) {
			break
		}
		t.try(ctx, h)
		tried++
	}
	if tried == 0 && !t.over(ctx) {
		r, err := none()
		t.insecure = t.insecure || r.Reply.Enhanced[1] == 7 // the domain's policy leaves no host
		for _, i := range t.to {
			t.set(i, decided, r)
		}
		return err
	}
	return t.end(ctx)
}

// over tells that no more host needs to be tried.
func (t *passage) over(ctx context.Context) bool {
	return len(t.todo) == 0 || t.stopped != nil || ctx.Err() != nil
}

// end sees to it that something is said of everybody, or why not.
func (t *passage) end(ctx context.Context) error {
	if ctx.Err() != nil && t.stopped == nil {
		t.stopped = context.Cause(ctx)
	}
	_, unread := isBody(t.failed)
	open := false
	for _, i := range t.to {
		open = open || t.weight[i] == nothing
	}
	switch {
	case t.stopped != nil && open:
		return &hostError{"delivery ended", t.stopped}
	case len(t.todo) == 0 && !unread:
		return nil
	case t.stopped != nil || t.reached || t.picky:
		return t.failed
	}
	for _, i := range t.to {
		t.results[i].Down = true
	}
	return t.failed
}

// envelope is that of those who are still to be served, for a host.
func (t *passage) envelope(h host) *smtp.Envelope {
	env := t.delivery.Envelope()
	env.From.RequireTLS = t.strict && !h.local
	if by := &env.From.DeliverBy; by.Mode != 0 {
		by.In -= time.Since(t.begun)
		if by.Mode == smtp.DeliverByReturn {
			by.In = max(by.In, time.Second)
		}
	}
	for k, i := range t.todo {
		env.To[k] = t.delivery.To[i].RcptParams
	}
	env.To = env.To[:len(t.todo)]
	return env
}

// late tells that the time is over within which the sender wants the message delivered or back (RFC 2852, 4): nobody may
// be given it any more.
func (t *passage) late() bool {
	m := t.delivery.Message
	passed := t.delivery.Begun.Sub(m.Arrived) + time.Since(t.begun)
	return m.From.DeliverBy.Mode == smtp.DeliverByReturn && passed >= m.From.DeliverBy.In
}

// A hostError is what went wrong with a host, on one line.
type hostError struct {
	host string
	err  error
}

// Error names the host. What strangers have written in several lines is brought to one.
func (e *hostError) Error() string { return "relay: " + e.host + ": " + oneLine(e.err.Error()) }

// Unwrap returns what went wrong.
func (e *hostError) Unwrap() error { return e.err }

func oneLine(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7f {
			b[i] = ' '
		}
	}
	return string(b)
}

// isBody tells that the message itself could not be read.
func isBody(err error) (*smtp.BodyError, bool) { return errors.AsType[*smtp.BodyError](err) }
