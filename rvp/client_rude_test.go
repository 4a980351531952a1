package rvp_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
)

// A rude is a server that behaves as some do. Without settings it is a polite one, which
// does not log anybody in.
type rude struct {
	o        *office
	lifetime string                                                               // of subscriptions; "-" is not told
	do       func(w http.ResponseWriter, r *http.Request, name, body string) bool // answers instead

	mu       sync.Mutex
	id       int
	live     map[string]bool
	callBack string
	state    string // of everybody
}

func startRude(o *office) *rude {
	s := &rude{o: o, live: map[string]bool{}, state: "online"}
	o.start(s)
	return s
}

func (s *rude) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	_, name, _ := strings.Cut(r.URL.Path, "/aliases/")
	s.o.note(r.Method, name, 0)
	s.mu.Lock()
	do := s.do
	s.mu.Unlock()
	if do != nil && do(w, r, name, string(b)) {
		return
	}
	s.answer(w, r, name, string(b))
}

func (s *rude) set(do func(w http.ResponseWriter, r *http.Request, name, body string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do = do
}

func (s *rude) answer(w http.ResponseWriter, r *http.Request, name, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := r.Header.Get("Notification-Type")
	switch r.Method {
	case "SUBSCRIBE":
		id := r.Header.Get("Subscription-Id")
		if id != "" && !s.live[id] {
			w.WriteHeader(412)
			return
		}
		if id == "" {
			s.id++
			id = fmt.Sprint(s.id)
			s.live[id] = true
		}
		if kind == "pragma/notify" {
			s.callBack = r.Header.Get("Call-Back")
		}
		w.Header().Set("Subscription-Id", id)
		switch s.lifetime {
		case "":
			w.Header().Set("Subscription-Lifetime", r.Header.Get("Subscription-Lifetime"))
		case "-":
		default:
			w.Header().Set("Subscription-Lifetime", s.lifetime)
		}
		if kind == "update/propchange" {
			w.WriteHeader(207)
			io.WriteString(w, statusOf(name, s.state))
		}
	case "UNSUBSCRIBE":
		delete(s.live, r.Header.Get("Subscription-Id"))
	case "PROPFIND":
		w.WriteHeader(207)
		io.WriteString(w, statusOf(name, s.state))
	case "PROPPATCH":
		w.WriteHeader(207)
		io.WriteString(w, head+"<d:multistatus"+xmlns+"</d:multistatus>")
	}
}

// statusOf is a 207 that tells a state, with white space as in the document.
func statusOf(name, state string) string {
	return head + "<d:multistatus" + xmlns + "\n<d:response><d:href>\n" + url(name) + " </d:href><d:propstat><d:prop><r:state><r:" + state +
		"/></r:state></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
}

// inRude runs a test against a rude server.
func inRude(t *testing.T, test func(t *testing.T, o *office, s *rude)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		test(t, o, startRude(o))
	})
}

// Servers that do what a client must tolerate (facts, 9).
func TestClientTolerates(t *testing.T) {
	html := func(w http.ResponseWriter, status int) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<html><body><h1>%d</h1>%s", status, strings.Repeat("<p>", 10_000))
		return true
	}
	for name, do := range map[string]func(w http.ResponseWriter, r *http.Request, name, body string) bool{
		"501 to UNSUBSCRIBE, RVP-058": func(w http.ResponseWriter, r *http.Request, _, _ string) bool {
			return r.Method == "UNSUBSCRIBE" && html(w, 501)
		},
		"200 without body instead of 207": func(w http.ResponseWriter, r *http.Request, _, _ string) bool {
			if r.Method == "SUBSCRIBE" {
				w.Header().Set("Subscription-Id", "7")
				w.Header().Set("Subscription-Lifetime", "14400")
			}
			return r.Method == "SUBSCRIBE"
		},
		"200 with the body of 207": func(w http.ResponseWriter, r *http.Request, name, _ string) bool {
			if r.Method != "SUBSCRIBE" {
				return false
			}
			w.Header().Set("Subscription-Id", "9A504")
			io.WriteString(w, statusOf(name, "online"))
			return true
		},
		"malformed 207": func(w http.ResponseWriter, r *http.Request, _, _ string) bool {
			if r.Method != "SUBSCRIBE" {
				return false
			}
			w.Header().Set("Subscription-Id", "7")
			w.Header().Set("Subscription-Lifetime", "a while")
			w.WriteHeader(207)
			io.WriteString(w, "<html>")
			return true
		},
		"302 to every method, RVP-032": func(w http.ResponseWriter, r *http.Request, name, body string) bool {
			if r.Host != "im.example.test" {
				return false
			}
			require.Equal(t, body != "", r.ContentLength > 0)
			w.Header().Set("Location", "http://home.example.test/instmsg/local/im.example.test/instmsg/aliases/"+name)
			return html(w, 302)
		},
		"no connection lives": func(w http.ResponseWriter, _ *http.Request, _, _ string) bool {
			w.Header().Set("Connection", "close")
			return false
		},
		"white space and no Content-Length": func(w http.ResponseWriter, r *http.Request, _, _ string) bool {
			if r.Method != "PROPPATCH" {
				return false
			}
			w.WriteHeader(207)
			w.(http.Flusher).Flush()
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			inRude(t, func(t *testing.T, o *office, s *rude) {
				s.set(do)
				anna := o.client("anna", 1)
				o.logOn(anna)
				p, err := anna.Watch(t.Context(), node("ben"))
				require.NoError(t, err)
				require.Equal(t, rvp.Online, p.State)
				time.Sleep(12 * time.Hour)
				require.NotContains(t, o.seen("anna"), "lost")
				require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "hello"))
				require.NoError(t, anna.LogOff(t.Context()))
				require.Contains(t, o.asked(), "UNSUBSCRIBE ben")
			})
		})
	}
}

