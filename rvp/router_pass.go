package rvp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A passed is the answer to a request that a router got: a refusal of its own, or a
// home server's.
type passed struct {
	answer
	header http.Header
	from   *http.Response // whose body is in answer.body
}

func refusal(status int, why string) passed {
	return passed{answer: refuse(status, why), header: make(http.Header)}
}

func (a *passed) code() int {
	if a.from != nil {
		return a.from.StatusCode
	}
	return a.status
}

func (a *passed) write(w http.ResponseWriter) {
	if a.from == nil {
		maps.Copy(w.Header(), a.header)
		a.answer.write(w)
		return
	}
	// Status, header and body are as the home server sent them (RVP-029).
	delete(w.Header(), "RVP-Notifications-Version")
	for name, values := range a.from.Header {
		if ascii.EqualFold(name, "RVP-Notifications-Version") {
			name = "RVP-Notifications-Version" // as Exchange spells it
		}
		w.Header()[name] = values
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	w.WriteHeader(a.from.StatusCode)
	_, _ = w.Write(a.body) // if it fails there is nobody left to be told
}

// pass speaks for a client outside: it sends the request to the home server, and the
// answer back (RVP-028, RVP-029).
func (r *Router) pass(p *passage) passed {
	req, refused := r.upward(p)
	if refused.status != 0 {
		return refused
	}
	ctx, cancel := context.WithTimeout(p.Context(), r.limits.Wait)
	defer cancel()
	var body bytes.Buffer
	from, err := r.upstreams.do(ctx, p.Context(), port80(p.home), req, r.dial, func(from *http.Response) error {
		n, err := body.ReadFrom(io.LimitReader(from.Body, r.limits.Answer+1))
		if err == nil && n > r.limits.Answer {
			err = errors.New("the answer is too long")
		}
		return err
	})
	if err == nil {
		dropHops(from.Header)
		return passed{answer: answer{body: body.Bytes()}, from: from}
	}
	if p.Context().Err() != nil {
		return refusal(http.StatusBadGateway, "") // the client has gone
	}
	r.logger().WarnContext(p.Context(), "rvp: the home server cannot be asked", "home", p.home, "method", p.Method, "err", err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return refusal(http.StatusGatewayTimeout, "The home server does not answer.")
	}
	return refusal(http.StatusBadGateway, "The home server cannot be reached.")
}

// upward makes the request to the home server.
func (r *Router) upward(p *passage) (*http.Request, passed) {
	target := cmp.Or(p.RequestURI, p.URL.RequestURI()) // as it is: Digest has signed it
	if host, _, ok := splitURL(target); ok && bareHost(host) != bareHost(r.host) {
		target = strings.TrimPrefix(p.node.URL(), urlScheme+r.host) // the home server does not know our aliases
	}
	req := &http.Request{
		Method: p.Method, Host: r.host, Header: p.Header.Clone(),
		URL:   &url.URL{Scheme: "http", Host: port80(p.home), Opaque: target},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	dropHops(req.Header)
	delete(req.Header, "Expect") // the body is here already
	if req.Header["User-Agent"] == nil {
		req.Header["User-Agent"] = nil // none is added
	}
	if p.Method == "NOTIFY" { // RVP-029, RVP-090
		hops := hopCount(p.Header.Get("RVP-Hop-Count"))
		if hops > r.limits.Hops { // RVP-091
			return nil, refusal(http.StatusInternalServerError, "RVP-Hop-Count is too high: there is a loop.")
		}
		req.Header.Set("RVP-Hop-Count", strconv.Itoa(hops+1))
	}
	chain := r.chain(p)
	if strings.Count(chain, ",") >= r.limits.Hops {
		return nil, refusal(http.StatusInternalServerError, "There are too many routers on the way: there is a loop.")
	}
	req.Header["X-Forwarded-For"] = []string{chain}
	if p.ContentLength > r.limits.Body {
		return nil, refusal(http.StatusRequestEntityTooLarge, "")
	}
	if p.Body != nil && p.Body != http.NoBody {
		body, err := io.ReadAll(io.LimitReader(p.Body, r.limits.Body+1))
		switch {
		case err != nil:
			return nil, refusal(http.StatusBadRequest, "The body is cut off.")
		case int64(len(body)) > r.limits.Body:
			return nil, refusal(http.StatusRequestEntityTooLarge, "")
		}
		if req.ContentLength = int64(len(body)); len(body) > 0 {
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
	}
	return req, passed{}
}

// chain is X-Forwarded-For: for whom the router speaks. What the client says of that itself is
// passed on if it is a proxy that is believed.
func (r *Router) chain(p *passage) string {
	direct, _ := peerOf(&Topology{}, p.Request)
	before := strings.Join(p.Header["X-Forwarded-For"], ", ")
	if before == "" || !containsAddr(r.Topology.Proxies, direct.Addr()) {
		return direct.Addr().String()
	}
	return before + ", " + direct.Addr().String()
}

// dropHops drops the fields that are about one connection only (RFC 9110, 7.6.1).
func dropHops(h http.Header) {
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range []string{
		"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade",
	} {
		delete(h, name)
	}
}
