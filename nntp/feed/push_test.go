package feed_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// push starts a Push of one peer that is fed from what srv accepts. It stops at
// the end of the test.
func push(t *testing.T, srv *nntp.Server, peers ...*feed.Peer) *feed.Push {
	t.Helper()
	p := &feed.Push{Store: srv.Store, Peers: peers, Logger: slog.New(slog.DiscardHandler)}
	srv.Accepted = p.Accepted
	run(t, p)
	return p
}

// run runs a Push until the end of the test, or until stop.
func run(t *testing.T, p *feed.Push) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.Run(ctx) })
	stop = func() {
		cancel()
		wg.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// pass lets time pass in a bubble, and whatever is to happen then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestPush sends articles as they come, and as they were.
func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		p := push(t, here, &feed.Peer{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder)})
		fill(t, here, 0, 300)
		pass(10 * time.Second)
		requireAll(t, there, 300)
		requireSame(t, there, 7)
		s := p.Stats()[0]
		require.Equal(t, uint64(300), s.Accepted)
		require.Zero(t, s.Queued)
		require.Positive(t, s.Octets)
		require.NoError(t, s.Err)
		require.Positive(t, s.Conns)
		pass(2 * time.Minute)
		require.Zero(t, p.Stats()[0].Conns, "connections that are idle are ended")
		fill(t, here, 300, 301)
		pass(time.Second)
		requireAll(t, there, 301)
	})
}

// TestPushConns uses as many connections as it may for a large backlog, one for a
// small one, and never more.
func TestPushConns(t *testing.T) {
	for _, n := range []int{5, 2000} {
		synctest.Test(t, func(t *testing.T) {
			here := server(t, "here.example")
			var open, most, dials atomic.Int64
			slow := fake(streams, func(verb, id string) string {
				time.Sleep(10 * time.Millisecond)
				if verb == "CHECK" {
					return "238 " + id
				}
				return "239 " + id
			})
			p := push(t, here, &feed.Peer{
				Name: "there.example", Groups: nntp.MatchAll(), Conns: 3, Window: 20,
				Dial: connector(t, feeder, func(nc net.Conn) {
					dials.Add(1)
					most.Store(max(most.Load(), open.Add(1)))
					slow(nc)
					open.Add(-1)
				}),
			})
			fill(t, here, 0, n)
			pass(time.Hour)
			require.Equal(t, uint64(n), p.Stats()[0].Accepted)
			require.Zero(t, open.Load())
			if n > 100 {
				require.Equal(t, int64(3), most.Load())
			} else {
				require.Equal(t, int64(1), dials.Load())
			}
		})
	}
}

// TestPushLoop has two servers that feed each other.
func TestPushLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := server(t, "a.example"), server(t, "b.example")
		toB := push(t, a, &feed.Peer{Name: "b.example", Groups: nntp.MatchAll(), Dial: dialer(t, b, feeder)})
		toA := push(t, b, &feed.Peer{Name: "a.example", Groups: nntp.MatchAll(), Dial: dialer(t, a, feeder)})
		fill(t, a, 0, 50)
		pass(10 * time.Second)
		fill(t, b, 50, 100)
		pass(10 * time.Second)
		requireAll(t, a, 100)
		requireAll(t, b, 100)
		require.Equal(t, uint64(50), toB.Stats()[0].Offered, "what came from there is not offered")
		require.Equal(t, uint64(50), toA.Stats()[0].Offered)
	})
}

