package rvp

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/wirepost/wirepost/internal/ascii"
)

type ticketKey struct{}

// ticket returns that of the connection, for its first request, or a new one.
func (d *door) ticket(ctx context.Context) uint64 {
	if first, ok := ctx.Value(ticketKey{}).(*atomic.Uint64); ok {
		if t := first.Swap(0); t != 0 {
			return t
		}
	}
	return d.client.tickets.Add(1)
}

// ServeHTTP implements http.Handler.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := d.take(r)
	version(w)
	w.Header()["Content-Length"] = []string{"0"}
	w.WriteHeader(status)
}

// take takes a NOTIFY and returns the status to answer.
func (d *door) take(r *http.Request) int {
	ticket := d.ticket(r.Context())
	switch {
	case r.Method != "NOTIFY":
		return http.StatusNotImplemented
	case !d.isFor(r):
		return http.StatusNotFound
	case r.ContentLength > maxNotify:
		return http.StatusRequestEntityTooLarge
	}
	body := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0)+bytes.MinRead, 16<<10)))
	if n, err := body.ReadFrom(io.LimitReader(r.Body, maxNotify+1)); err != nil {
		return http.StatusBadRequest
	} else if n > maxNotify {
		return http.StatusRequestEntityTooLarge
	}
	return d.client.take(r.Header.Get("RVP-From-Principal"), body.Bytes(), ticket)
}

// isFor reports whether a request is for this door: by the path of the
// Call-Back, or by the node of the user, in origin-form or absolute-form.
func (d *door) isFor(r *http.Request) bool {
	if r.URL.Scheme != "" && !ascii.EqualFold(r.URL.Scheme, "http") {
		return false
	}
	if cmp.Or(r.URL.EscapedPath(), "/") == d.path {
		return true
	}
	n, _, err := parseTarget(r.Host, cmp.Or(r.RequestURI, r.URL.RequestURI()))
	return err == nil && d.path == "/" && d.client.isSelf(n)
}
