package imap4test

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
)

// A Target is a server that conformance cases are run against. Only Addr, or
// Dial, must be set. What is not known of a server makes the cases that need it
// not applicable.
type Target struct {
	Addr string                                  // "host:port"
	Dial func(context.Context) (net.Conn, error) // instead of Addr

	ImplicitTLS bool        // the server begins with TLS
	TLSConfig   *tls.Config // for TLS of either kind; nil: the certificate is not verified

	// A login. The cases that fail logins on purpose use this name and another.
	User, Password string

	// Other is a user who can be given rights; "anyone" if empty. With a
	// password the cases log in as this user too.
	Other, OtherPassword string

	// Scratch is how the names of mailboxes begin that the cases may create,
	// fill and delete, those that are there included: "wirepost-test". They
	// touch no others. Without it, most cases do not apply.
	Scratch string

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
	Ref         string // "RFC 9051, 6.4.5"
	Requirement string // one sentence
	Verdict     Verdict
	Detail      string   // why it failed or does not apply
	Transcript  []string // "C: ..." and "S: ..." lines
	Duration    time.Duration
}

// Check runs all cases against t, one after the other, and calls report with
// each Result as it comes. It stops when ctx ends.
func Check(ctx context.Context, t Target, report func(Result)) {
	t.clean(ctx)
	for i, c := range cases() {
		if ctx.Err() != nil {
			break
		}
		if t.Only != nil && !t.Only.MatchString(c.name) {
			continue
		}
		report(Result(conform.Do(ctx, c.bind(&t, i), t.timeout())))
	}
	t.clean(context.WithoutCancel(ctx))
}

// TestServer runs all cases against target, each as a subtest.
func TestServer(t *testing.T, target Target) {
	t.Helper()
	Check(t.Context(), target, func(r Result) { conform.Subtest(t, conform.Result(r)) })
}

func (t *Target) timeout() time.Duration { return cmp.Or(t.Timeout, 10*time.Second) }

func (t *Target) clientTLS() *tls.Config { return conform.ClientTLS(t.TLSConfig, t.Addr) }

func (t *Target) dial(ctx context.Context) (net.Conn, error) {
	return conform.Connect(ctx, t.Dial, t.Addr)
}

// clean deletes the mailboxes of earlier cases, as well as it can.
func (t *Target) clean(ctx context.Context) {
	if t.User == "" || t.Scratch == "" {
		return
	}
	conform.Do(ctx, conform.Case{Run: func(ctx context.Context, r *conform.Run) {
		s := newSession(r, t, ctx)
		s.login()
		names := make(map[string]bool)
		for _, command := range []string{"LIST", "LSUB"} {
			for _, l := range s.do(command + ` "" ` + quote(t.Scratch+"*")).untagged {
				if (l.name == "LIST" || l.name == "LSUB") && len(l.args) > 2 {
					names[l.args[2].text] = true
				}
			}
		}
		for range 3 { // those that have others below go later
			for name := range names {
				s.do("DELETE " + quote(name))
				s.do("UNSUBSCRIBE " + quote(name))
			}
		}
	}}, t.timeout())
}