// TestPushSame has two peers feed the same 10,000 articles to a third at once.
func TestPushSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10_000
		there := server(t, "there.example")
		var pushes []*feed.Push
		for _, name := range []string{"a.example", "b.example"} {
			from := server(t, name)
			fill(t, from, 0, n)
			p := &feed.Push{
				Store: from.Store, Logger: slog.New(slog.DiscardHandler),
				Peers: []*feed.Peer{{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder)}},
			}
			ids := make([]string, n)
			for i := range ids {
				ids[i] = identifier(i)
			}
			require.NoError(t, p.Enqueue(t.Context(), "there.example", ids...))
			pushes = append(pushes, p)
		}
		for _, p := range pushes {
			run(t, p)
		}
		pass(time.Hour)
		requireAll(t, there, n)
		accepted, settled := uint64(0), uint64(0)
		for _, p := range pushes {
			s := p.Stats()[0]
			require.Zero(t, s.Queued)
			accepted += s.Accepted
			settled += s.Accepted + s.Refused + s.Rejected
		}
		require.Equal(t, uint64(n), accepted, "each was taken once")
		require.Equal(t, uint64(2*n), settled, "and answered twice")
	})
}

// TestPushCut cuts connections at every so many octets, and the whole Push now
// and then; with the backlog in a file nothing is lost, and nothing doubled.
func TestPushCut(t *testing.T) {
	const n = 200
	path := filepath.Join(t.TempDir(), "there")
	here, there := server(t, "here.example"), server(t, "there.example")
	fill(t, here, 0, n)
	cut := 0
	dial := connector(t, feeder, func(nc net.Conn) {
		cut += 997
		_ = there.ServeConn(context.Background(), &cutConn{nc, cut})
	})
	newPush := func(conns int) (*feed.Push, *feed.File) {
		file, err := feed.OpenFile(path)
		require.NoError(t, err)
		return &feed.Push{
			Store: here.Store, Logger: slog.New(slog.DiscardHandler),
			Peers: []*feed.Peer{{
				Name: "there.example", Groups: nntp.MatchAll(), Backlog: file, Dial: dial, Conns: conns,
				Retry: feed.Pauses{Min: time.Millisecond, Max: time.Millisecond},
				Defer: feed.Pauses{Min: time.Millisecond, Max: time.Millisecond},
			}},
		}, file
	}
	p, file := newPush(1)
	for i := range n {
		require.NoError(t, p.Enqueue(t.Context(), "there.example", identifier(i)))
	}
	require.NoError(t, file.Close())
	for round := 0; ; round++ {
		require.Less(t, round, 1000)
		p, file := newPush(1)
		if p.Stats()[0].Queued == 0 {
			break
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		require.Error(t, p.Run(ctx))
		cancel()
		require.NoError(t, file.Close())
	}
	requireAll(t, there, n)
}

// A cutConn hangs up once so many octets have been read.
type cutConn struct {
	net.Conn
	left int
}

func (c *cutConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.Close()
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// fake is a peer that answers each command by f; bodies end in a dot.
func fake(caps string, f func(verb, id string) string) func(net.Conn) {
	return func(nc net.Conn) {
		r := bufio.NewReader(nc)
		say := func(s string) { _, _ = nc.Write([]byte(s + "\r\n")) }
		body := func() {
			for line, err := r.ReadString('\n'); err == nil && line != ".\r\n"; line, err = r.ReadString('\n') {
			}
		}
		say("200 hi")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			verb, id, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch verb {
			case "CAPABILITIES":
				say(caps)
				continue
			case "QUIT":
				say("205 bye")
				return
			case "TAKETHIS":
				body()
			}
			answer := f(verb, id)
			say(answer)
			if strings.HasPrefix(answer, "400") {
				return
			}
			if strings.HasPrefix(answer, "335") {
				body()
				say(f("body", id))
			}
		}
	}
}

const (
	streams = "101 ok\r\nVERSION 2\r\nIHAVE\r\nSTREAMING\r\n."
	ihaves  = "101 ok\r\nVERSION 2\r\nIHAVE\r\n."
	mute    = "500 what?"
)

// TestPushDeferred offers what was put off later and later.
func TestPushDeferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := server(t, "here.example")
		var at []time.Duration
		began := time.Now()
		peer := fake(streams, func(verb, id string) string {
			if verb == "TAKETHIS" {
				return "239 " + id
			}
			at = append(at, time.Since(began))
			if len(at) < 5 {
				return "431 " + id
			}
			return "238 " + id
		})
		p := push(t, here, &feed.Peer{
			Name: "there.example", Groups: nntp.MatchAll(), Dial: connector(t, feeder, peer),
			Defer: feed.Pauses{Min: 10 * time.Second, Max: 30 * time.Second},
		})
		fill(t, here, 0, 1)
		pass(time.Hour)
		s := time.Second
		require.Equal(t, []time.Duration{0, 10 * s, 30 * s, 60 * s, 90 * s}, at)
		stats := p.Stats()[0]
		require.Equal(t, uint64(1), stats.Accepted)
		require.Equal(t, uint64(4), stats.Deferred)
		require.Zero(t, stats.Queued)
	})
}

