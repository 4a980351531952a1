package rvptest

import (
	"cmp"
	"context"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/wirepost/wirepost/internal/conform"
)

// A Target is a server that conformance cases are run against: a home server, or a
// router in front of one. Addr and a login must be set for most cases, a second login
// for those that take two. The accounts should be new, with nobody else using
// them: their subscriptions are ended, and their ACL and state set.
type Target struct {
	Addr   string // "host:port"
	Domain string // the IM domain, such as "im.example.test"; the host of Addr if ""

	// Two users: the names in their URLs, with which they log in too.
	User, Password       string
	Other, OtherPassword string

	// Foreign says that the server may connect to this machine as to the server of another
	// domain, at any port.
	Foreign bool

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
	Ref         string // "RVP-036, MUST"
	Requirement string // one sentence
	Verdict     Verdict
	Detail      string   // why it failed or does not apply
	Transcript  []string // "C: ..." and "S: ..." lines, and behind them "N: ..." for what Call-Backs got
	Duration    time.Duration
}

// Check runs all cases against t, and calls report with each Result: one after the other,
// but for those that wait for the end of some time, which are run together at the end. It stops
// when ctx ends.
func Check(ctx context.Context, t Target, report func(Result)) {
	shared := new(common)
	var slow []testCase
	for _, c := range cases() {
		switch {
		case t.Only != nil && !t.Only.MatchString(c.name):
		case c.slow:
			slow = append(slow, c)
		case ctx.Err() == nil:
			report(c.play(ctx, &t, shared))
			if shared.altered {
				tidy.play(ctx, &t, shared)
				shared.altered = false
			}
		}
	}
	if len(slow) == 0 || ctx.Err() != nil {
		return
	}
	// What the cases before have left would be told to those that wait.
	tidy.play(ctx, &t, shared)
	results := make([]Result, len(slow))
	var wg sync.WaitGroup
	for i, c := range slow {
		wg.Go(func() { results[i] = c.play(ctx, &t, shared) })
	}
	wg.Wait()
	for _, r := range results {
		report(r)
	}
}

// TestServer runs all cases against target, each as a subtest.
func TestServer(t *testing.T, target Target) {
	t.Helper()
	Check(t.Context(), target, func(r Result) { conform.Subtest(t, conform.Result(r)) })
}

func (t *Target) timeout() time.Duration { return cmp.Or(t.Timeout, 10*time.Second) }

// domain is the host of the logical URLs.
func (t *Target) domain() string {
	if t.Domain != "" {
		return t.Domain
	}
	host, port, err := net.SplitHostPort(t.Addr)
	if err != nil || port != "80" {
		return t.Addr
	}
	return host
}

// play runs the case.
func (c testCase) play(ctx context.Context, t *Target, shared *common) Result {
	s := &session{target: t, shared: shared, ctx: ctx, together: c.slow}
	r := conform.Do(ctx, conform.Case{
		Name: c.name, Ref: requirementOf(c.rule).ref(), Requirement: requirementOf(c.rule).text,
		Run: func(_ context.Context, r *conform.Run) {
			s.Run = r
			defer s.close()
			c.run(s)
		},
	}, t.timeout())
	r.Transcript = append(r.Transcript, s.heard()...)
	return Result(r)
}
