package rvp

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// unsubscribe ends a subscription (rvp-exchange2000, 5.2; RVP-054).
func (h *HomeServer) unsubscribe(q *request) answer {
	s, a := h.held(q)
	if a.refused() {
		return a
	}
	switch err := h.endSubscription(q.Context(), q.node, s.ID); {
	case errors.Is(err, ErrNoSubscription):
		return noSubscription()
	case err != nil:
		return h.fail(q, "the store", err)
	}
	return answer{status: http.StatusOK}
}

// endSubscription ends a subscription and, if it was a logon's, what that said of the
// user's state: whoever ends the logon of a program that has crashed wants nobody
// to believe that it is there (facts, 9.12).
func (h *HomeServer) endSubscription(ctx context.Context, n Node, id uint64) error {
	s, err := h.Store.Unsubscribe(ctx, n, id)
	if err != nil || s.Type != PragmaNotify {
		return err
	}
	for _, l := range h.logons(ctx, n) {
		if l.CallBack == s.CallBack {
			return nil // it has another subscription
		}
	}
	err = h.change(ctx, n, func(r *Record, now time.Time) (effect, error) { return r.drop(s.CallBack, now) })
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// subscriptions lists those of one type (rvp-exchange2000, 5.3; RVP-059, RVP-060).
func (h *HomeServer) subscriptions(q *request) answer {
	r, _, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	if a := h.permit(q, &r, RightSubscriptions, true); a.refused() {
		return a
	}
	t := NotificationType(q.field("Notification-Type"))
	if t != PragmaNotify && t != PropChange {
		return refuse(http.StatusPreconditionFailed, "Notification-Type must be pragma/notify or update/propchange.")
	}
	now, list := h.Store.Subscriptions(q.Context(), q.node, t)
	var entries []subscriptionEntry
	for s, err := range list {
		if err != nil {
			return h.fail(q, "the store", err)
		}
		e := subscriptionEntry{ID: s.ID, CallBack: s.CallBack, Principal: s.Principal, Left: s.Until.Sub(now)}
		if _, err := ParseNode(s.CallBack); err != nil && !q.caller.owner {
			e.CallBack = q.node.URL() // where the user sits is told to nobody else (RVP-053)
		}
		entries = append(entries, e)
	}
	return answer{status: http.StatusOK, body: appendSubscriptions(nil, entries)}
}

// logons returns the logons of a user, one for each Call-Back. An error of the
// store ends the list.
func (h *HomeServer) logons(ctx context.Context, n Node) []Subscription {
	var all []Subscription
	_, list := h.Store.Subscriptions(ctx, n, PragmaNotify)
next:
	for s, err := range list {
		if err != nil {
			h.logger().ErrorContext(ctx, "rvp: the store failed", "node", n.String(), "err", err)
			break
		}
		for i := range all {
			if all[i].CallBack == s.CallBack {
				continue next
			}
		}
		all = append(all, s)
	}
	return all
}
