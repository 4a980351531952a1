package rvp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// How long an answer may take. A server may take 20 s to deliver a message.
const (
	requestTimeout = 30 * time.Second
	messageTimeout = 45 * time.Second
)

// maxAnswer bounds the octets of an answer that is read, maxDocument if it is a list.
const maxAnswer = 1 << 20

// A RequestError says that a request of a Client failed. What it wraps tells the
// usual reasons: ErrNotReachable, ErrLeft, ErrDenied, ErrLogin, ErrNoUser, or
// errors of the network.
type RequestError struct {
	Method string
	Node   Node  // whom it was about
	Status int   // of the answer; 0 if there was none
	Err    error // nil if there is only the Status
}

// Error implements error.
func (e *RequestError) Error() string {
	why := "the server answered " + fmt.Sprint(e.Status) + " " + http.StatusText(e.Status)
	if e.Err != nil {
		why = strings.TrimPrefix(e.Err.Error(), "rvp: ")
	}
	return fmt.Sprintf("rvp: %s %s: %s", e.Method, e.Node, why)
}

// Unwrap returns Err.
func (e *RequestError) Unwrap() error { return e.Err }

// failure is the RequestError of a status.
func failure(method string, n Node, status int) *RequestError {
	e := &RequestError{Method: method, Node: n, Status: status}
	switch {
	case status == http.StatusUnauthorized:
		e.Err = ErrLogin
	case status == http.StatusForbidden:
		e.Err = ErrDenied
	case status == http.StatusNotFound:
		e.Err = ErrNoUser
	case method == "NOTIFY" && status == http.StatusPreconditionFailed:
		e.Err = ErrNotReachable
	case method == "NOTIFY" && status == http.StatusInternalServerError:
		e.Err = ErrLeft
	}
	return e
}

// statusOf returns the status that an error tells of; 0 if none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*RequestError](err); ok {
		return e.Status
	}
	return 0
}

// A query is a request of a Client.
type query struct {
	method string
	node   Node
	header http.Header // besides what all have; its own spelling
	body   []byte
	limit  int64 // of the answer [maxAnswer]

	// once forbids to send it again over another connection when one that was
	// kept has ended meanwhile.
	once bool
}

// do sends a request and returns the answer, read, if it is a success.
func (c *Client) do(ctx context.Context, q query) (http.Header, []byte, error) {
	timeout := requestTimeout
	if q.method == "NOTIFY" {
		timeout = messageTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	self := c.Node()
	answer, err := c.locator.send(c.carrier.to(q.node.Host == self.Host), q.node, q.request(ctx, self), nil)
	if err != nil {
		return nil, nil, &RequestError{Method: q.method, Node: q.node, Err: err}
	}
	if answer.StatusCode/100 != 2 {
		discard(answer) // whatever it is: HTML, mostly
		return nil, nil, failure(q.method, q.node, answer.StatusCode)
	}
	defer answer.Body.Close()
	limit := cmp.Or(q.limit, maxAnswer)
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("the answer is longer than %d octets", limit)
	}
	if err != nil {
		return nil, nil, &RequestError{Method: q.method, Node: q.node, Status: answer.StatusCode, Err: err}
	}
	return answer.Header, body, nil
}

// request returns the request, without its URL.
func (q *query) request(ctx context.Context, self Node) *http.Request {
	header := http.Header{
		// The spelling is Exchange's (facts, 9.20).
		"RVP-Notifications-Version": {"0.2"},
		"RVP-From-Principal":        {self.URL()},
		"User-Agent":                nil, // is not sent
	}
	maps.Copy(header, q.header)
	if !q.once {
		header["Idempotency-Key"] = nil // not sent, but has package net/http try again
	}
	req := &http.Request{
		Method: q.method, URL: &url.URL{}, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if q.body != nil {
		header["Content-Type"] = []string{"text/xml"}
		req.ContentLength = int64(len(q.body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(q.body)), nil }
	}
	return req.WithContext(ctx)
}
