package rvp

import (
	"errors"
	"net/http"
	"time"
)

// acl tells who may do what, or sets it (rvp-exchange2000, 5.7; RVP-124, RVP-125).
func (h *HomeServer) acl(q *request) answer {
	body, a := h.read(q)
	if a.refused() {
		return a
	}
	r, _, err := h.Store.Record(q.Context(), q.node)
	if err != nil {
		return h.fail(q, "the store", err)
	}
	if len(body) == 0 {
		if a := h.permit(q, &r, RightReadACL, false); a.refused() {
			return a
		}
		list := r.ACL
		if list == nil {
			list = DefaultACL(q.node)
		}
		return answer{status: http.StatusOK, body: list.Append(nil)}
	}
	if a := h.permit(q, &r, RightWriteACL, true); a.refused() {
		return a
	}
	list, err := ParseACL(body)
	switch {
	case errors.Is(err, errCredentials):
		return refuse(http.StatusBadRequest, "Credentials Not Specified") // RVP-126
	case err != nil:
		return refuse(http.StatusBadRequest, "The body must be an rvpacl.")
	}
	err = h.change(q.Context(), q.node, func(r *Record, _ time.Time) (effect, error) {
		r.ACL = list
		return effect{}, nil
	})
	if err != nil {
		return h.fail(q, "the store", err)
	}
	return answer{status: http.StatusOK, body: list.Append(nil)}
}
