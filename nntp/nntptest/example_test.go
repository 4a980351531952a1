package nntptest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// A program that is no test can run the cases too, against any server.
func ExampleCheck() {
	ctx := context.Background()
	store := memory.New()
	if err := store.ChangeGroup(ctx, nntp.GroupChange{Name: "example.test"}); err != nil {
		fmt.Println(err)
	}
	srv := &nntp.Server{
		Store:    store,
		Hostname: "news.example.org",
		Access:   nntptest.FullAccess,
		Limits:   nntp.Limits{ConnsPerAddr: -1, Posts: -1},
		Logger:   slog.New(slog.DiscardHandler),
	}
	l := memnet.Listen()
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()

	target := nntptest.Target{
		Dial:    func(ctx context.Context) (net.Conn, error) { return l.Dial(ctx) },
		Group:   "example.test",
		MayPost: true,
		MayFeed: true,
	}
	verdicts := make(map[nntptest.Verdict]int)
	nntptest.Check(ctx, target, func(r nntptest.Result) {
		verdicts[r.Verdict]++
		if r.Verdict == nntptest.Fail {
			fmt.Println(r.Name, r.Ref, r.Requirement, r.Detail)
		}
	})
	fmt.Println("failed:", verdicts[nntptest.Fail])
	// Output: failed: 0
}
