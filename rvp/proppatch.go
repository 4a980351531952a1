package rvp

import (
	"errors"
	"net/http"
	"time"
)

// proppatch sets properties, the state above all (rvp-exchange2000, 5.5).
func (h *HomeServer) proppatch(q *request) answer {
	if !q.caller.owner {
		r, _, err := h.Store.Record(q.Context(), q.node)
		if err != nil {
			return h.fail(q, "the store", err)
		}
		if a := h.permit(q, &r, RightWrite, true); a.refused() {
			return a
		}
	}
	body, a := h.read(q)
	if a.refused() {
		return a
	}
	changes, err := parsePropertyUpdate(body)
	if err != nil || len(changes) == 0 {
		return refuse(http.StatusBadRequest, "The body must be a propertyupdate.") // RVP-013
	}
	p := patch{changes: changes, limits: &h.limits}
	if p.logon, err = h.logonOf(q); err != nil {
		return h.fail(q, "the store", err)
	}
	var granted []PropertyChange
	err = h.change(q.Context(), q.node, func(r *Record, now time.Time) (e effect, err error) {
		if q.caller.owner && !h.may(q, r, &q.caller, RightWrite) {
			return effect{}, errDenied
		}
		granted, e, err = p.apply(r, now)
		return e, err
	})
	var refused patchError
	switch {
	case errors.As(err, &refused):
		return patchAnswer(q, changes, refused)
	case errors.Is(err, errDenied):
		return refuse(http.StatusForbidden, "The user does not allow that.")
	case errors.Is(err, errBusy):
		return unavailable()
	case err != nil:
		return h.fail(q, "the store", err)
	}
	return patchAnswer(q, granted, nil)
}

var errDenied = errors.New("rvp: the ACL does not allow that")

// patchAnswer tells what was granted, or that nothing was (RFC 4918, 9.2.1):
// what could have been done but for the rest has 424.
func patchAnswer(q *request, changes []PropertyChange, refused patchError) answer {
	var stats []propStat
	for i := range changes {
		status := http.StatusOK
		if refused != nil {
			if status = refused[i]; status == 0 {
				status = http.StatusFailedDependency
			}
		}
		if len(stats) == 0 || stats[len(stats)-1].Status != status {
			stats = append(stats, propStat{Status: status})
		}
		p := Property{Name: changes[i].Name}
		if refused == nil {
			p.Inner = changes[i].inner()
		}
		last := &stats[len(stats)-1]
		last.Props = append(last.Props, p)
	}
	return answer{
		status: http.StatusMultiStatus,
		body:   appendMultistatus(make([]byte, 0, 1024), []response{{Href: q.node.URL(), Stats: stats}}),
	}
}

// logonOf returns what tells the logon that a request comes from (facts, 4.5): the
// Call-Back of the login subscription that was made on this connection, else of the latest one
// that leads to where the request comes from, else "".
func (h *HomeServer) logonOf(q *request) (string, error) {
	if s := q.logon.of(q.node); s != "" {
		return s, nil
	}
	latest := ""
	_, list := h.Store.Subscriptions(q.Context(), q.node, PragmaNotify)
	for s, err := range list {
		if err != nil {
			return "", err
		}
		if c, err := parseCallBack(s.CallBack); err == nil && c.at.Addr() == q.peer.Addr() {
			latest = s.CallBack
		}
	}
	return latest, nil
}
