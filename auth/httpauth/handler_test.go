package httpauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	ntlmssp "github.com/Azure/go-ntlmssp"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

func TestChallenge(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler *httpauth.Handler
		secure  bool
		want    string // the beginnings of the lines
	}{
		{"TLS", &httpauth.Handler{}, true, "NTLM|Digest|Digest|Basic"},
		{"clear", &httpauth.Handler{}, false, "NTLM|Digest|Digest"},
		{"clear allowed", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people, AllowInsecure: true}}, false, "NTLM|Digest|Digest|Basic"},
		{"chosen", &httpauth.Handler{Schemes: []string{"Basic", "unknown", "negotiate", "NTLM"}}, true, "Basic|Negotiate|NTLM"},
		{"algorithms", &httpauth.Handler{Schemes: []string{"Digest"}, Digest: httpauth.Digest{Algorithms: []string{"MD5"}}}, false, "Digest"},
		{"floor", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people, Floor: auth.FloorPlaintext}}, true, "Basic"},
		{"mechanisms", &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people, Mechanisms: []string{"NTLM"}}}, true, "NTLM|Digest|Digest"},
		{"nothing", &httpauth.Handler{Auth: &auth.Authenticator{}}, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, c.handler, c.secure)
			resp, body := do(t, &http.Client{Transport: s.transport(t)}, "SUBSCRIBE", s.base+"/x", "a body")
			require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
			if c.want == "" {
				require.Equal(t, http.StatusForbidden, resp.StatusCode)
				require.Contains(t, body, "Forbidden")
			} else {
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
				require.Contains(t, body, "Unauthorized")
			}
			var schemes []string
			for _, line := range resp.Header["Www-Authenticate"] {
				scheme, _, _ := strings.Cut(line, " ")
				schemes = append(schemes, scheme)
				if scheme == "NTLM" || scheme == "Negotiate" {
					require.Equal(t, scheme, line)
				}
			}
			require.Equal(t, c.want, strings.Join(schemes, "|"))
		})
	}
}

func TestLogin(t *testing.T) {
	for _, scheme := range []string{"NTLM", "Negotiate", "Digest", "Basic"} {
		for _, secure := range []bool{false, true} {
			s := open(t, &httpauth.Handler{
				Auth:    &auth.Authenticator{Accounts: people, AllowInsecure: true},
				Schemes: []string{scheme},
			}, secure)
			for _, c := range []struct {
				user, password string
				status         int
			}{
				{"tim", "tanstaaftanstaaf", 200},
				{"jürgen", "pässword", 200},
				{"tim", "Wr0ng!", 401},
				{"tom", "tanstaaftanstaaf", 401},
				{"tom", "", 401},
				{"broken", "x", 503},
				{"t\x7fm", "x", 401},
			} {
				client := s.client(t, &httpauth.Transport{Domain: "EXAMPLE", User: c.user, Password: c.password, AllowInsecure: true})
				for _, body := range []string{"", "first", strings.Repeat("x", 100_000)} {
					resp, got := do(t, client, "POST", s.base+"/a?b=c%20d", body)
					require.Equal(t, c.status, resp.StatusCode, "%s %s", scheme, c.user)
					if c.status == 200 {
						require.Equal(t, c.user+" "+scheme+" "+body, got)
					}
				}
			}
			for _, word := range []string{"tanstaaf", "Wr0ng!", "pässword"} {
				require.NotContains(t, s.logged(), word)
			}
			require.Contains(t, s.logged(), "user=tom")
		}
	}
}

// TestConnection: NTLM logs in a connection, and that connection only.
func TestConnection(t *testing.T) {
	s := open(t, &httpauth.Handler{Schemes: []string{"NTLM"}}, false)
	client := s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf"})
	for range 3 {
		resp, body := do(t, client, "POST", s.base, "hello")
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, "tim NTLM hello", body)
	}
	require.Equal(t, 1, s.connections())
	resp, _ := do(t, &http.Client{Transport: s.transport(t)}, "GET", s.base, "")
	require.Equal(t, 401, resp.StatusCode)
	require.Equal(t, 2, s.connections())
}

// onOne returns a function that sends requests over one connection.
func (s *site) onOne(t *testing.T) func(method, body string, headers ...string) (*http.Response, string) {
	tr := s.transport(t)
	tr.MaxConnsPerHost = 1
	before := s.connections()
	return func(method, body string, headers ...string) (*http.Response, string) {
		resp, got := do(t, &http.Client{Transport: tr}, method, s.base, body, headers...)
		require.Equal(t, before+1, s.connections(), "a new connection")
		return resp, got
	}
}

