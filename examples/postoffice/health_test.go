package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	ready := true
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, "store: \x1bok\n")
	}))
	defer s.Close()
	status, stdout, stderr := command(t, "", "health", s.URL+"/")
	require.Equal(t, 0, status, stderr)
	require.Equal(t, "store:  ok\n", stdout)
	ready = false
	status, stdout, stderr = command(t, "", "health", s.URL)
	require.Equal(t, 1, status)
	require.NotEmpty(t, stdout)
	require.Contains(t, stderr, "the server is not ready: 503")
	status, _, _ = command(t, "", "health")
	require.Equal(t, 2, status)
	status, _, _ = command(t, "", "health", "http://127.0.0.1:1")
	require.Equal(t, 1, status)
}