// TestPushIHave feeds peers that know no streaming, some of which do not even
// say so.
func TestPushIHave(t *testing.T) {
	for _, caps := range []string{ihaves, mute} {
		synctest.Test(t, func(t *testing.T) {
			here := server(t, "here.example")
			tries := 0
			peer := fake(caps, func(verb, id string) string {
				switch {
				case verb == "MODE":
					return "500 what?"
				case verb == "body" && id == identifier(3):
					return "437 no"
				case verb == "body":
					return "235 ok"
				case id == identifier(1):
					return "435 had it"
				case id == identifier(2) && tries == 0:
					tries++
					return "436 later"
				}
				return "335 go"
			})
			p := push(t, here, &feed.Peer{Name: "there.example", Groups: nntp.MatchAll(), Dial: connector(t, feeder, peer), Conns: 1})
			fill(t, here, 0, 5)
			pass(time.Hour)
			s := p.Stats()[0]
			require.Equal(t, []uint64{3, 1, 1, 1, 6}, []uint64{s.Accepted, s.Refused, s.Rejected, s.Deferred, s.Offered})
			require.Zero(t, s.Queued)
		})
	}
}

// TestPushRetries waits longer and longer for a peer that is not there.
func TestPushRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		began := time.Now()
		var at []time.Duration
		up := dialer(t, there, feeder)
		down := errors.New("no route")
		p := push(t, here, &feed.Peer{
			Name: "there.example", Groups: nntp.MatchAll(), Conns: 1,
			Retry: feed.Pauses{Min: time.Second, Max: 5 * time.Second},
			Dial: func(ctx context.Context) (*nntp.Client, error) {
				at = append(at, time.Since(began))
				if len(at) < 6 {
					return nil, down
				}
				return up(ctx)
			},
		})
		fill(t, here, 0, 1)
		pass(4 * time.Second)
		s := p.Stats()[0]
		require.ErrorIs(t, s.Err, down)
		require.Equal(t, 1, s.Queued)
		require.Equal(t, 4*time.Second, s.Lag)
		pass(time.Minute)
		require.Equal(t, []time.Duration{0, 1e9, 3e9, 7e9, 12e9, 17e9}, at)
		requireAll(t, there, 1)
		require.NoError(t, p.Stats()[0].Err)
	})
}

// TestPushRefused has peers that let nobody feed them, or that are about to
// shut down: the articles stay.
func TestPushRefused(t *testing.T) {
	for _, answer := range []string{"480 who are you?", "502 no", "400 down", "238 <wrong@id>"} {
		synctest.Test(t, func(t *testing.T) {
			here := server(t, "here.example")
			peer := fake(streams, func(string, string) string { return answer })
			p := push(t, here, &feed.Peer{Name: "there.example", Groups: nntp.MatchAll(), Dial: connector(t, feeder, peer)})
			fill(t, here, 0, 3)
			pass(time.Hour)
			s := p.Stats()[0]
			require.Error(t, s.Err)
			require.Equal(t, 3, s.Queued)
			require.Zero(t, s.Accepted+s.Refused+s.Rejected+s.Deferred)
		})
	}
}

