package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// goodNews is an NNTP server that keeps to the standards, with an article.
func goodNews(t *testing.T, start func(*nntptest.Server)) *nntptest.Server {
	t.Helper()
	srv := nntptest.NewUnstartedServer(t, "example.test")
	srv.Config.Limits = nntp.Limits{ConnsPerAddr: -1, Posts: -1}
	require.NoError(t, srv.Users.Set("tim", "correct horse"))
	srv.Post("From: ann@example.org\r\nNewsgroups: example.test\r\nSubject: one\r\n\r\nHello\r\n")
	start(srv)
	return srv
}

func TestNNTP(t *testing.T) {
	for _, tt := range []struct {
		name, protocol string
		start          func(*nntptest.Server)
		flags          []string
		more           bool // articles are added
	}{
		{"read", "nntp", (*nntptest.Server).Start, nil, false},
		{"post", "nntp", (*nntptest.Server).Start, []string{"-post"}, true},
		{"feed", "nntp", (*nntptest.Server).Start, []string{"-feed"}, true},
		{"tls", "nntps", (*nntptest.Server).StartTLS, []string{"-post", "-feed"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := goodNews(t, tt.start)
			args := append(tt.flags, tt.protocol, srv.Addr, "-group", "example.test", "-user", "tim", "-password", "correct horse", "-v")
			status, stdout, stderr := command(t.Context(), args...)
			require.Equal(t, 0, status, stdout)
			require.Empty(t, stderr)
			require.Regexp(t, `\n\d{2,} passed, 0 failed, \d+ do not apply\n$`, stdout)
			require.NotContains(t, stdout, "correct horse")
			g, err := srv.Store.Group(t.Context(), "example.test")
			require.NoError(t, err)
			require.Equal(t, tt.more, g.Count > 1, "only -post and -feed add articles")
		})
	}
}

func TestBadNNTP(t *testing.T) {
	status, stdout, stderr := command(t.Context(), "nntp", badServer(t, "200 bad\r\n", "500\n"))
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "a line that ends in a bare LF")
	require.Regexp(t, `^conformance: \d+ of \d+ cases failed\n$`, stderr)
}
