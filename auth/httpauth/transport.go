package httpauth

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Transport is an http.RoundTripper that logs in where it is asked to, by the
// strongest scheme that it is offered: Digest by SHA-2, NTLM, Negotiate (with
// NTLM in it), Digest by MD5, Basic. It uses a connection for one request at a
// time and knows what is logged in on it; it speaks HTTP/1 only, as NTLM must.
//
// Host, User and Password must be set. The fields must not change once it is in
// use, and it must not be copied then. It may be used by many goroutines.
type Transport struct {
	// Host is the server that the password is for, as in a URL: "im.example",
	// or "im.example:8080", by http and https alike: who wants TLS only has
	// http.Client.CheckRedirect refuse the former. Requests to others are sent
	// without credentials, so that no redirection can ask for them.
	Host string

	Domain   string // for NTLM, may be ""
	User     string
	Password string

	// Schemes are those that may be used, nil all of them.
	Schemes []string

	// AllowInsecure lets Basic send the password without TLS.
	AllowInsecure bool

	// MaxBody is the largest body of a request without GetBody that is kept in
	// memory, in octets, to be sent again after a 401. 0 is 1 MiB.
	MaxBody int64

	// Base has the settings of the connections, nil those of
	// http.DefaultTransport.
	Base *http.Transport

	once  sync.Once
	plain *http.Transport // for other hosts

	mu     sync.Mutex // guards what follows
	idle   []*lane
	digest *digestSession // which the server knows already
	basic  bool           // the server takes it
}

// RoundTrip implements http.RoundTripper. A 401 that it returns means that the
// server will not have these credentials, or that there was nothing to do: no
// scheme that may be used, or the request has an Authorization of its own.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.once.Do(func() { t.plain = t.base() })
	if t.Host == "" {
		closeBody(req)
		return nil, errors.New("httpauth: Transport.Host is empty: set it to the server that the password is for")
	}
	if _, own := req.Header["Authorization"]; own || !t.isFor(req.URL) {
		return t.plain.RoundTrip(req)
	}
	body, err := t.repeatable(req)
	if err != nil {
		return nil, err
	}
	l := t.acquire()
	resp, err := t.logIn(l, req, body)
	if err != nil {
		l.transport.CloseIdleConnections()
		t.release(l)
		return nil, err
	}
	return t.held(l, resp), nil
}

// CloseIdleConnections closes the connections that no request is using. The
// http.Client's method of that name calls it.
func (t *Transport) CloseIdleConnections() {
	t.once.Do(func() { t.plain = t.base() })
	t.mu.Lock()
	idle := t.idle
	t.idle = nil
	t.mu.Unlock()
	for _, l := range idle {
		l.transport.CloseIdleConnections()
	}
	t.plain.CloseIdleConnections()
}

// String names the host only.
func (t *Transport) String() string { return fmt.Sprintf("httpauth.Transport(%q)", t.Host) }

// GoString is String: %#v shows no more than %v.
func (t *Transport) GoString() string { return t.String() }

// LogValue is String: a slog.JSONHandler would take the fields.
func (t *Transport) LogValue() slog.Value { return slog.StringValue(t.String()) }

// logIn sends the request, and again as long as it helps.
func (t *Transport) logIn(l *lane, req *http.Request, body *payload) (*http.Response, error) {
	authorization := t.preempt(req, body)
	for n := 0; ; n++ {
		resp, err := l.send(req, authorization, body)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			return resp, err
		}
		ch := t.choose(req, resp)
		if ch == nil || n > 0 && !ch.stale() && !l.lost() || n > 2 {
			return resp, nil
		}
		discard(resp)
		l.met = nil
		if authorization, err = t.reply(l, req, resp, ch, body); err != nil {
			return nil, err
		}
		if authorization == "" {
			return nil, fmt.Errorf("httpauth: %s broke off", ch.scheme)
		}
	}
}

// isFor reports whether a URL is on Host.
func (t *Transport) isFor(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	full := func(host string) string {
		h := &url.URL{Host: host}
		return ascii.Lower(h.Hostname()) + ":" + cmp.Or(h.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	return full(t.Host) == full(u.Host)
}

// A payload is a body that can be sent more than once.
type payload struct {
	open   func() (io.ReadCloser, error)
	length int64
}

// empty is a body of nothing.
var empty = &payload{open: func() (io.ReadCloser, error) { return http.NoBody, nil }}

// repeatable returns the body of a request. What it has to read it sends with a
// length, because there are servers that know no chunks.
func (t *Transport) repeatable(req *http.Request) (*payload, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return empty, nil
	}
	defer req.Body.Close()
	if req.GetBody != nil {
		return &payload{req.GetBody, req.ContentLength}, nil
	}
	limit := cmp.Or(t.MaxBody, 1<<20)
	b, err := io.ReadAll(io.LimitReader(req.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > limit:
		return nil, fmt.Errorf("httpauth: the body is over %d octets: set the request's GetBody, or raise MaxBody", limit)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	return &payload{open, int64(len(b))}, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// discard reads an answer that is not wanted, so that its connection can go on.
func discard(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 1<<20)
	resp.Body.Close()
}