// login goes through NTLM and returns the response.
func login(t *testing.T, scheme, password string, send func(method, body string, headers ...string) (*http.Response, string), headers ...string) *http.Response {
	t.Helper()
	c := auth.NTLMClient(nil, "", "tim", password)
	_, message, err := c.Start()
	require.NoError(t, err)
	line := func(b []byte) []string {
		return append([]string{"Authorization", scheme + " " + base64.StdEncoding.EncodeToString(b)}, headers...)
	}
	resp, _ := send("SUBSCRIBE", "a body in the first leg", line(message)...)
	require.Equal(t, 401, resp.StatusCode)
	require.Len(t, resp.Header["Www-Authenticate"], 1)
	token, ok := strings.CutPrefix(resp.Header.Get("WWW-Authenticate"), scheme+" ")
	require.True(t, ok, resp.Header)
	challenge, err := base64.StdEncoding.DecodeString(token)
	require.NoError(t, err)
	message, err = c.Next(challenge)
	require.NoError(t, err)
	resp, _ = send("SUBSCRIBE", "a body", line(message)...)
	return resp
}

func TestConnectionState(t *testing.T) {
	s := open(t, &httpauth.Handler{Schemes: []string{"Negotiate", "NTLM", "Digest"}}, false)
	send := s.onOne(t)
	whoever := func(status int) {
		t.Helper()
		resp, _ := send("GET", "")
		require.Equal(t, status, resp.StatusCode)
	}
	whoever(401)
	require.Equal(t, 200, login(t, "NTLM", "tanstaaftanstaaf", send).StatusCode)
	whoever(200)
	require.Equal(t, 401, login(t, "NTLM", "wrong", send).StatusCode)
	whoever(401) // who fails is nobody
	require.Equal(t, 200, login(t, "Negotiate", "tanstaaftanstaaf", send).StatusCode)
	whoever(200)

	_, one, err := auth.NTLMClient(nil, "", "tim", "").Start()
	require.NoError(t, err)
	resp, _ := send("GET", "", "Authorization", "NTLM "+base64.StdEncoding.EncodeToString(one))
	require.Equal(t, 401, resp.StatusCode)
	whoever(401) // who begins again is nobody for now

	require.Equal(t, 200, login(t, "NTLM", "tanstaaftanstaaf", send).StatusCode)
	for _, header := range []string{
		"NTLM", "NTLM !", "NTLM TlRMTVNTUAADAAAA", "Negotiate YA==", "Digest", "Bearer abc", "Basic dGltOnRpbQ==",
		"=", "NTLM a, NTLM b", `Digest username="a", username="b"`,
	} {
		resp, _ := send("GET", "", "Authorization", header)
		require.Contains(t, []int{400, 401}, resp.StatusCode, header)
		whoever(401)
		require.Equal(t, 200, login(t, "NTLM", "tanstaaftanstaaf", send).StatusCode)
	}
	c := auth.NTLMClient(nil, "", "tim", "tanstaaftanstaaf")
	_, one, err = c.Start()
	require.NoError(t, err)
	resp, _ = send("GET", "", "Authorization", "NTLM "+base64.StdEncoding.EncodeToString(one))
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(resp.Header.Get("WWW-Authenticate"), "NTLM "))
	require.NoError(t, err)
	three, err := c.Next(challenge)
	require.NoError(t, err)
	resp, _ = send("GET", "", "Authorization", "Negotiate "+base64.StdEncoding.EncodeToString(three))
	require.Equal(t, 401, resp.StatusCode, "begun by another scheme")
	whoever(401)

	resp, _ = send("GET", "", "Authorization", "Basic x", "Authorization", "Basic y")
	require.Equal(t, 400, resp.StatusCode)
}

// TestProxy: connections of proxies are not logged in.
func TestProxy(t *testing.T) {
	s := open(t, &httpauth.Handler{}, false)
	send := s.onOne(t)
	for _, header := range []string{"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"} {
		require.Equal(t, 200, login(t, "NTLM", "tanstaaftanstaaf", send).StatusCode)
		resp, _ := send("GET", "", header, "1.1 proxy.example")
		require.Equal(t, 401, resp.StatusCode, header)
		require.NotContains(t, resp.Header["Www-Authenticate"], "NTLM")
		resp, _ = send("GET", "")
		require.Equal(t, 401, resp.StatusCode, header)
	}

	s = open(t, &httpauth.Handler{BehindProxy: true}, false)
	send = s.onOne(t)
	require.Equal(t, 200, login(t, "NTLM", "tanstaaftanstaaf", send, "Via", "1.1 proxy.example").StatusCode)
}

