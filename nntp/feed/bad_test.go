package feed_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// TestPushRecoverBad: an article that cannot be read does not keep back those
// behind it.
func TestPushRecoverBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		fill(t, here, 0, 5)
		store := &unreadable{Store: here.Store}
		p := &feed.Push{Store: store, Logger: slog.New(slog.DiscardHandler), Peers: []*feed.Peer{
			{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder)},
		}}
		run(t, p)
		require.ErrorIs(t, p.Recover(t.Context(), time.Time{}), errUnreadable)
		pass(time.Minute)
		require.Len(t, stored(t, there), 4)
	})
}

var errUnreadable = errors.New("bad sector")

// An unreadable store cannot find the first article that is looked for.
type unreadable struct {
	nntp.Store
	first atomic.Pointer[string]
}

func (u *unreadable) Find(ctx context.Context, id string) (nntp.Article, error) {
	u.first.CompareAndSwap(nil, &id)
	if *u.first.Load() == id {
		return nntp.Article{}, errUnreadable
	}
	return u.Store.Find(ctx, id)
}

// TestPushBadBacklog: what is no identifier is not offered, nor keeps anything
// from being so.
func TestPushBadBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := server(t, "here.example"), server(t, "there.example")
		fill(t, here, 0, 2)
		ids := slices.Collect(maps.Keys(stored(t, here)))
		run(t, &feed.Push{Store: here.Store, Logger: slog.New(slog.DiscardHandler), Peers: []*feed.Peer{
			{Name: "there.example", Groups: nntp.MatchAll(), Dial: dialer(t, there, feeder), Backlog: foreign{"<a b>", ids[0], "x\r\nQUIT", ids[1]}},
		}})
		pass(time.Minute)
		require.Len(t, stored(t, there), 2)
	})
}

// A foreign backlog begins with these.
type foreign []string

func (f foreign) Load(context.Context) iter.Seq2[feed.Item, error] {
	return func(yield func(feed.Item, error) bool) {
		for _, id := range f {
			if !yield(feed.Item{MessageID: id, Added: time.Now()}, nil) {
				return
			}
		}
	}
}
func (foreign) Add(context.Context, feed.Item) error { return nil }
func (foreign) Remove(context.Context, string) error { return nil }
