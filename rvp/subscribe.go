package rvp

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// subscribe makes a subscription, or renews one (rvp-exchange2000, 5.1).
func (h *HomeServer) subscribe(q *request) answer {
	lifetime, ok := parseLifetime(q.field("Subscription-Lifetime"), h.limits.Lifetime)
	if !ok { // RVP-041
		return refuse(http.StatusPreconditionFailed, "Subscription-Lifetime must be a number of seconds above 0.")
	}
	if q.field("Subscription-Id") != "" {
		return h.renew(q, lifetime)
	}
	r, _, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	s := Subscription{Node: q.node, Type: NotificationType(q.field("Notification-Type")), Principal: q.caller.principal}
	limit := h.limits.Subscriptions
	var a answer
	switch s.Type {
	case PragmaNotify:
		limit = h.limits.Logons
		a = h.permit(q, &r, RightReceiveFrom, true)
	case PropChange:
		a = h.permit(q, &r, RightPresence, false)
	default:
		a = refuse(http.StatusPreconditionFailed, "Notification-Type must be pragma/notify or update/propchange.")
	}
	if a.refused() {
		return a
	}
	if s.CallBack, a = h.callBack(q, &r, s.Type); a.refused() {
		return a
	}
	want := s
	s, err = h.Store.Subscribe(q.Context(), want, lifetime, limit)
	if errors.Is(err, ErrTooMany) && want.Type == PragmaNotify {
		if err = h.endOldest(q); err == nil {
			s, err = h.Store.Subscribe(q.Context(), want, lifetime, limit)
		}
	}
	switch {
	case errors.Is(err, ErrTooMany):
		return refuse(http.StatusServiceUnavailable, "There are too many subscriptions.")
	case err != nil:
		return h.fail(q, "the store", err)
	case s.Type == PragmaNotify:
		q.logon.remember(q.node, s.CallBack)
		return answer{status: http.StatusOK, id: s.ID, lifetime: lifetime} // RVP-036
	}
	return h.subscribed(q, answer{status: http.StatusMultiStatus, id: s.ID, lifetime: lifetime})
}

// subscribed completes the answer to a watcher with what he would have been told
// before (RVP-037 to RVP-039). The record is read after the subscription was made, so that
// no change falls between.
func (h *HomeServer) subscribed(q *request, a answer) answer {
	r, now, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	p := profile{q.node, q.user, &r}
	props := []Property{StateProperty(h.stateFor(q, &r, now))}
	for _, name := range usual {
		v, _ := p.property(name)
		props = append(props, v)
	}
	a.body = appendMultistatus(make([]byte, 0, 1024), []response{{
		Href: q.node.URL(), Stats: []propStat{{Status: http.StatusOK, Props: props}},
	}})
	return a
}

// endOldest makes room for a logon by ending the oldest one: a user whose program
// has crashed so often that there are too many must not be kept out.
func (h *HomeServer) endOldest(q *request) error {
	_, logons := h.Store.Subscriptions(q.Context(), q.node, PragmaNotify)
	for s, err := range logons {
		if err != nil {
			return err
		}
		return h.endSubscription(q.Context(), q.node, s.ID)
	}
	return nil
}

// renew has a subscription live on (RVP-044).
func (h *HomeServer) renew(q *request, lifetime time.Duration) answer {
	s, a := h.held(q)
	if a.refused() {
		return a
	}
	s, err := h.Store.Renew(q.Context(), q.node, s.ID, lifetime)
	switch {
	case errors.Is(err, ErrNoSubscription):
		return noSubscription()
	case err != nil:
		return h.fail(q, "the store", err)
	case s.Type == PragmaNotify && q.caller.owner:
		q.logon.remember(q.node, s.CallBack)
	}
	return answer{status: http.StatusOK, id: s.ID, lifetime: lifetime}
}

// noSubscription has clients subscribe anew (RVP-045, RVP-055).
func noSubscription() answer {
	return refuse(http.StatusPreconditionFailed, "There is no such subscription.")
}

// held returns the subscription that a request names, if it is for the caller to
// alter: he is the owner of the node, or the one who made it (RVP-056, RVP-057). Of the
// owner's only the ID is known.
func (h *HomeServer) held(q *request) (Subscription, answer) {
	id, err := strconv.ParseUint(q.field("Subscription-Id"), 10, 64)
	if err != nil || id == 0 {
		return Subscription{}, noSubscription()
	}
	c := &q.caller
	if c.owner {
		return Subscription{ID: id}, answer{}
	}
	s, err := h.Store.Subscription(q.Context(), q.node, id)
	switch {
	case errors.Is(err, ErrNoSubscription):
		return s, noSubscription()
	case err != nil:
		return s, h.fail(q, "the store", err)
	}
	mine := c.principal != "" && c.principal == s.Principal
	switch {
	case mine && (c.proven() || s.Type != PragmaNotify):
		return s, answer{}
	case !c.proven() && (mine || c.principal == "" || c.principal == q.node.Principal()):
		return s, answer{challenge: true}
	}
	return s, refuse(http.StatusForbidden, "The subscription is somebody else's.")
}

// callBack returns where to call back (RVP-048, RVP-049): a client's own address,
// for those who have logged in, or the URL of the subscriber. Whoever wants
// somebody else to be called needs a right to it, and for clients the policy's consent.
func (h *HomeServer) callBack(q *request, r *Record, t NotificationType) (string, answer) {
	url := q.field("Call-Back")
	if url == "" {
		return "", refuse(http.StatusPreconditionFailed, "Call-Back is missing.")
	}
	n, err := ParseNode(url)
	if err != nil {
		if !q.caller.owner {
			if a := h.permit(q, r, RightSubscribeOthers, true); a.refused() {
				return "", a
			}
		}
		if err := h.CallBacks.checkClient(url, q.peer.Addr()); err != nil {
			h.logger().InfoContext(q.Context(), "rvp: a Call-Back was refused", "node", q.node.String(), "err", err)
			return "", refuse(http.StatusForbidden, "Call-Back must be your own URL, or your own address and a port that programs of users have.")
		}
		return url, answer{}
	}
	n, _ = h.own(n, false)
	if t == PragmaNotify && n == q.node {
		return "", refuse(http.StatusForbidden, "Call-Back must not lead back to the user: give the address of the client.")
	}
	if n.Principal() != q.caller.principal {
		if a := h.permit(q, r, RightSubscribeOthers, true); a.refused() {
			return "", a
		}
	}
	return n.URL(), answer{}
}

// parseLifetime reads a number of seconds. What is more than the longest is granted
// as that (RVP-042).
func parseLifetime(s string, longest time.Duration) (time.Duration, bool) {
	if s == "" || len(s) > 64 || slices.ContainsFunc([]byte(s), func(c byte) bool { return !isDigit(c) }) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > int64(longest/time.Second) {
		return longest, true
	}
	return time.Duration(n) * time.Second, n > 0
}
