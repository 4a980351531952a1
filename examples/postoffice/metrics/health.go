package metrics

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
)

// A Check is one thing that must be so for the server to work.
type Check struct {
	Name   string                      // "store"
	Remedy string                      // what to do if it is not so
	Run    func(context.Context) error // why it is not so, or nil

	// Bearable says that the server works without it, though not for everybody: that is told, and it is ready all the same.
	Bearable bool
}

// Health answers those who ask whether the server lives, and whether it works.
// Checks and Timeout must not be changed once it has been asked.
type Health struct {
	Checks  []Check
	Timeout time.Duration // how long the checks may take in all; 0 is five seconds

	mu      sync.Mutex // guards what follows; not held while a check runs
	running map[int]*outcome
}

// defaultTimeout is less than what those who ask usually wait.
const defaultTimeout = 5 * time.Second

// An outcome is what came of a check, once done is closed.
type outcome struct {
	done chan struct{}
	err  error
	took time.Duration
}

// Live answers 200 "ok" as long as the process can answer at all (/healthz).
func (h *Health) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed(w, r) {
			writeReport(w, r, nil)
		}
	})
}

// Ready answers 200 if all Checks hold, else 503 (/readyz), and tells of each
// whether it does, why not, and what to do: a line each, or a JSON object for who
// accepts application/json or asks with ?format=json. A Check runs once at a
// time, however many ask; they share what comes of it.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed(w, r) {
			writeReport(w, r, h.check(r.Context()))
		}
	})
}

func allowed(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	return false
}

// A result is a Check's, as it is told.
type result struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	bears  bool
	Error  string  `json:"error,omitempty"`
	Remedy string  `json:"remedy,omitempty"`
	MS     float64 `json:"ms"`
}

// check runs all Checks at once.
func (h *Health) check(ctx context.Context) []result {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.Timeout, defaultTimeout))
	defer cancel()
	began := time.Now()
	outcomes := make([]*outcome, len(h.Checks))
	for i := range h.Checks {
		outcomes[i] = h.start(i)
	}
	results := make([]result, len(h.Checks))
	for i, o := range outcomes {
		c := &h.Checks[i]
		var err error
		took := time.Since(began)
		select {
		case <-o.done:
			err, took = o.err, o.took
		case <-ctx.Done():
			err = fmt.Errorf("no answer within %s", time.Since(began).Round(time.Millisecond))
		}
		results[i] = result{Name: c.Name, OK: err == nil, bears: c.Bearable, MS: float64(took.Microseconds()) / 1000}
		if err != nil {
			results[i].Error, results[i].Remedy = err.Error(), c.Remedy
		}
	}
	return results
}

// start runs a Check, or joins who does. It is not the context of who asks that
// ends it, because others may wait for it too.
func (h *Health) start(i int) *outcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o, ok := h.running[i]; ok {
		return o
	}
	if h.running == nil {
		h.running = make(map[int]*outcome)
	}
	o := &outcome{done: make(chan struct{})}
	h.running[i] = o
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(h.Timeout, defaultTimeout))
		defer cancel()
		began := time.Now()
		o.err = safely(ctx, h.Checks[i].Run)
		o.took = time.Since(began)
		h.mu.Lock()
		delete(h.running, i)
		h.mu.Unlock()
		close(o.done)
	}()
	return o
}

// safely makes a panic an error: a check must not end the process.
func safely(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run(ctx)
}

func writeReport(w http.ResponseWriter, r *http.Request, results []result) {
	status, code := "ok", http.StatusOK
	for _, one := range results {
		switch {
		case !one.OK && !one.bears:
			status, code = "failed", http.StatusServiceUnavailable
		case !one.OK && code == http.StatusOK:
			status = "degraded"
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.URL.Query().Get("format") == "json" || strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "checks": append([]result{}, results...)}) // who has gone need not know
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	var text strings.Builder
	for _, one := range results {
		if one.OK {
			fmt.Fprintf(&text, "ok      %s\n", oneLine(one.Name))
		} else {
			fmt.Fprintf(&text, "FAILED  %s: %s; %s\n", oneLine(one.Name), oneLine(one.Error), oneLine(cmp.Or(one.Remedy, "see the log")))
		}
	}
	fmt.Fprintf(&text, "%s\n", status)
	_, _ = w.Write([]byte(text.String())) // likewise
}

// oneLine makes control characters spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
