package feed_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
	"github.com/wirepost/wirepost/nntp/memory"
)

// network connects to servers by their names.
func network(t *testing.T, servers ...*nntp.Server) func(context.Context, string, string) (net.Conn, error) {
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	return func(_ context.Context, _, addr string) (net.Conn, error) {
		for _, srv := range servers {
			if addr == srv.Hostname+":119" {
				near, far := memnet.Pipe()
				wg.Go(func() {
					defer far.Close()
					_ = srv.ServeConn(context.Background(), far)
				})
				return near, nil
			}
		}
		return nil, errors.New("no such host")
	}
}

// exchange runs the Feeds of srv until stop, or the end of the test.
func exchange(t *testing.T, f *feed.Feeds) (stop func()) {
	f.Logger = slog.New(slog.DiscardHandler)
	require.NoError(t, f.Open())
	f.Server.Accepted = f.Accepted
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = f.Run(ctx) })
	stop = func() {
		cancel()
		wg.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// TestFeeds sends to one site and fetches from another; one that is stopped gets
// what came meanwhile when it is started again.
func TestFeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, up, down := server(t, "here.example"), server(t, "up.example"), server(t, "down.example")
		f := &feed.Feeds{
			Server: here, DialContext: network(t, up, down), Dir: t.TempDir(),
			Sites: []feed.Site{
				{Name: "down.example", Address: "down.example:119"},
				{Name: "up.example", Address: "up.example:119", Pull: true, Interval: time.Minute},
				{Name: "gone.example", Address: "gone.example:119"},
			},
		}
		stop := exchange(t, f)
		fill(t, up, 0, 50)
		pass(2 * time.Minute)
		requireAll(t, here, 50)
		requireAll(t, down, 50)
		st := f.Stats()
		require.Equal(t, []any{"down.example", false, true, uint64(50)}, []any{st[0].Name, st[0].Pull, st[0].Running, st[0].Sent.Accepted})
		require.NoError(t, st[0].Err)
		require.Equal(t, 50, st[1].Pulled.Accepted)
		require.NotZero(t, st[1].Last)
		require.Error(t, st[2].Err)
		require.Equal(t, 50, st[2].Sent.Queued)

		require.NoError(t, f.Stop("down.example"))
		require.NoError(t, f.Stop("up.example"))
		require.False(t, f.Stats()[0].Running)
		fill(t, here, 50, 60)
		fill(t, up, 60, 70)
		pass(time.Hour)
		require.Len(t, stored(t, down), 50)
		require.Len(t, stored(t, here), 60)
		require.NoError(t, f.Start("down.example"))
		require.NoError(t, f.Start("down.example"), "it runs already")
		require.NoError(t, f.Start("up.example"))
		pass(2 * time.Minute)
		requireAll(t, here, 70)
		requireAll(t, down, 70)
		require.Error(t, f.Start("nobody.example"))
		require.Error(t, f.Stop("nobody.example"))
		stop()
		require.Error(t, f.Start("down.example"))

		files, err := filepath.Glob(filepath.Join(f.Dir, "*"))
		require.NoError(t, err)
		require.Len(t, files, 3)
		later := server(t, "gone.example")
		again := &feed.Feeds{Server: here, DialContext: network(t, later), Dir: f.Dir, Sites: f.Sites[2:]}
		exchange(t, again)
		pass(time.Minute)
		requireAll(t, later, 70)
	})
}

// TestFeedsDistributions keeps what is not for a site, and what is not for us.
func TestFeedsDistributions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, up, down := server(t, "here.example"), server(t, "up.example"), server(t, "down.example")
		for i, distribution := range []string{"local", "World", "world,local", "SECRET"} {
			text := strings.Replace(string(article(i)), "Subject:", "Distribution: "+distribution+"\r\nSubject:", 1)
			require.NoError(t, up.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}, []byte(text)))
		}
		exchange(t, &feed.Feeds{
			Server: here, DialContext: network(t, up, down),
			Sites: []feed.Site{
				{Name: "up.example", Address: "up.example:119", Pull: true, Distributions: "*,!Secret"},
				{Name: "down.example", Address: "down.example:119", Distributions: "world", NoStreaming: true},
			},
		})
		pass(time.Minute)
		require.Equal(t, map[string]int{identifier(0): 1, identifier(1): 1, identifier(2): 1}, stored(t, here))
		require.Equal(t, map[string]int{identifier(1): 1, identifier(2): 1}, stored(t, down))
	})
}

// TestFeedsBad: what a configuration can have wrong is told before anything runs.
func TestFeedsBad(t *testing.T) {
	srv := server(t, "here.example")
	good := feed.Site{Name: "a.example", Address: "a.example:119"}
	for name, f := range map[string]*feed.Feeds{
		"no server":         {Sites: []feed.Site{good}},
		"no name":           {Server: srv, Sites: []feed.Site{{Address: "a.example:119"}}},
		"no address":        {Server: srv, Sites: []feed.Site{{Name: "a.example"}}},
		"twice":             {Server: srv, Sites: []feed.Site{good, good}},
		"bad groups":        {Server: srv, Sites: []feed.Site{good, {Name: "b", Address: "b:119", Groups: "a["}}},
		"no wildmat":        {Server: srv, Sites: []feed.Site{{Name: "b", Address: "b:119", Pull: true, Groups: "[ab]"}}},
		"bad distributions": {Server: srv, Sites: []feed.Site{{Name: "b", Address: "b:119", Distributions: "["}}},
		"no directory":      {Server: srv, Sites: []feed.Site{good}, Dir: "/no/such/directory"},
	} {
		require.Error(t, f.Open(), name)
		require.Error(t, f.Run(t.Context()), name)
		require.Error(t, f.Stop("a.example"), name)
		require.Nil(t, f.Stats(), name)
		f.Accepted(t.Context(), &nntp.Candidate{}) // does nothing
	}
}

// A server sends what comes to one site, and fetches from another.
func ExampleFeeds() {
	store := memory.New()
	srv := &nntp.Server{Hostname: "news.example.org", Store: store}
	feeds := &feed.Feeds{
		Server: srv,
		Sites: []feed.Site{
			{Name: "news.example.net", Address: "news.example.net:433", Groups: "comp.*,!comp.binaries.*"},
			{Name: "reader.example.com", Address: "reader.example.com:563", TLS: feed.ImplicitTLS, Pull: true, Groups: "local.*"},
		},
	}
	if err := feeds.Open(); err != nil {
		fmt.Println(err)
		return
	}
	srv.Accepted = feeds.Accepted
	// Then feeds.Run, in a goroutine of its own.
	for _, s := range feeds.Stats() {
		fmt.Println(s.Name, s.Pull, s.Running)
	}
	// Output:
	// news.example.net false false
	// reader.example.com true false
}