// TestPushLimits drops the oldest of too many, and what is too old.
func TestPushLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := server(t, "here.example")
		var offered []string
		peer := fake(streams, func(verb, id string) string {
			if verb == "CHECK" {
				offered = append(offered, id)
			}
			return "431 " + id
		})
		var up atomic.Bool
		dial := connector(t, feeder, peer)
		p := push(t, here, &feed.Peer{
			Name: "there.example", Groups: nntp.MatchAll(), Conns: 1, MaxBacklog: 3, MaxAge: time.Hour,
			Dial: func(ctx context.Context) (*nntp.Client, error) {
				if !up.Load() {
					return nil, errors.New("down")
				}
				return dial(ctx)
			},
		})
		fill(t, here, 0, 5)
		up.Store(true)
		pass(2 * time.Hour)
		require.Equal(t, []string{identifier(2), identifier(3), identifier(4)}, offered[:3])
		s := p.Stats()[0]
		require.Equal(t, []uint64{2, 3, 0}, []uint64{s.Dropped, s.Expired, s.Accepted})
		require.Zero(t, s.Queued)
	})
}

// TestPushMissing passes over what the Store has no more.
func TestPushMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		p := push(t, here, &feed.Peer{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder)})
		fill(t, here, 0, 1)
		require.NoError(t, p.Enqueue(t.Context(), "there.example", "<gone@example.com>"))
		require.Error(t, p.Enqueue(t.Context(), "nobody.example", "<gone@example.com>"))
		require.Error(t, p.Enqueue(t.Context(), "there.example", "gone"))
		pass(time.Minute)
		requireAll(t, there, 1)
		require.Equal(t, uint64(1), p.Stats()[0].Missing)
	})
}

// TestPushRecover offers what came and was not kept to be sent, and no more.
func TestPushRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there, other := server(t, "here.example"), server(t, "there.example"), server(t, "other.example")
		fill(t, here, 0, 5)
		time.Sleep(time.Hour)
		since := time.Now()
		fill(t, here, 5, 10)
		p := &feed.Push{Store: here.Store, Logger: slog.New(slog.DiscardHandler), Peers: []*feed.Peer{
			{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder)},
			{Name: "origin.example", Groups: nntp.MatchAll(), Dial: dialer(t, other, feeder)},
		}}
		run(t, p)
		require.NoError(t, p.Recover(t.Context(), since))
		require.NoError(t, p.Recover(t.Context(), since), "twice")
		pass(time.Minute)
		require.Len(t, stored(t, there), 5)
		require.Empty(t, stored(t, other), "it has been there")
		p = &feed.Push{Store: finder{here.Store}}
		require.Error(t, p.Recover(t.Context(), since))
	})
}

type finder struct{ feed.Source }

// TestPushPoison has an article that cannot be sent: the others are, and it does
// not keep the connections busy.
func TestPushPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		dials := 0
		up := dialer(t, there, feeder)
		fill(t, here, 0, 20)
		p := &feed.Push{
			Store: poisoned{here.Store}, Logger: slog.New(slog.DiscardHandler),
			Peers: []*feed.Peer{{
				Name: "there.example", Groups: nntp.MatchAll(), Conns: 1,
				Dial: func(ctx context.Context) (*nntp.Client, error) { dials++; return up(ctx) },
			}},
		}
		for n := range 20 {
			require.NoError(t, p.Enqueue(t.Context(), "there.example", identifier(n)))
		}
		run(t, p)
		pass(time.Hour)
		require.Len(t, stored(t, there), 19)
		require.Equal(t, 1, p.Stats()[0].Queued)
		require.Less(t, dials, 15)
	})
}

type poisoned struct{ nntp.Store }

func (s poisoned) Find(ctx context.Context, id string) (nntp.Article, error) {
	a, err := s.Store.Find(ctx, id)
	if id == identifier(5) {
		a.Text = bad{a.Text}
	}
	return a, err
}

type bad struct{ nntp.Text }

func (b bad) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.Text.ReadAt(p, at)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = ' '
		}
	}
	return n, err
}

