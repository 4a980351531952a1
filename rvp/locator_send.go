package rvp

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// send sends a request for a node to where it is, by a RoundTripper such as
// transport, and follows redirections with the same method, header and body
// (RVP-032, RVP-035). The URL of the request does not matter; its body must come
// from GetBody too, if it has one. The caller closes the answer's body.
//
// allow, if it is not nil, is asked about each URL that the request is redirected to.
func (l *Locator) send(rt http.RoundTripper, n Node, req *http.Request, allow func(*url.URL) error) (*http.Response, error) {
	at, remembered := l.locate(n)
	moved := false
	for left := cmp.Or(l.Redirects, 5); ; left-- {
		answer, err := sendTo(rt, at, req)
		if remembered && gone(answer, err) {
			// The user may have moved: the router knows (RVP-034).
			discard(answer)
			l.forget(n)
			at, remembered = n.URL(), false
			continue
		}
		if err != nil || answer.StatusCode != http.StatusFound {
			if moved && err == nil && !gone(answer, nil) {
				l.remember(n, at)
			}
			return answer, inRVP(err)
		}
		discard(answer)
		if left <= 0 {
			return nil, fmt.Errorf("rvp: %s: %w: it was redirected too often", n, errRedirected)
		}
		if at, err = redirection(answer, allow); err != nil {
			return nil, fmt.Errorf("rvp: %s: %w: %w", n, errRedirected, err)
		}
		remembered, moved = false, true
	}
}

// errRedirected is wrapped by errors of redirections.
var errRedirected = errors.New("cannot follow the redirection")

// gone reports whether a place that was remembered is no longer the right one. What
// may have arrived is not sent twice.
func gone(answer *http.Response, err error) bool {
	if err != nil {
		return errors.Is(err, errUnreachable)
	}
	return answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone
}

func sendTo(rt http.RoundTripper, at string, req *http.Request) (*http.Response, error) {
	u, err := parseHTTP(at)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", at, err)
	}
	r := req.Clone(req.Context())
	r.URL, r.Host, r.RequestURI = u, "", ""
	if req.GetBody != nil {
		if r.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return rt.RoundTrip(r)
}

// inRVP says of an error whose it is.
func inRVP(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("rvp: %w", err)
}

// redirection returns where an answer redirects to.
func redirection(answer *http.Response, allow func(*url.URL) error) (string, error) {
	at := answer.Header.Get("Location")
	if len(at) > maxServerURL {
		return "", fmt.Errorf("its Location is longer than %d octets", maxServerURL)
	}
	u, err := parseHTTP(at)
	if err != nil {
		return "", fmt.Errorf("its Location: %w", err)
	}
	if allow != nil {
		if err := allow(u); err != nil {
			return "", err
		}
	}
	return at, nil
}

// maxDiscard bounds what is read of an answer's body to keep the connection.
const maxDiscard = 16 << 10

// discard ends with an answer whose body nobody wants.
func discard(answer *http.Response) {
	if answer == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxDiscard) // what fails here ends the connection
	_ = answer.Body.Close()
}
