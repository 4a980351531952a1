package rvptest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A mutant stands in front of a good server, and makes a bad one of it.
type mutant struct {
	cases  string                                                 // a regexp of those that must find it out
	home   func(*Server)                                          // changes settings
	ask    func(*http.Request)                                    // changes a request
	answer func(*http.Request, *httptest.ResponseRecorder)        // changes an answer
	serve  func(http.Handler, http.ResponseWriter, *http.Request) // instead of both
	notice func(string) string                                    // changes what is sent to clients and other servers
}

// install makes a bad server of s.
func (m mutant) install(s *Server) {
	if m.home != nil {
		m.home(s)
	}
	if m.notice != nil {
		s.Home.Locator.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			nc, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return liar{nc, m.notice}, nil
		}
	}
	s.wrap = func(good http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if m.serve != nil {
				m.serve(good, w, r)
				return
			}
			if m.ask != nil {
				m.ask(r)
			}
			rec := httptest.NewRecorder()
			good.ServeHTTP(rec, r)
			length := rec.Body.Len()
			if m.answer != nil {
				m.answer(r, rec)
			}
			maps.Copy(w.Header(), rec.Header())
			if rec.Body.Len() != length {
				w.Header().Del("Content-Length")
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes())
		})
	}
}

type liar struct {
	net.Conn
	change func(string) string
}

// Write implements net.Conn.
func (l liar) Write(p []byte) (int, error) {
	if _, err := io.WriteString(l.Conn, l.change(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

type (
	asks    = func(*http.Request)
	answers = func(*http.Request, *httptest.ResponseRecorder)
)

// on changes answers to one method.
func on(method string, change answers) answers {
	return func(r *http.Request, w *httptest.ResponseRecorder) {
		if r.Method == method {
			change(r, w)
		}
	}
}

// becomes replaces one status by another.
func becomes(from, to int) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		if w.Code == from {
			w.Code = to
		}
	}
}

// says replaces texts in bodies.
func says(pairs ...string) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		s := strings.NewReplacer(pairs...).Replace(w.Body.String())
		w.Body.Reset()
		w.Body.WriteString(s)
	}
}

// drops removes a field of the header.
func drops(name string) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		delete(w.Header(), name)
		w.Header().Del(name)
	}
}

// gives sets a field of the header.
func gives(name, value string) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		delete(w.Header(), name)
		w.Header().Set(name, value)
	}
}

// refuses answers requests with a status that a function picks, unasked.
func refuses(status int, pick func(*http.Request, string) bool) func(http.Handler, http.ResponseWriter, *http.Request) {
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if pick(r, string(body)) {
			w.Header()["RVP-Notifications-Version"] = []string{"0.2"}
			w.Header().Set("Subscription-Id", "1")
			w.Header().Set("Subscription-Lifetime", "2")
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(status)
			return
		}
		good.ServeHTTP(w, r)
	}
}

// gets changes the fields and the body of requests of one method.
func gets(method string, change func(h http.Header, body string) string) asks {
	return func(r *http.Request) {
		if r.Method != method {
			return
		}
		b, _ := io.ReadAll(r.Body)
		body := change(r.Header, string(b))
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
}

// swap replaces texts of notices, and puts their length right.
func swap(pairs ...string) func(string) string {
	return func(s string) string {
		s = strings.NewReplacer(pairs...).Replace(s)
		head, body, ok := strings.Cut(s, "\r\n\r\n")
		if !ok {
			return s
		}
		return regexp.MustCompile(`Content-Length: \d+`).ReplaceAllString(head, "Content-Length: "+strconv.Itoa(len(body))) + "\r\n\r\n" + body
	}
}

// Each mutant is found out by each of its cases, and each case finds out some
// mutant: one that cannot fail proves nothing.
func TestMutants(t *testing.T) {
	var mu sync.Mutex
	caught := make(map[string]bool)
	var wg sync.WaitGroup
	// They wait for what does not come, most of the time: t.Parallel would have too few at it.
	places := make(chan struct{}, 10)
	for name, m := range mutants() {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			srv := fast(t)
			m.install(srv)
			srv.Start()
			mark := target(srv)
			mark.Only, mark.Timeout = regexp.MustCompile(m.cases), 1500*time.Millisecond
			n := 0
			Check(t.Context(), mark, func(r Result) {
				n++
				if r.Verdict != Fail {
					t.Errorf("what %s is not found out by %s: %s %s", name, r.Name, r.Verdict, r.Detail)
				}
				mu.Lock()
				defer mu.Unlock()
				caught[r.Name] = caught[r.Name] || r.Verdict == Fail
			})
			if n == 0 {
				t.Errorf("what %s: no case has such a name", name)
			}
		})
	}
	wg.Wait()
	for _, c := range cases() {
		if !caught[c.name] && !strings.HasPrefix(c.name, "router/") {
			t.Errorf("no mutant is found out by %s", c.name)
		}
	}
}

// Redirections have a router of their own that does them badly.
func TestRouterMutants(t *testing.T) {
	for name, change := range map[string]answers{
		"307":      becomes(302, 307),
		"nowhere":  drops("Location"),
		"relative": gives("Location", "/instmsg/local/im.example.test/instmsg/aliases/anna"),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fast(t)
			srv.StartRouter()
			// The first request finds the way; those that follow are the cases'.
			var asked atomic.Bool
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				srv.Router.ServeHTTP(rec, r)
				if asked.Swap(true) {
					change(r, rec)
				}
				maps.Copy(w.Header(), rec.Header())
				w.WriteHeader(rec.Code)
				_, _ = w.Write(rec.Body.Bytes())
			}))
			defer front.Close()
			mark := target(srv)
			mark.Addr, mark.Only = front.Listener.Addr().String(), regexp.MustCompile(`^router/`)
			Check(t.Context(), mark, func(r Result) { require.Equal(t, Fail, r.Verdict, r.Name) })
		})
	}
}
