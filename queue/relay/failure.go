package relay

import (
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// failure takes note of why a host has said nothing of a recipient. It reports whether the other addresses of the host
// need not be tried.
func (t *passage) failure(h host, addr string, i int, o *smtp.RcptOutcome) (enough bool) {
	err := o.Err
	s, unopened := errors.AsType[*sessionError](err)
	refusal, refused := errors.AsType[smtp.Reply](err)
	r, w := queue.Result{Reply: lostInMidst, Remote: h.name}, failed
	body, broken := isBody(err)
	switch {
	case broken:
		r.Reply, r.Remote, w, enough = unreadable, "", decided, true
		if body.Flawed {
			r.Reply = flawed
		}
		t.picky = true
	case errors.Is(err, smtp.ErrPoolClosed):
		t.stopped = err
		return true
	case unopened && s.login:
		r.Reply, enough = loginFailed, true
		if refused { // what the host has to say may repeat what it was told
			err = fmt.Errorf("login %q was refused with %d", h.options.Login, refusal.Code)
		}
	case isTLS(err):
		r.Reply = badHandshake
		if errors.Is(err, smtp.ErrNoTLS) {
			r.Reply = noTLS
		}
		t.insecure = true
		if t.strict { // RFC 8689, 4.2.1
			r.Reply, w, t.picky = needsTLS, unable, true
		}
	case refused:
		t.reached = true
		if r.Reply, w = refusal, busy; refusal.Permanent() {
			w = turnedAway
		}
		t.set(i, w, r)
		return false
	case errors.Is(err, smtp.ErrUnsafe):
		r.Reply, r.Remote = misconfigured, ""
	case unreachable(err):
		r.Reply, r.Remote = told(noAnswer, h, addr, o.Verb, err), ""
	default:
		r.Reply = told(lostInMidst, h, addr, o.Verb, err)
		t.reached = t.reached || !unopened // it was this message perhaps, at which the host broke off
	}
	t.set(i, w, r)
	t.failed = &hostError{h.name, err}
	return enough
}

func isTLS(err error) bool {
	return errors.Is(err, smtp.ErrNoTLS) || errors.Is(err, smtp.ErrHandshake) || errors.Is(err, smtp.ErrDANE)
}

// unreachable tells that the host has not even said hello.
func unreachable(err error) bool {
	s, unopened := errors.AsType[*sessionError](err)
	return unopened && !s.greeted && !isTLS(err)
}
