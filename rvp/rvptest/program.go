package rvptest

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Program is that of a user who is logged on, of which everything that it is
// told is on record.
type Program struct {
	CallBack *CallBack

	tb   testing.TB
	s    *Server
	name string
	http *httpauth.Transport
}

// LogOn logs a user on: at the home server, if there is a router too.
func (s *Server) LogOn(name string) *Program {
	s.tb.Helper()
	p := &Program{CallBack: NewCallBack(s.tb), tb: s.tb, s: s, name: name}
	p.http = &httpauth.Transport{
		Host: Domain, User: name, Password: s.passwd[ascii.Lower(name)],
		Base: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", s.at)
		}},
	}
	s.tb.Cleanup(p.http.CloseIdleConnections)
	if status, _ := p.Do("SUBSCRIBE", name, "", subscription("pragma/notify", p.CallBack.URL, 14400)...); status != 200 {
		s.tb.Fatalf("rvptest: %s cannot log on: %d", name, status)
	}
	return p
}

// Do sends a request about a user. fields are "Name: value".
func (p *Program) Do(method, about, body string, fields ...string) (status int, answer string) {
	p.tb.Helper()
	req, err := http.NewRequestWithContext(p.tb.Context(), method, p.s.URL(about), strings.NewReader(body))
	if err != nil {
		p.tb.Fatalf("rvptest: %v", err)
	}
	req.Header["RVP-Notifications-Version"] = []string{"0.2"}
	req.Header["RVP-From-Principal"] = []string{p.s.URL(p.name)}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		req.Header[name] = []string{strings.TrimSpace(value)}
	}
	resp, err := p.http.RoundTrip(req)
	if err != nil {
		p.tb.Fatalf("rvptest: %s: %v", method, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.tb.Fatalf("rvptest: %s: %v", method, err)
	}
	return resp.StatusCode, string(b)
}

// Watch has the program told of what a user shows.
func (p *Program) Watch(name string) {
	p.tb.Helper()
	if status, _ := p.Do("SUBSCRIBE", name, "", subscription("update/propchange", p.s.URL(p.name), 14400)...); status != 207 {
		p.tb.Fatalf("rvptest: %s cannot watch %s: %d", p.name, name, status)
	}
}

// Set sets the user's state, such as "busy", for ten minutes.
func (p *Program) Set(state string) {
	p.tb.Helper()
	if status, _ := p.Do("PROPPATCH", p.name, leased(state, 600, "")); status != 207 {
		p.tb.Fatalf("rvptest: %s cannot be %s: %d", p.name, state, status)
	}
}

// Send sends a message, and returns the status: 200 if it has arrived.
func (p *Program) Send(to, text string) (status int) {
	p.tb.Helper()
	status, _ = p.Do("NOTIFY", to, message(p.s.URL(p.name), p.s.URL(to), text), "RVP-Ack-Type: DeepOr", "RVP-Hop-Count: 1")
	return status
}
