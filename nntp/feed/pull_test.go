package feed_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// puller pulls from one server into another.
func puller(t *testing.T, from, to *nntp.Server, byNumber bool) *feed.Pull {
	return &feed.Pull{
		Name: "from", Dial: dialer(t, from, nil), Sink: feed.ServerSink{Server: to}, ByNumber: byNumber,
		FirstNumbers: -1, Logger: slog.New(slog.DiscardHandler),
	}
}

var ways = map[string]bool{"by time": false, "by number": true}

// TestPull fetches what is new, each article once.
func TestPull(t *testing.T) {
	for name, byNumber := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from, to := server(t, "from.example"), server(t, "to.example")
				p := puller(t, from, to, byNumber)
				got, err := p.Once(t.Context())
				require.NoError(t, err)
				require.Zero(t, got)
				fill(t, from, 0, 2500)
				got, err = p.Once(t.Context())
				require.NoError(t, err)
				require.Equal(t, 2500, got.Accepted)
				requireAll(t, to, 2500)
				requireSame(t, to, 7)
				got, err = p.Once(t.Context())
				require.NoError(t, err)
				require.Zero(t, got, "nothing is new")
				pass(time.Hour)
				fill(t, from, 2500, 2510)
				fill(t, to, 2500, 2505)
				got, err = p.Once(t.Context())
				require.NoError(t, err)
				require.Equal(t, 5, got.Accepted)
				require.Equal(t, 5, got.Listed)
				requireAll(t, to, 2510)
			})
		})
	}
}

// TestPullRefused goes by numbers where NEWNEWS is not permitted.
func TestPullRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := server(t, "from.example"), server(t, "to.example")
		from.Access = func(context.Context, *nntp.Conn) (nntp.Access, error) {
			return nntp.Access{Read: nntp.MatchAll(), NoNewNews: true}, nil
		}
		fill(t, from, 0, 10)
		_, err := puller(t, from, to, false).Once(t.Context())
		require.NoError(t, err)
		requireAll(t, to, 10)
	})
}

// A sink refuses and defers.
type sink struct {
	feed.ServerSink
	answer func(article []byte) error
}

func (s *sink) Relay(ctx context.Context, article []byte) error {
	if err := s.answer(article); err != nil {
		return err
	}
	return s.ServerSink.Relay(ctx, article)
}

// TestPullDeferred fetches again what could not be stored, and only that.
func TestPullDeferred(t *testing.T) {
	for name, byNumber := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from, to := server(t, "from.example"), server(t, "to.example")
				fill(t, from, 0, 20)
				p := puller(t, from, to, byNumber)
				n := 0
				p.Sink = &sink{feed.ServerSink{Server: to}, func([]byte) error {
					n++
					switch n {
					case 5, 7:
						return errors.New("disk full")
					case 6:
						return nntp.R(437, "not wanted")
					case 8:
						return nntp.R(436, "later")
					}
					return nil
				}}
				got, err := p.Once(t.Context())
				require.NoError(t, err)
				require.Equal(t, feed.Pulled{Listed: 20, Accepted: 16, Rejected: 1, Deferred: 3, Octets: got.Octets}, got)
				pass(time.Hour)
				got, err = p.Once(t.Context())
				require.NoError(t, err)
				require.Equal(t, feed.Pulled{Listed: 3, Accepted: 3, Octets: got.Octets}, got, "the deferred ones, not the refused one")
			})
		})
	}
}

// TestPullCut cuts the conversation, and goes on where it was, by the marks in a
// file.
func TestPullCut(t *testing.T) {
	for name, byNumber := range ways {
		t.Run(name, func(t *testing.T) {
			from, to := server(t, "from.example"), server(t, "to.example")
			fill(t, from, 0, 100)
			path := filepath.Join(t.TempDir(), "marks")
			rounds := 0
			for {
				require.Less(t, rounds, 1000)
				p := puller(t, from, to, byNumber)
				p.Marks = feed.MarkFile(path)
				left := 1000
				p.Sink = &sink{feed.ServerSink{Server: to}, func(text []byte) error {
					if left -= len(text); left < 0 {
						panic("crash")
					}
					return nil
				}}
				if !crashes(func() { _, _ = p.Once(t.Context()) }) {
					break
				}
				rounds++
			}
			require.Greater(t, rounds, 10)
			requireAll(t, to, 100)
		})
	}
}

func crashes(f func()) (crashed bool) {
	defer func() { crashed = recover() != nil }()
	f()
	return false
}

