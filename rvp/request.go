package rvp

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/wirepost/wirepost/auth/httpauth"
)

// A request is an http.Request for one of the methods.
type request struct {
	*http.Request
	node    Node // whom it is about; of this server
	user    User
	caller  caller
	peer    netip.AddrPort // where it comes from, behind routers
	proxied bool           // which is the word of routers
	logon   *logonSlot     // what is known of the connection; may be nil
}

// ServeHTTP implements http.Handler.
func (h *HomeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.once.Do(h.start)
	version(w)
	began, seen := time.Now(), &recorder{ResponseWriter: w}
	seen.q.peer, seen.q.proxied = peerOf(&h.Topology, r)
	h.admit(seen, r)
	if h.Trace == nil {
		return
	}
	n := seen.q.node
	if n == (Node{}) { // it did not come that far
		var local bool
		var err error
		if n, local, err = parseTarget(r.Host, r.RequestURI); err == nil {
			n, _ = h.own(n, !local)
		}
	}
	h.trace(Event{
		Kind: RequestDone, Method: r.Method, Node: n, Remote: seen.q.peer,
		Status: seen.status, Duration: time.Since(began),
	})
}

// A recorder goes with a request as its ResponseWriter, by way of httpauth, and
// remembers what is known of it: the status that Trace is told, and the rest.
type recorder struct {
	http.ResponseWriter
	status int
	q      request
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// admit refuses what nobody may do, and finds out who asks for the rest.
func (h *HomeServer) admit(w *recorder, r *http.Request) {
	a := answer{}
	switch m := findMethod(methods, r.Method); {
	case m == nil:
		a.status = http.StatusNotImplemented
	case m.serve == nil:
		a.status = http.StatusMethodNotAllowed
	case containsAddr(h.Topology.Refused, w.q.peer.Addr()):
		a = refuse(http.StatusForbidden, "This server does not serve your address.")
	case h.closed.Load():
		a = unavailable()
	default:
		h.login(r, &w.q).ServeHTTP(w, r)
		return
	}
	a.write(w)
}

// login returns what finds out who asks, which is not the same behind a router
// that is believed and uses this connection for one client only.
func (h *HomeServer) login(r *http.Request, q *request) *httpauth.Handler {
	if q.proxied && slotOf(r.Context()).isOf(q.peer.Addr()) {
		return &h.proxied
	}
	return &h.direct
}

// serve answers a request of which it is known who has logged in, if anybody.
func (h *HomeServer) serve(w http.ResponseWriter, r *http.Request) {
	q := &w.(*recorder).q
	q.Request, q.logon = r, slotOf(r.Context())
	a := h.open(q)
	if !a.refused() {
		a = findMethod(methods, r.Method).serve(h, q)
	}
	if a.challenge {
		h.login(r, q).Challenge(w, r)
		return
	}
	a.write(w)
}

// open finds the node and the one who asks.
func (h *HomeServer) open(q *request) answer {
	n, local, err := parseTarget(q.Host, cmp.Or(q.RequestURI, q.URL.RequestURI()))
	if err != nil {
		return refuse(http.StatusNotFound, "There is no such user: ask for /instmsg/aliases/NAME.")
	}
	n, own := h.own(n, !local)
	if !own {
		// Nothing is forwarded, so that there are no loops (RVP-017).
		return refuse(http.StatusNotFound, "This server has no users of that domain.")
	}
	q.node = n
	var a answer
	if q.user, a = h.lookup(q, n); a.refused() {
		return a
	}
	q.caller, a = h.identify(q)
	return a
}

// lookup asks the directory.
func (h *HomeServer) lookup(q *request, n Node) (User, answer) {
	u, err := h.Directory.User(q.Context(), n)
	switch {
	case errors.Is(err, ErrNoUser), err == nil && u.Disabled:
		return User{}, refuse(http.StatusNotFound, "There is no such user.") // RVP-022
	case err != nil:
		return User{}, h.fail(q, "the directory", err)
	case h.Name != "" && !h.isHome(u):
		// He has moved; who comes by a redirection of old asks the router again (RVP-034).
		return User{}, refuse(http.StatusNotFound, "The user has another home server.")
	}
	return u, answer{}
}

// fail is the answer where something behind the server does not work.
func (h *HomeServer) fail(q *request, what string, err error) answer {
	h.logger().ErrorContext(q.Context(), "rvp: "+what+" failed", "method", q.Method, "node", q.node.String(), "err", err)
	return unavailable()
}

// read returns the body, which may be empty (RVP-014).
func (h *HomeServer) read(q *request) ([]byte, answer) {
	if q.Body == nil || q.Body == http.NoBody || q.ContentLength == 0 {
		return nil, answer{}
	}
	if q.ContentLength > h.limits.Body {
		return nil, answer{status: http.StatusRequestEntityTooLarge}
	}
	// It is not believed that as much comes as is promised.
	b := bytes.NewBuffer(make([]byte, 0, min(max(q.ContentLength, 0)+bytes.MinRead, 16<<10)))
	n, err := b.ReadFrom(io.LimitReader(q.Body, h.limits.Body+1))
	switch {
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "The body is cut off.")
	case n > h.limits.Body:
		return nil, answer{status: http.StatusRequestEntityTooLarge}
	}
	return b.Bytes(), answer{}
}

// field returns a field of the header without the white space around it; name
// is in canonical form.
func (q *request) field(name string) string {
	if v := q.Header[name]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}
