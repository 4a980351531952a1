package dnsresolve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"
)

// fetch gets a domain's policy over HTTPS (RFC 8461, 3.3).
func (s *STS) fetch(ctx context.Context, domain, id string) (*STSPolicy, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	policy, err := s.get(ctx, "https://mta-sts."+domain+"/.well-known/mta-sts.txt")
	if err != nil {
		return nil, &fetchError{domain, err}
	}
	policy.ID = id
	return policy, nil
}

// A fetchError is why a policy could not be fetched.
type fetchError struct {
	domain string
	err    error
}

func (e *fetchError) Error() string {
	return "dnsresolve: MTA-STS policy of " + e.domain + because(e.err)
}

func (e *fetchError) Unwrap() error { return e.err }

func (s *STS) get(ctx context.Context, url string) (*STSPolicy, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	// A bare RoundTripper follows no redirects and keeps no cookies, which
	// is what is wanted.
	resp, err := s.transport().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d instead of 200", resp.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		return nil, errors.New("its media type is not text/plain")
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPolicy+1))
	if err != nil {
		return nil, err
	}
	return parsePolicy(text)
}

func (s *STS) transport() http.RoundTripper {
	if s.Transport != nil {
		return s.Transport
	}
	s.once.Do(func() {
		s.direct = &http.Transport{
			DialContext:            s.dial,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  20 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true, // what is read is what was sent, so the limit holds
		}
	})
	return s.direct
}

var errNoAddrs = errors.New("the host of the policy has no address that may be used")

// dial connects to the addresses of a host, as far as they are allowed.
func (s *STS) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	answer, err := Addrs(ctx, s.resolver(), host)
	if err != nil {
		return nil, err
	}
	const most = 4
	dialer := net.Dialer{Timeout: 10 * time.Second}
	err = errNoAddrs
	tries := 0
	for _, r := range answer.Records {
		if !s.Addresses.Allows(r.Addr) || tries == most {
			continue
		}
		tries++
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(r.Addr.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