func TestOptional(t *testing.T) {
	h := &httpauth.Handler{Optional: true, Schemes: []string{"NTLM"}}
	h.Next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := httpauth.Identity(r.Context()); !ok && r.Method == "SUBSCRIBE" {
			w.Header().Set("RVP-Notifications-Version", "0.2")
			h.Challenge(w, r)
			return
		}
		echo(w, r)
	})
	s := open(t, h, false)
	resp, body := do(t, &http.Client{Transport: s.transport(t)}, "GET", s.base, "")
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "  ", body)
	resp, _ = do(t, &http.Client{Transport: s.transport(t)}, "SUBSCRIBE", s.base, "")
	require.Equal(t, 401, resp.StatusCode)
	require.Equal(t, "0.2", resp.Header.Get("RVP-Notifications-Version"))
	require.Equal(t, "NTLM", resp.Header.Get("WWW-Authenticate"))
	_, body = do(t, s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf"}), "SUBSCRIBE", s.base, "x")
	require.Equal(t, "tim NTLM x", body)
}

// TestLargeBody: a body over MaxBody ends the connection, one below it does not.
func TestLargeBody(t *testing.T) {
	s := open(t, &httpauth.Handler{MaxBody: 1 << 19}, false)
	_, one, err := auth.NTLMClient(nil, "", "tim", "").Start()
	require.NoError(t, err)
	line := "NTLM " + base64.StdEncoding.EncodeToString(one)
	for size, closes := range map[int]bool{1 << 19: false, 1<<19 + 1: true} {
		resp, _ := do(t, &http.Client{Transport: s.transport(t)}, "POST", s.base, strings.Repeat("x", size), "Authorization", line)
		require.Equal(t, 401, resp.StatusCode)
		require.Equal(t, closes, resp.Close, size)
	}
}

func TestBinding(t *testing.T) {
	s := open(t, &httpauth.Handler{
		Auth:    &auth.Authenticator{Accounts: &auth.NTLM{Accounts: people, RequireChannelBinding: true}},
		Schemes: []string{"NTLM"},
	}, true)
	_, body := do(t, s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf"}), "GET", s.base, "")
	require.Equal(t, "tim NTLM ", body)
	require.Equal(t, 401, login(t, "NTLM", "tanstaaftanstaaf", s.onOne(t)).StatusCode)
}

// TestForeignClient has another implementation of NTLM log in.
func TestForeignClient(t *testing.T) {
	for _, schemes := range [][]string{{"NTLM"}, {"Negotiate"}} {
		s := open(t, &httpauth.Handler{Schemes: schemes}, false)
		client := &http.Client{Transport: ntlmssp.Negotiator{RoundTripper: s.transport(t), WorkstationDomain: "EXAMPLE", WorkstationName: "PC"}}
		for password, status := range map[string]int{"tanstaaftanstaaf": 200, "wrong": 401} {
			req, err := http.NewRequestWithContext(t.Context(), "PROPFIND", s.base, strings.NewReader("a body"))
			require.NoError(t, err)
			req.SetBasicAuth(`EXAMPLE\tim`, password)
			resp, err := client.Do(req)
			require.NoError(t, err)
			resp.Body.Close()
			require.Equal(t, status, resp.StatusCode)
			client.CloseIdleConnections()
		}
	}
}

func TestAccountNames(t *testing.T) {
	account := httpauth.WindowsAccount("example.org")
	for given, want := range map[string]string{
		"tim": "tim", `EXAMPLE\tim`: "tim", "EXAMPLE/tim": "tim", "/tim": "tim", "tim@Example.org": "tim", "tim@other.example": "tim@other.example", "@example.org": "@example.org",
	} {
		require.Equal(t, want, account(given), given)
	}
	s := open(t, &httpauth.Handler{Account: account}, true)
	for _, scheme := range []string{"Digest", "Basic"} {
		for _, user := range []string{"tim", `EXAMPLE\tim`, "EXAMPLE/tim", "tim@example.org"} {
			_, body := do(t, s.client(t, &httpauth.Transport{User: user, Password: "tanstaaftanstaaf", Schemes: []string{scheme}}), "GET", s.base, "")
			require.Equal(t, "tim "+scheme+" ", body)
		}
	}
}

// TestGuard: every scheme asks the Guard, by name.
func TestGuard(t *testing.T) {
	for _, scheme := range []string{"NTLM", "Digest", "Basic"} {
		var held []string
		s := open(t, &httpauth.Handler{Auth: &auth.Authenticator{
			Accounts: people, AllowInsecure: true,
			Guard: &auth.Guard{Free: -1, Delay: 1, Trace: func(e auth.GuardEvent) { held = append(held, e.Name) }},
		}, Schemes: []string{scheme}}, false)
		for range 3 {
			client := s.client(t, &httpauth.Transport{User: "tim", Password: "wrong", AllowInsecure: true})
			resp, _ := do(t, client, "GET", s.base, "")
			require.Equal(t, 401, resp.StatusCode)
		}
		require.Equal(t, []string{"tim", "tim"}, held, scheme)
	}
}

// TestGuardOfHashes: a name that is only known by its hash, and that no account
// has, waits like one that an account has, wherever it comes from; and the log
// tells that a login was put off.
func TestGuardOfHashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, user := range []string{"tim", "nobody"} {
			var log strings.Builder
			h := &httpauth.Handler{Next: http.HandlerFunc(echo), Schemes: []string{"Digest"}, Auth: &auth.Authenticator{
				Accounts: hashed{people}, Guard: &auth.Guard{Free: -1, Waiting: 1}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			}}
			hash := hex.EncodeToString(sha256sum(user + ":wirepost"))
			ask := func(addr string) int {
				r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
				r.RemoteAddr = addr
				r.Header.Set("Authorization", `Digest username="`+hash+`", userhash=true, realm="wirepost", nonce="n", uri="/", algorithm=SHA-256, `+
					`response="x", qop=auth, nc=00000001, cnonce="c"`)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				return w.Code
			}
			for i, want := range []time.Duration{0, 2, 4} {
				begun := time.Now()
				require.Equal(t, 401, ask(fmt.Sprintf("192.0.2.%d:1", i)))
				require.Equal(t, want*time.Second, time.Since(begun), user)
			}
			var waiting sync.WaitGroup
			waiting.Go(func() { ask("192.0.2.10:1") })
			synctest.Wait()
			require.Equal(t, 503, ask("192.0.2.11:1"))
			waiting.Wait()
			require.Contains(t, log.String(), "level=WARN msg=\"auth: login put off\"")
			require.NotContains(t, log.String(), "level=ERROR")
		}
	})
}