// Lifetimes are those that are granted, not those that were asked for (RVP-042,
// RVP-149).
func TestClientGrantedLifetime(t *testing.T) {
	for lifetime, want := range map[string]int{"600": 2, "60": 22, "-": 1} {
		inRude(t, func(t *testing.T, o *office, s *rude) {
			s.lifetime = lifetime
			anna := o.client("anna", 1)
			o.logOn(anna)
			_, err := anna.Watch(t.Context(), node("ben"))
			require.NoError(t, err)
			o.asked()
			time.Sleep(999 * time.Second)
			if lifetime == "-" {
				time.Sleep(4 * time.Hour)
			}
			require.Len(t, only(o.asked(), "SUBSCRIBE ben"), want, lifetime)
		})
	}
}

// A subscription that the server does not know any more is made again (RVP-045).
func TestClientForgottenSubscription(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		o.seen("anna")
		s.mu.Lock()
		delete(s.live, fmt.Sprint(s.id)) // ben's
		s.state = "busy"
		s.mu.Unlock()
		time.Sleep(4 * time.Hour)
		require.Equal(t, []string{"ben is busy"}, o.seen("anna"))
		s.mu.Lock()
		clear(s.live)
		s.mu.Unlock()
		time.Sleep(15 * time.Minute)
		require.Equal(t, []string{"lost", "anna is busy", "restored"}, o.seen("anna"), "ben is as busy as he was")
		s.mu.Lock()
		defer s.mu.Unlock()
		require.Len(t, s.live, 3, "the logon, the own state and ben's")
	})
}

// A server that is only busy has not lost anybody.
func TestClientBusyServer(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		o.seen("anna")
		s.set(func(w http.ResponseWriter, _ *http.Request, _, _ string) bool {
			w.WriteHeader(503)
			return true
		})
		time.Sleep(time.Hour)
		require.Empty(t, o.seen("anna"))
		require.Less(t, len(o.asked()), 300)
		s.set(nil)
		time.Sleep(time.Hour)
		require.Empty(t, o.seen("anna"))
		require.Equal(t, rvp.Connected, anna.Status())
	})
}

// Requests that get no answer at all end, and the client looks for the server.
func TestClientCutOff(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		s.set(func(w http.ResponseWriter, _ *http.Request, _, _ string) bool {
			nc, _, err := http.NewResponseController(w).Hijack()
			require.NoError(t, err)
			_, _ = io.WriteString(nc, "HTTP/1.1 200 Succ")
			return nc.Close() == nil
		})
		err := anna.SetState(t.Context(), rvp.Busy)
		require.Error(t, err)
		require.Contains(t, o.seen("anna"), "lost")
		s.set(nil)
		time.Sleep(5 * time.Minute)
		require.Contains(t, o.seen("anna"), "restored")
	})
}

// A loop of redirections ends (RVP-033), and where a user is is asked only once (RVP-034).
func TestClientRedirections(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, s *rude) {
		routed := 0
		loop := false
		s.set(func(w http.ResponseWriter, r *http.Request, name, _ string) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			if r.Host == "im.example.test" {
				routed++
			} else if !loop {
				return false
			}
			w.Header().Set("Location", "http://home.example.test/instmsg/local/im.example.test/instmsg/aliases/"+name)
			w.WriteHeader(302)
			return true
		})
		anna := o.client("anna", 1)
		o.logOn(anna)
		require.NoError(t, anna.SetState(t.Context(), rvp.Busy))
		s.mu.Lock()
		require.Equal(t, 1, routed)
		loop = true
		s.mu.Unlock()
		require.ErrorContains(t, anna.SetState(t.Context(), rvp.Away), "redirect")
		s.set(nil)
	})
}

// Others than the own servers get no answer to a challenge, whatever they ask for.
func TestClientForeignChallenge(t *testing.T) {
	inRude(t, func(t *testing.T, o *office, _ *rude) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		var headers []http.Header
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			headers = append(headers, r.Header)
			w.Header().Add("WWW-Authenticate", "NTLM")
			w.Header().Add("WWW-Authenticate", "Basic realm=x")
			w.WriteHeader(401)
		})}
		l := o.listen("192.0.2.9:80")
		go srv.Serve(l)
		defer srv.Close()
		_, err := anna.Watch(t.Context(), rvp.Node{Host: "im.other.test", Name: "eve"})
		require.ErrorIs(t, err, rvp.ErrLogin)
		require.Len(t, headers, 1)
		require.Empty(t, headers[0].Get("Authorization"))
		require.Equal(t, "http://im.example.test/instmsg/aliases/anna", headers[0].Get("RVP-From-Principal"))
		require.Equal(t, "0.2", headers[0].Get("RVP-Notifications-Version"), "RVP-003, RVP-004")
	})
}
