package conform

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// A Verdict is how a case ended.
type Verdict = string

// The verdicts.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	NotApplicable Verdict = "n/a" // the server does not claim what the case is about
)

// A Case is one requirement and the conversation that checks it.
type Case struct {
	Name        string // unique, in the form topic/detail
	Ref         string // "RFC 5321, 4.1.1.4"
	Requirement string // one sentence
	Run         func(ctx context.Context, r *Run)
}

// A Result is how a case ended at a server. Those of the test packages have the
// same fields.
type Result struct {
	Name        string
	Ref         string
	Requirement string
	Verdict     Verdict
	Detail      string   // why it failed or does not apply, printable
	Transcript  []string // "C: ..." and "S: ..." lines, printable ASCII
	Duration    time.Duration
}

// A Run is one execution of a Case. Its methods are for the goroutine that
// runs the case.
type Run struct {
	Timeout time.Duration // for each wait for the server

	result Result
	peers  []*Peer
}

// Do runs c. Each wait for the server is bounded by timeout, all of the case by
// ctx: when that ends, connections are closed, and what comes of it is not held
// against the server.
func Do(ctx context.Context, c Case, timeout time.Duration) Result {
	r := &Run{
		Timeout: timeout,
		result:  Result{Name: c.Name, Ref: c.Ref, Requirement: c.Requirement, Verdict: Pass},
	}
	began := time.Now()
	done := make(chan struct{})
	// A goroutine of its own, so that Failf can end the case from anywhere,
	// as testing.T does.
	go func() {
		defer close(done)
		defer r.close()
		c.Run(ctx, r)
	}()
	<-done
	r.result.Duration = time.Since(began)
	if ctx.Err() != nil {
		r.result.Verdict, r.result.Detail = NotApplicable, "interrupted"
	}
	return r.result
}

// Failf ends the case: the server does not keep the requirement.
func (r *Run) Failf(format string, args ...any) {
	r.end(Fail, fmt.Sprintf(format, args...))
}

// NotApplicable ends the case: the requirement does not bind this server, or
// cannot be checked with what is known of it.
func (r *Run) NotApplicable(why string) { r.end(NotApplicable, why) }

func (r *Run) end(v Verdict, detail string) {
	r.result.Verdict, r.result.Detail = v, printable(detail)
	runtime.Goexit()
}

func (r *Run) close() {
	for _, p := range r.peers {
		p.close()
	}
}
