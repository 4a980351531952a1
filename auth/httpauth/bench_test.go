package httpauth

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// everything is accounts of all kinds.
type everything struct{ secretsByName }

func (e everything) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (string, error) {
	user, secret, err := e.Secret(ctx, c, name)
	if err == nil && secret != password {
		err = auth.ErrCredentials
	}
	return user, err
}

func testAuth() *auth.Authenticator {
	return &auth.Authenticator{
		Accounts:      everything{secretsByName{"tim": "tanstaaftanstaaf"}},
		AllowInsecure: true, Logger: slog.New(slog.DiscardHandler),
	}
}

type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header         { return w.header }
func (w *statusWriter) WriteHeader(status int)      { w.status = status }
func (w *statusWriter) Write(b []byte) (int, error) { return len(b), nil }

// bench has a Handler serve what request makes of the answers.
func bench(b *testing.B, steps int, request func(step int, last *statusWriter) string) {
	h := &Handler{Auth: testAuth(), Schemes: []string{"NTLM", "Digest", "Basic"}, Digest: Digest{Algorithms: []string{"SHA-256"}}}
	served := 0
	h.Next = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ })
	r, err := http.NewRequestWithContext(ConnContext(b.Context(), nil), "GET", "/", nil)
	require.NoError(b, err)
	r.RequestURI = "/"
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		last := &statusWriter{header: make(http.Header)}
		for step := range steps {
			r.Header = http.Header{}
			if line := request(step, last); line != "" {
				r.Header["Authorization"] = []string{line}
			}
			last = &statusWriter{header: make(http.Header)}
			h.ServeHTTP(last, r)
		}
	}
	require.Equal(b, n, served)
}

func BenchmarkBasic(b *testing.B) {
	line := "Basic " + base64.StdEncoding.EncodeToString([]byte("tim:tanstaaftanstaaf"))
	bench(b, 1, func(int, *statusWriter) string { return line })
}

// BenchmarkDigest is one request of a client that knows the nonce, and the
// client's work for it.
func BenchmarkDigest(b *testing.B) {
	var s *digestSession
	t := &Transport{User: "tim", Password: "tanstaaftanstaaf"}
	req, err := http.NewRequestWithContext(b.Context(), "GET", "/", nil)
	require.NoError(b, err)
	h := &Handler{Auth: testAuth(), Digest: Digest{Algorithms: []string{"SHA-256"}}}
	h.Next = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	first := &statusWriter{header: make(http.Header)}
	req.RequestURI = "/"
	h.ServeHTTP(first, req)
	list, err := parseChallenges(strings.Join(first.header["Www-Authenticate"], ","))
	require.NoError(b, err)
	s = &digestSession{challenge: &list[0]}
	b.ReportAllocs()
	for b.Loop() {
		line, err := t.digestAuth(s, s.next(), req, empty)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", line)
		w := &statusWriter{header: make(http.Header)}
		h.ServeHTTP(w, req)
		if w.status != 0 {
			b.Fatal(w.status)
		}
	}
}

// BenchmarkNTLM is a whole login, both sides of it.
func BenchmarkNTLM(b *testing.B) {
	var c interface {
		Start() (string, []byte, error)
		Next([]byte) ([]byte, error)
	}
	bench(b, 2, func(step int, last *statusWriter) string {
		var message []byte
		if step == 0 {
			c = auth.NTLMClient(nil, "", "tim", "tanstaaftanstaaf")
			_, message, _ = c.Start()
		} else {
			challenge, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(last.header["Www-Authenticate"][0], "NTLM "))
			if err != nil {
				b.Fatal(err)
			}
			if message, err = c.Next(challenge); err != nil {
				b.Fatal(err)
			}
		}
		return "NTLM " + base64.StdEncoding.EncodeToString(message)
	})
}
