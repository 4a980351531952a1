package smtptest

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
)

// A Target is a server that conformance cases are run against. Only Addr, or
// Dial, must be set. What is not known of a server makes the cases that need
// it not applicable.
type Target struct {
	Addr string                                  // "host:port"
	Dial func(context.Context) (net.Conn, error) // instead of Addr

	LMTP        bool        // the server speaks LMTP (RFC 2033)
	ImplicitTLS bool        // the server begins with TLS
	TLSConfig   *tls.Config // for TLS of either kind; nil: the certificate is not verified

	From  string // a sender that is accepted; if empty, To where there is a login, else "conformance@client.example"
	To    string // a mailbox of the server's; "postmaster" if empty
	Relay string // one elsewhere that the server must not send to; "someone@elsewhere.example" if empty

	// A login, if the server has any. The cases that fail logins on purpose
	// use a name of their own.
	User, Password string

	Timeout time.Duration  // for each wait; 10 seconds if zero
	Only    *regexp.Regexp // only the cases whose name it matches; nil: all
}

// A Verdict is how a case ended: "pass", "fail", or "n/a" where the case does
// not apply.
type Verdict = string

// The verdicts.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	NotApplicable Verdict = "n/a"
)

// A Result is how one case ended.
type Result struct {
	Name        string // unique, in the form topic/detail
	Ref         string // "RFC 5321, 4.1.1.4"
	Requirement string // one sentence
	Verdict     Verdict
	Detail      string   // why it failed or does not apply
	Transcript  []string // "C: ..." and "S: ..." lines
	Duration    time.Duration
}

// Check runs all cases against t, one after the other, and calls report with
// each Result as it comes. It stops when ctx ends.
func Check(ctx context.Context, t Target, report func(Result)) {
	for _, c := range cases() {
		if ctx.Err() != nil {
			return
		}
		if t.Only != nil && !t.Only.MatchString(c.name) {
			continue
		}
		report(Result(conform.Do(ctx, c.bind(&t), cmp.Or(t.Timeout, 10*time.Second))))
	}
}

// TestServer runs all cases against target, each as a subtest.
func TestServer(t *testing.T, target Target) {
	t.Helper()
	Check(t.Context(), target, func(r Result) { conform.Subtest(t, conform.Result(r)) })
}

func (t *Target) to() string    { return cmp.Or(t.To, "postmaster") }
func (t *Target) relay() string { return cmp.Or(t.Relay, "someone@elsewhere.example") }

// from takes it that one who logs in is whom the test mail goes to: many servers
// let users send from their own addresses only (RFC 6409, 6.1).
func (t *Target) from() string {
	if t.User != "" && strings.Contains(t.To, "@") {
		return cmp.Or(t.From, t.To)
	}
	return cmp.Or(t.From, "conformance@client.example")
}

func (t *Target) clientTLS() *tls.Config { return conform.ClientTLS(t.TLSConfig, t.Addr) }

func (t *Target) dial(ctx context.Context) (net.Conn, error) {
	return conform.Connect(ctx, t.Dial, t.Addr)
}
