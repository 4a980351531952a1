package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
)

// An exchange sends news to other servers and fetches theirs. A feed.Feeds is not changed once it
// works, and its files are of one at a time; so other settings end it and begin another. What comes
// between the two the next one finds, since it looks a while back when it begins (feed.Feeds.Run).
type exchange struct {
	office  *Office
	feeds   atomic.Pointer[feed.Feeds] // nil: none
	config  *Config                    // that they are of
	changes chan change
	ended   chan struct{} // closed when run has ended
}

// A change is other settings for who runs the exchange.
type change struct {
	to   *Config
	done chan error
}

func newExchange(o *Office) *exchange {
	return &exchange{office: o, changes: make(chan change), ended: make(chan struct{})}
}

// feedDir is where it is kept, in the data folder, how far feeds have come.
const feedDir = "feeds"

// open begins with settings. What other servers send when they are fetched from passes a server of its
// own, where nobody connects.
func (x *exchange) open(c *Config) error {
	x.config = c
	if len(c.News.Feeds) == 0 {
		return nil
	}
	o := x.office
	if err := os.MkdirAll(o.path(feedDir), 0o700); err != nil {
		return fmt.Errorf("news feeds: %w", err)
	}
	log := o.logger(&config.Virtual{Protocol: "nntp", Name: "feeds"})
	identity := config.Virtual{Hostname: cmp.Or(o.config.News.PathIdentity, o.hostname())}
	srv := o.newsServer(&setting{Virtual: identity, config: c, log: log})
	c.News.Options.Set(srv)
	feeds := &feed.Feeds{Server: srv, Sites: slices.Clone(c.News.Feeds), Dir: o.path(feedDir), Logger: log}
	if err := feeds.Open(); err != nil {
		return fmt.Errorf("news feeds: %w", err)
	}
	x.feeds.Store(feeds)
	return nil
}

// accepted is nntp.Server.Accepted.
func (x *exchange) accepted(ctx context.Context, a *nntp.Candidate) {
	if feeds := x.feeds.Load(); feeds != nil {
		feeds.Accepted(ctx, a)
	}
}

// run exchanges news until ctx ends.
func (x *exchange) run(ctx context.Context) error {
	defer close(x.ended)
	for {
		work, end := context.WithCancel(ctx)
		over := make(chan error, 1)
		if feeds := x.feeds.Load(); feeds != nil {
			go func() { over <- feeds.Run(work) }()
		} else {
			over <- nil
		}
		var next change
		select {
		case <-ctx.Done():
		case next = <-x.changes:
		}
		x.feeds.Store(nil)
		end()
		err := <-over
		if next.to == nil {
			return broken(err)
		}
		next.done <- errors.Join(broken(err), x.reopen(next.to))
	}
}

// broken is err, unless it is that the work has been ended.
func broken(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("news feeds: %w", err)
}

// reopen is open, with what was before if it fails.
func (x *exchange) reopen(c *Config) error {
	before := x.config
	err := x.open(c)
	if err != nil {
		err = errors.Join(err, x.open(before))
	}
	return err
}

var errStopping = errors.New("the server is being stopped")

// set has other settings in force, if they are others.
func (x *exchange) set(ctx context.Context, c *Config) error {
	if reflect.DeepEqual(x.config.News, c.News) {
		return nil
	}
	next := change{c, make(chan error, 1)}
	select {
	case x.changes <- next:
		return <-next.done
	case <-x.ended:
		return errStopping
	case <-x.office.closing:
		return errStopping
	case <-ctx.Done():
		return ctx.Err()
	}
}