// TestPullRenumbered begins anew where the numbers have.
func TestPullRenumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := server(t, "from.example"), server(t, "to.example")
		fill(t, from, 0, 50)
		p := puller(t, from, to, true)
		_, err := p.Once(t.Context())
		require.NoError(t, err)
		fresh := server(t, "from.example")
		fill(t, fresh, 40, 60)
		p.Dial = dialer(t, fresh, nil)
		got, err := p.Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, 10, got.Accepted)
		require.Equal(t, 10, got.Listed)
		requireAll(t, to, 60)
	})
}

// TestPullFirst does not fetch all that a server has ever had.
func TestPullFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := server(t, "from.example"), server(t, "to.example")
		fill(t, from, 0, 30)
		p := puller(t, from, to, true)
		p.FirstNumbers = 10
		got, err := p.Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, 10, got.Accepted)

		pass(48 * time.Hour)
		other := server(t, "other.example")
		got, err = puller(t, from, other, false).Once(t.Context())
		require.NoError(t, err)
		require.Zero(t, got, "older than a day")
	})
}

// TestPullClock does not trust our clock, and only so far the server's.
func TestPullClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		now := "20010101000000"
		p := &feed.Pull{
			Name: "from", Sink: feed.ServerSink{Server: server(t, "to.example")}, Groups: "a.*,!a.b",
			Logger: slog.New(slog.DiscardHandler),
			Dial: connector(t, nil, fake("101 ok\r\nVERSION 2\r\nREADER\r\nNEWNEWS\r\n.", func(verb, args string) string {
				if verb == "DATE" {
					return "111 " + now
				}
				asked = append(asked, verb+" "+args)
				return "230 list\r\nrubbish\r\n."
			})),
		}
		for _, at := range []string{now, "20010101020000", "20000101000000"} {
			now = at
			got, err := p.Once(t.Context())
			require.NoError(t, err)
			require.Zero(t, got)
		}
		require.Equal(t, []string{
			"NEWNEWS a.*,!a.b 20001230 235000 GMT",
			"NEWNEWS a.*,!a.b 20001231 235000 GMT",
			"NEWNEWS a.*,!a.b 19991231 235000 GMT",
		}, asked)
	})
}

// TestPullRun pulls at intervals, and waits longer after failures.
func TestPullRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := server(t, "from.example"), server(t, "to.example")
		p := puller(t, from, to, false)
		p.Retry = feed.Pauses{Min: time.Second, Max: 3 * time.Second}
		p.Interval = time.Minute
		up := p.Dial
		began := time.Now()
		var at []time.Duration
		p.Dial = func(ctx context.Context) (*nntp.Client, error) {
			if at = append(at, time.Since(began)); len(at) < 4 {
				return nil, errors.New("down")
			}
			return up(ctx)
		}
		fill(t, from, 0, 3)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		require.ErrorIs(t, p.Run(ctx), context.DeadlineExceeded)
		require.Equal(t, []time.Duration{0, 1e9, 3e9, 6e9, 66e9}, at)
		requireAll(t, to, 3)
		require.Error(t, (&feed.Pull{}).Run(t.Context()), "nothing is set")
	})
}

func TestMarkFile(t *testing.T) {
	f := feed.MarkFile(filepath.Join(t.TempDir(), "marks"))
	m, err := f.Load(t.Context())
	require.NoError(t, err)
	require.Zero(t, m)
	want := feed.Marks{Since: time.Unix(1_700_000_000, 0).UTC(), High: map[string]nntp.Number{"a.b": 7}}
	require.NoError(t, f.Save(t.Context(), want))
	require.NoError(t, f.Save(t.Context(), want))
	m, err = f.Load(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, m)
	require.NoError(t, os.WriteFile(string(f), []byte("{"), 0o600))
	_, err = f.Load(t.Context())
	require.Error(t, err)
	require.Error(t, feed.MarkFile("/nowhere/at/all").Save(t.Context(), want))
}

func ExamplePull() {
	pull := &feed.Pull{
		Name:   "news.there.example",
		Groups: "comp.*,!comp.binaries.*",
		Dial: func(ctx context.Context) (*nntp.Client, error) {
			return nntp.Dial(ctx, "news.there.example:119", &nntp.Options{Compress: true})
		},
		Sink:  feed.ServerSink{Server: &nntp.Server{}}, // that is to have the articles
		Marks: feed.MarkFile("/var/lib/news/there.json"),
	}
	fmt.Println(pull.Groups)
	// go pull.Run(ctx)
	// Output: comp.*,!comp.binaries.*
}
