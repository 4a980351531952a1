package rvp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// toServer delivers to the user of another server (RVP-035), over connections
// that are kept for the next ones.
func (c *courier) toServer(p *parcel) outcome {
	n, err := ParseNode(p.to)
	if err != nil {
		return outcome{err: fmt.Errorf("%w: it %w", err, errRefused)}
	}
	if err := c.foreign(n.Host); err != nil {
		return outcome{err: fmt.Errorf("rvp: %w", err)}
	}
	if !printable(string(p.from)) || !printable(string(p.ack)) {
		return outcome{err: fmt.Errorf("rvp: NOTIFY %w: the name of who sends it has control characters", errRefused)}
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.limits.Delivery)
	defer cancel()
	req := p.request(ctx)
	answer, err := c.locator.send(c.servers, n, req, func(u *url.URL) error { return c.foreign(u.Host) })
	if err != nil {
		return outcome{err: err}
	}
	discard(answer)
	o := outcome{status: answer.StatusCode}
	if o.status == http.StatusServiceUnavailable {
		o.retryAfter = retryAfter(answer.Header)
	}
	return o
}

// retryAfter returns when a server that cannot now says that it can (RFC 9110,
// 10.2.3): seconds or a date, "" for anything else.
func retryAfter(h http.Header) string {
	after := h.Get("Retry-After")
	if _, err := strconv.ParseUint(after, 10, 31); err == nil {
		return after
	}
	if _, err := http.ParseTime(after); err == nil {
		return after
	}
	return ""
}

// request returns the request to a server, without its URL.
func (p *parcel) request(ctx context.Context) *http.Request {
	header := http.Header{
		// The spelling is Exchange's (facts, 9.20).
		"RVP-Notifications-Version": {"0.2"},
		"RVP-Hop-Count":             {strconv.Itoa(p.hops)},
		"Content-Type":              {"text/xml"},
		"User-Agent":                nil, // is not sent
	}
	if p.ack != "" {
		header["RVP-Ack-Type"] = []string{string(p.ack)}
	}
	if p.from != "" {
		header["RVP-From-Principal"] = []string{string(p.from)}
	}
	if p.retry {
		// It may arrive twice: a connection that was kept, and closed meanwhile by
		// the server, is no reason to give up. The field itself is not sent.
		header["Idempotency-Key"] = nil
	}
	body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p.body)), nil }
	req := &http.Request{
		Method: "NOTIFY", URL: &url.URL{}, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(p.body)), GetBody: body,
	}
	return req.WithContext(ctx)
}

// foreign reports why nothing is sent to a host: it is this server, and would get
// it again and again.
func (c *courier) foreign(host string) error {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, own := range c.names {
		if name, _, err := net.SplitHostPort(own); err == nil {
			own = name
		}
		if ascii.EqualFold(strings.TrimSuffix(host, "."), own) {
			return fmt.Errorf("%s %w: it is this server", host, errRefused)
		}
	}
	return nil
}
