package rvp_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// A sink is a ResponseWriter that keeps nothing but the status.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// benchHome is a server whose connections are all anna's: loggedIn is a context of one.
func benchHome(b *testing.B) (home *rvp.HomeServer, loggedIn context.Context) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	home = &rvp.HomeServer{
		Domain: "im.example.test", Directory: employees(), Store: memory.New(), Logger: quiet,
		Auth:      &auth.Authenticator{Accounts: passwords{}, Logger: quiet},
		CallBacks: rvp.CallBackPolicy{Clients: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	}
	b.Cleanup(func() { require.NoError(b, home.Close()) })
	ctx := rvp.ConnContext(b.Context(), nil)
	ask := func(authorization string) string {
		r := benchRequest(ctx, "ACL", "anna", "", "Authorization", authorization)
		w := httptest.NewRecorder()
		home.ServeHTTP(w, r)
		return strings.TrimPrefix(w.Header().Get("WWW-Authenticate"), "NTLM ")
	}
	shakeAs(b, "anna", ask)
	return home, ctx
}

func benchRequest(ctx context.Context, method, name, body string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, url(name), strings.NewReader(body)).WithContext(ctx)
	r.RemoteAddr = "192.0.2.1:4000"
	r.Header.Set("RVP-Notifications-Version", "0.2")
	r.Header.Set("RVP-From-Principal", url("anna"))
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	return r
}

// benchServe sends one request again and again.
func benchServe(b *testing.B, home *rvp.HomeServer, r *http.Request, body string, want int) {
	b.Helper()
	w, reader := &sink{header: http.Header{}}, strings.NewReader(body)
	r.Body, r.ContentLength = io.NopCloser(reader), int64(len(body))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		clear(w.header)
		home.ServeHTTP(w, r)
	}
	require.Equal(b, want, w.status)
}

// BenchmarkRefresh is the PROPPATCH that keeps a user online.
func BenchmarkRefresh(b *testing.B) {
	home, ctx := benchHome(b)
	body := lease("online", 1200, "1")
	benchServe(b, home, benchRequest(ctx, "PROPPATCH", "anna", body), body, 207)
}

// BenchmarkRenew is the SUBSCRIBE that keeps somebody watching.
func BenchmarkRenew(b *testing.B) {
	home, ctx := benchHome(b)
	w := httptest.NewRecorder()
	home.ServeHTTP(w, benchRequest(ctx, "SUBSCRIBE", "ben", "",
		"Notification-Type", "update/propchange", "Call-Back", url("anna"), "Subscription-Lifetime", "14400"))
	require.Equal(b, 207, w.Code)
	r := benchRequest(ctx, "SUBSCRIBE", "ben", "", "Subscription-Id", w.Header().Get("Subscription-Id"), "Subscription-Lifetime", "14400")
	benchServe(b, home, r, "", 200)
}

// BenchmarkNotify is a message to somebody who is not logged on: all but the delivery.
func BenchmarkNotify(b *testing.B) {
	home, ctx := benchHome(b)
	body := message(url("anna"), url("ben"), "See you at noon?")
	benchServe(b, home, benchRequest(ctx, "NOTIFY", "ben", body, "RVP-Ack-Type", "DeepOr"), body, 412)
}

// BenchmarkPropFind asks for name and state.
func BenchmarkPropFind(b *testing.B) {
	home, ctx := benchHome(b)
	body := head + "<d:propfind" + xmlns + "<d:prop><d:displayname/><r:state/></d:prop></d:propfind>"
	benchServe(b, home, benchRequest(ctx, "PROPFIND", "ben", body, "Depth", "0"), body, 207)
}

// FuzzHomeServer sends requests by somebody who has not logged in. Properties: no
// request makes the server fail or panic; each answer has the version and its
// length; what only owners may do is not done; nothing of the request ends a line of
// the answer's header.
func FuzzHomeServer(f *testing.F) {
	f.Add("PROPPATCH", "/instmsg/aliases/anna", url("anna"), "Depth", "0", lease("online", 60, ""))
	f.Add("SUBSCRIBE", "/instmsg/aliases/anna", url("ben"), "Subscription-Id", "1", "")
	f.Add("SUBSCRIBE", "/instmsg/local/im.example.test/instmsg/aliases/anna", "im.other.test", "Call-Back", "http://im.other.test/instmsg/aliases/x", "")
	f.Add("NOTIFY", "/instmsg/aliases/anna", url("ben"), "Rvp-Hop-Count", "3", message(url("ben"), url("anna"), "x"))
	f.Add("PROPFIND", "http://im.example.test/instmsg/aliases/anna", "", "Depth", "0", head+"<d:propfind"+xmlns+"<d:allprop/></d:propfind>")
	f.Add("ACL", "/instmsg/aliases/anna", url("anna"), "Authorization", "NTLM TlRMTVNTUAABAAAA", rvpACL(ace("", "<a:all/>", "")))
	f.Add("SUBSCRIPTIONS", "*", url("anna"), "Notification-Type", "pragma/notify", "")
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	store := memory.New()
	home := &rvp.HomeServer{
		Domain: "im.example.test", Directory: employees(), Store: store, Logger: quiet,
		Auth: &auth.Authenticator{Accounts: passwords{}, Logger: quiet},
	}
	f.Cleanup(func() { _ = home.Close() })
	anna := rvp.Node{Host: "im.example.test", Name: "anna"}
	f.Fuzz(func(t *testing.T, method, target, from, name, value, body string) {
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body)).WithContext(rvp.ConnContext(t.Context(), nil))
		r.Method, r.RequestURI, r.Host, r.RemoteAddr = method, target, "im.example.test", "192.0.2.1:4000"
		for n, v := range map[string]string{"RVP-From-Principal": from, "Subscription-Lifetime": "60", "Notification-Type": "update/propchange", name: value} {
			r.Header.Set(n, v)
		}
		w := httptest.NewRecorder()
		home.ServeHTTP(w, r)
		answer := w.Result()
		require.Contains(t, []int{200, 207, 400, 401, 403, 404, 405, 412, 413, 500, 501}, answer.StatusCode)
		require.Contains(t, w.Header(), "RVP-Notifications-Version")
		for _, values := range answer.Header {
			require.NotContains(t, strings.Join(values, ""), "\n")
		}
		if answer.StatusCode/100 == 2 {
			require.NotContains(t, []string{"PROPPATCH", "SUBSCRIPTIONS"}, method)
		}
		record, _, err := store.Record(t.Context(), anna)
		require.NoError(t, err)
		require.Nil(t, record.ACL)
		require.Empty(t, record.Views)
	})
}
