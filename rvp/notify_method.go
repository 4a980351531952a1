package rvp

import (
	"net/http"
	"strconv"
	"time"
)

// notify passes a message or a change on to the user's logons
// (rvp-exchange2000, 5.6; RVP-084). What is in it is read to protect clients that
// read less carefully, and passed on as it came (RVP-089).
func (h *HomeServer) notify(q *request) answer {
	hops := hopCount(q.field("Rvp-Hop-Count"))
	if hops > h.limits.Hops { // RVP-091
		return refuse(http.StatusInternalServerError, "RVP-Hop-Count is too high: there is a loop.")
	}
	r, _, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	if a := h.permit(q, &r, RightSendTo, false); a.refused() {
		return a
	}
	body, a := h.read(q)
	if a.refused() {
		return a
	}
	n, err := ParseNotification(body)
	if err != nil {
		return refuse(http.StatusBadRequest, "The body must be a notification.")
	}
	logons := h.logons(q.Context(), q.node)
	if len(logons) == 0 { // RVP-095
		return refuse(http.StatusPreconditionFailed, "The user is not logged on.")
	}
	p := parcel{from: q.caller.principal, node: q.node, hops: hops + 1, body: body, retry: n.Change != nil}
	ack := AckType(q.field("Rvp-Ack-Type"))
	if ack != DeepOr && ack != DeepAnd { // RVP-092
		if h.post(p, logons, nil) == 0 {
			return unavailable()
		}
		return answer{status: http.StatusOK}
	}
	p.ack = ack
	ends := make(chan outcome, len(logons))
	posted := h.post(p, logons, ends)
	if posted == 0 || ack == DeepAnd && posted < len(logons) {
		return unavailable()
	}
	return h.await(q, ack, posted, ends)
}

// hopCount reads RVP-Hop-Count, which is 1 if it is missing or makes no sense
// (RVP-090).
func hopCount(s string) int {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil && len(s) > 4 {
		return 1 << 16
	}
	return max(int(n), 1)
}

// post has a parcel delivered to each logon, and returns to how many. ends, if it
// is not nil, gets what becomes of each, and has room for that.
func (h *HomeServer) post(p parcel, logons []Subscription, ends chan<- outcome) (posted int) {
	for _, s := range logons {
		own := p
		own.to = s.CallBack
		_, server := nodeOf(s.CallBack)
		own.client = !server
		own.done = func(o outcome) {
			if o.unreachable >= h.limits.Failures && own.client {
				h.calendar.end(s) // RVP-052
			}
			if ends != nil {
				ends <- o
			}
		}
		if h.courier.post(own) == nil {
			posted++
		}
	}
	return posted
}

// await waits for as many deliveries as are asked for (RVP-093, RVP-094). Those
// who are not reached in time are not reached (RVP-096, RVP-100).
func (h *HomeServer) await(q *request, ack AckType, posted int, ends <-chan outcome) answer {
	late := time.NewTimer(2 * h.limits.Delivery)
	defer late.Stop()
	failed := refuse(http.StatusPreconditionFailed, "The user cannot be reached.")
	accepted := 0
	for range posted {
		select {
		case o := <-ends:
			switch {
			case o.status/100 == 2:
				accepted++
			case o.status == http.StatusServiceUnavailable: // to be tried again by the sender
				if failed.status == http.StatusPreconditionFailed {
					failed = answer{status: o.status, why: "The user's program does not take it now.", retryAfter: o.retryAfter}
				}
			case o.status/100 == 5: // RVP-097
				failed = refuse(http.StatusInternalServerError, "The user's program does not take it.")
			}
		case <-late.C:
			return failed
		case <-q.Context().Done():
			return failed // nobody reads it
		}
		if accepted > 0 && ack == DeepOr {
			break
		}
	}
	if accepted == posted || accepted > 0 && ack == DeepOr {
		return answer{status: http.StatusOK}
	}
	return failed
}
