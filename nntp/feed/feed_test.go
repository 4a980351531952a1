package feed_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// server is a news server with a group, example.test, that everybody may feed and
// read.
func server(t testing.TB, name string) *nntp.Server {
	t.Helper()
	store := memory.New()
	for _, group := range []string{"example.test", "example.other"} {
		require.NoError(t, store.ChangeGroup(t.Context(), nntp.GroupChange{Name: group}))
	}
	return &nntp.Server{
		Store:    store,
		Hostname: name,
		Access: func(context.Context, *nntp.Conn) (nntp.Access, error) {
			all := nntp.MatchAll()
			return nntp.Access{Read: all, Post: all, Feed: all}, nil
		},
		Logger: slog.New(slog.DiscardHandler),
	}
}

// dialer connects to a server of ours, in memory.
func dialer(t *testing.T, srv *nntp.Server, o *nntp.Options) func(context.Context) (*nntp.Client, error) {
	return connector(t, o, func(nc net.Conn) { _ = srv.ServeConn(context.Background(), nc) })
}

// feeder is the Options of a peer that feeds.
var feeder = &nntp.Options{Feed: true}

// connector connects to what serve makes of the other end.
func connector(t *testing.T, o *nntp.Options, serve func(net.Conn)) func(context.Context) (*nntp.Client, error) {
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	return func(ctx context.Context) (*nntp.Client, error) {
		near, far := memnet.Pipe()
		wg.Go(func() {
			defer far.Close()
			serve(far)
		})
		return nntp.NewClient(ctx, near, o)
	}
}

// identifier is that of the nth article.
func identifier(n int) string { return fmt.Sprintf("<%d@example.com>", n) }

// article is the nth article.
func article(n int) []byte {
	return fmt.Appendf(nil, "Path: origin.example!not-for-mail\r\nFrom: a@example.com\r\nNewsgroups: example.test\r\n"+
		"Subject: %d\r\nDate: %s\r\nMessage-ID: %s\r\n\r\n.%d\r\n.\r\nthe end\r\n", n, header.FormatDate(time.Now()), identifier(n), n)
}

// fill gives a server the articles from..to-1.
func fill(t testing.TB, srv *nntp.Server, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		err := srv.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}, article(n))
		require.NoError(t, err)
	}
}

// stored is the identifiers of what a server has, and how often each.
func stored(t *testing.T, srv *nntp.Server) map[string]int {
	t.Helper()
	ids := make(map[string]int)
	for e, err := range srv.Store.Overview(t.Context(), "example.test", nntp.Range{First: 1, Last: nntp.MaxNumber}) {
		require.NoError(t, err)
		ids[e.Overview.MessageID]++
	}
	return ids
}

// requireAll checks that a server has the articles 0..n-1, each once.
func requireAll(t *testing.T, srv *nntp.Server, n int) {
	t.Helper()
	ids := stored(t, srv)
	require.Len(t, ids, n)
	for i := range n {
		require.Equal(t, 1, ids[identifier(i)], i)
	}
}

// requireSame checks that an article came as it was sent, but for its Path.
func requireSame(t *testing.T, srv *nntp.Server, n int) {
	t.Helper()
	a, err := srv.Store.Find(t.Context(), identifier(n))
	require.NoError(t, err)
	defer a.Text.Close()
	got, err := io.ReadAll(io.NewSectionReader(a.Text, 0, a.Text.Size()))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(got), "\r\n")
	_, want, _ := strings.Cut(string(article(n)), "\r\n")
	dateless := func(s string) string {
		from := strings.Index(s, "Date: ")
		return s[:from] + s[from+strings.Index(s[from:], "\r\n"):]
	}
	require.Equal(t, dateless(want), dateless(rest))
}
