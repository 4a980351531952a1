package nntptest

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
// Dial, must be set. What is not known of a server makes the cases that need
// it not applicable.
type Target struct {
	Addr string                                  // "host:port"
	Dial func(context.Context) (net.Conn, error) // instead of Addr

	ImplicitTLS bool        // the server begins with TLS
	TLSConfig   *tls.Config // for TLS of either kind; nil: the certificate is not verified

	// A login. It is used wherever something needs one, and by the cases that
	// are about logins; those that fail logins on purpose use this name too.
	User, Password string

	// Group is a newsgroup that is not moderated. It should have some
	// articles, or MayPost or MayFeed be set.
	Group string

	MayPost bool // post some test articles to Group
	MayFeed bool // send some test articles for Group by IHAVE and TAKETHIS

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
	Ref         string // "RFC 3977, 5.4"
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
		report(Result(conform.Do(ctx, c.bind(&t), t.timeout())))
	}
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
