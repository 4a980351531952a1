package feed_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// BenchmarkPush sends articles of 300 octets to a server of ours, both in memory.
func BenchmarkPush(b *testing.B) {
	const n = 1000
	here := server(b, "here.example")
	fill(b, here, 0, n)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = identifier(i)
	}
	b.ReportAllocs()
	b.SetBytes(n * int64(len(article(1))))
	for b.Loop() {
		there := server(b, "there.example")
		ctx, cancel := context.WithCancel(b.Context())
		there.Accepted = func(context.Context, *nntp.Candidate) {
			if g, err := there.Store.Group(ctx, "example.test"); err == nil && g.Count == n {
				cancel()
			}
		}
		p := &feed.Push{Store: here.Store, Logger: slog.New(slog.DiscardHandler), Peers: []*feed.Peer{{
			Name: "there.example", Groups: nntp.MatchAll(),
			Dial: func(ctx context.Context) (*nntp.Client, error) {
				near, far := memnet.Pipe()
				go func(nc net.Conn) {
					defer nc.Close()
					_ = there.ServeConn(context.Background(), nc)
				}(far)
				return nntp.NewClient(ctx, near, feeder)
			},
		}}}
		require.NoError(b, p.Enqueue(ctx, "there.example", ids...))
		require.ErrorIs(b, p.Run(ctx), context.Canceled)
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "articles/s")
}

// BenchmarkWants decides about an article.
func BenchmarkWants(b *testing.B) {
	groups, err := nntp.ParsePatterns("comp.*, sci.*, !comp.binaries.*, @alt.binaries.*")
	require.NoError(b, err)
	p := &feed.Peer{Name: "there.example", Groups: groups, MaxHops: 20, MaxCrosspost: 10}
	a := &nntp.Candidate{Newsgroups: []string{"comp.lang.go", "sci.math"}, Path: "a.example!b.example!c.example!.POSTED!not-for-mail"}
	b.ReportAllocs()
	for b.Loop() {
		require.True(b, p.Wants(a))
	}
}