func sha256sum(s string) []byte { sum := sha256.Sum256([]byte(s)); return sum[:] }

// hashed are accounts that know their names by hash too.
type hashed struct{ accounts }

func (h hashed) UserHash(_ context.Context, _ *auth.Conn, _, realm, hash string) (string, error) {
	for name := range h.accounts {
		if hex.EncodeToString(sha256sum(name+":"+realm)) == hash {
			return name, nil
		}
	}
	return "", auth.ErrCredentials
}

// TestNoState: without ConnContext there is no NTLM, nor is there in HTTP/2.
func TestNoState(t *testing.T) {
	h := &httpauth.Handler{Auth: &auth.Authenticator{Accounts: people}, Next: http.HandlerFunc(echo)}
	ask := func(ctx context.Context, proto int) []string {
		w := &recorder{header: make(http.Header)}
		r, err := http.NewRequestWithContext(ctx, "GET", "/", nil)
		require.NoError(t, err)
		r.ProtoMajor = proto
		h.ServeHTTP(w, r)
		require.Equal(t, 401, w.status)
		return w.header["Www-Authenticate"]
	}
	require.NotContains(t, ask(t.Context(), 1), "NTLM")
	require.NotContains(t, ask(httpauth.ConnContext(t.Context(), nil), 2), "NTLM")
	require.Contains(t, ask(httpauth.ConnContext(t.Context(), nil), 1), "NTLM")
}

type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }

// TestUsers has the accounts in memory serve every scheme.
func TestUsers(t *testing.T) {
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, NTHash: true, Secret: true}}
	require.NoError(t, users.Set("tim", "tanstaaftanstaaf"))
	s := open(t, &httpauth.Handler{Auth: &auth.Authenticator{Accounts: users}}, true)
	for _, scheme := range []string{"NTLM", "Digest", "Basic"} {
		for password, want := range map[string]string{"tanstaaftanstaaf": "tim " + scheme + " ", "wrong": ""} {
			resp, body := do(t, s.client(t, &httpauth.Transport{User: "Tim", Password: password, Schemes: []string{scheme}}), "GET", s.base, "")
			if want == "" {
				require.Equal(t, 401, resp.StatusCode)
				continue
			}
			require.Equal(t, want, body)
		}
	}
	require.True(t, users.Disable("tim"))
	for _, scheme := range []string{"NTLM", "Digest", "Basic"} {
		resp, _ := do(t, s.client(t, &httpauth.Transport{User: "tim", Password: "tanstaaftanstaaf", Schemes: []string{scheme}}), "GET", s.base, "")
		require.Equal(t, 401, resp.StatusCode, scheme)
	}
}
