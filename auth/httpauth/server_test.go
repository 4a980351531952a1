package httpauth_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// accounts are passwords by name, in every way but tokens.
type accounts map[string]string

func (a accounts) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	secret, ok := a[name]
	switch {
	case name == "broken":
		return "", "", errors.New("the disk is full")
	case !ok:
		return "", "", auth.ErrCredentials
	}
	return name, secret, nil
}

func (a accounts) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (user string, err error) {
	user, secret, err := a.Secret(ctx, c, name)
	if err == nil && secret != password {
		err = auth.ErrCredentials
	}
	return user, err
}

var people = accounts{"tim": "tanstaaftanstaaf", "jürgen": "pässword", "Mufasa": "Circle of Life"}

// A site is a server in memory. It says who is there and what was sent.
type site struct {
	*httpauth.Handler
	dial func(context.Context) (net.Conn, error)
	tls  *tls.Config // for clients; nil without TLS
	base string      // of URLs

	mu    sync.Mutex
	conns int
	log   bytes.Buffer
}

// open starts a server with the settings of h.
func open(tb testing.TB, h *httpauth.Handler, secure bool) *site {
	tb.Helper()
	s := &site{Handler: h, base: "http://im.example"}
	if h.Auth == nil {
		h.Auth = &auth.Authenticator{Accounts: people}
	}
	h.Auth.Logger = slog.New(slog.NewTextHandler(s, nil))
	if h.Next == nil {
		h.Next = http.HandlerFunc(echo)
	}
	l := memnet.Listen()
	var listener net.Listener = l
	s.dial = func(ctx context.Context) (net.Conn, error) {
		s.mu.Lock()
		s.conns++
		s.mu.Unlock()
		return l.Dial(ctx)
	}
	if secure {
		cert, err := testcert.New("im.example")
		require.NoError(tb, err)
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf)
		s.tls, s.base = &tls.Config{RootCAs: roots}, "https://im.example"
		h.ServerCertificate = cert.Leaf
		listener = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	srv := &http.Server{Handler: h, ConnContext: httpauth.ConnContext, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(s, nil), slog.LevelError)}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	tb.Cleanup(func() {
		srv.Close()
		require.ErrorIs(tb, <-done, http.ErrServerClosed)
	})
	return s
}

func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *site) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *site) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// echo says who is there, how he came in, and what was sent.
func echo(w http.ResponseWriter, r *http.Request) {
	id, _ := httpauth.Identity(r.Context())
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "a secret has come through", http.StatusInternalServerError)
		return
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, id.User+" "+id.Mechanism+" "+string(b))
}

// transport returns connections to the site without a login.
func (s *site) transport(tb testing.TB) *http.Transport {
	t := &http.Transport{TLSClientConfig: s.tls, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }}
	tb.Cleanup(t.CloseIdleConnections)
	return t
}

// client returns one that logs in.
func (s *site) client(tb testing.TB, t *httpauth.Transport) *http.Client {
	t.Host, t.Base = "im.example", s.transport(tb)
	c := &http.Client{Transport: t}
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

// do sends a request and returns the status and what came back.
func do(tb testing.TB, c *http.Client, method, url, body string, headers ...string) (*http.Response, string) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, url, strings.NewReader(body))
	require.NoError(tb, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	require.NoError(tb, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	return resp, string(b)
}