func TestPushUnfit(t *testing.T) {
	dial := func(context.Context) (*nntp.Client, error) { return nil, errors.New("no") }
	for name, p := range map[string]*feed.Push{
		"no store": {},
		"no name":  {Store: server(t, "a").Store, Peers: []*feed.Peer{{Dial: dial}}},
		"no dial":  {Store: server(t, "a").Store, Peers: []*feed.Peer{{Name: "a"}}},
		"twice":    {Store: server(t, "a").Store, Peers: []*feed.Peer{{Name: "a", Dial: dial}, {Name: "a", Dial: dial}}},
	} {
		require.Error(t, p.Run(t.Context()), name)
		require.Nil(t, p.Stats(), name)
		require.Error(t, p.Enqueue(t.Context(), "a", "<a@b>"), name)
	}
}

func TestWants(t *testing.T) {
	groups := func(s string) nntp.Wildmat {
		w, err := nntp.ParsePatterns(s)
		require.NoError(t, err)
		return w
	}
	base := nntp.Candidate{
		MessageID: "<a@b>", Newsgroups: []string{"a.b", "c.d"}, Size: 100, Path: "x.example!.MATCH!y.example!not-for-mail",
		Header: nntp.Header{{Name: "Distribution", Value: "world, local"}},
		Source: &nntp.Source{},
	}
	shouting := base
	shouting.Header = nntp.Header{{Name: "Distribution", Value: "LOCAL"}}
	from := base
	from.Source = &nntp.Source{Access: nntp.Access{Peer: "P.example"}}
	for name, tt := range map[string]struct {
		peer feed.Peer
		a    nntp.Candidate
		want bool
	}{
		"all":                  {feed.Peer{Groups: nntp.MatchAll()}, base, true},
		"none":                 {feed.Peer{}, base, false},
		"one group":            {feed.Peer{Groups: groups("*,!a.*")}, base, true},
		"poison":               {feed.Peer{Groups: groups("*,@a.*")}, base, false},
		"distribution":         {feed.Peer{Groups: nntp.MatchAll(), Distributions: groups("world")}, base, true},
		"distribution's case":  {feed.Peer{Groups: nntp.MatchAll(), Distributions: groups("local")}, shouting, true},
		"other distribution":   {feed.Peer{Groups: nntp.MatchAll(), Distributions: groups("*,!world,!local")}, base, false},
		"size":                 {feed.Peer{Groups: nntp.MatchAll(), MaxSize: 100}, base, true},
		"too large":            {feed.Peer{Groups: nntp.MatchAll(), MaxSize: 99}, base, false},
		"crossposts":           {feed.Peer{Groups: nntp.MatchAll(), MaxCrosspost: 2}, base, true},
		"too many":             {feed.Peer{Groups: nntp.MatchAll(), MaxCrosspost: 1}, base, false},
		"hops":                 {feed.Peer{Groups: nntp.MatchAll(), MaxHops: 2}, base, true},
		"too far":              {feed.Peer{Groups: nntp.MatchAll(), MaxHops: 1}, base, false},
		"was there":            {feed.Peer{Name: "Y.example", Groups: nntp.MatchAll()}, base, false},
		"excluded":             {feed.Peer{Exclude: []string{"x.example"}, Groups: nntp.MatchAll()}, base, false},
		"the end is no server": {feed.Peer{Name: "not-for-mail", Groups: nntp.MatchAll()}, base, true},
		"came from there":      {feed.Peer{Name: "p.example", Groups: nntp.MatchAll()}, from, false},
	} {
		require.Equal(t, tt.want, tt.peer.Wants(&tt.a), name)
	}
}

func ExamplePush() {
	// A peer that gets everything but what is local, and its backlog.
	groups, err := nntp.ParsePatterns("*, !local.*")
	if err != nil {
		fmt.Println(err)
		return
	}
	peer := &feed.Peer{
		Name:   "news.there.example",
		Groups: groups,
		Dial: func(ctx context.Context) (*nntp.Client, error) {
			return nntp.Dial(ctx, "news.there.example:433", &nntp.Options{Feed: true})
		},
	}
	for _, group := range []string{"comp.lang.go", "local.talk"} {
		fmt.Println(group, peer.Wants(&nntp.Candidate{Newsgroups: []string{group}}))
	}
	// Output:
	// comp.lang.go true
	// local.talk false
}
