package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wirepost/wirepost/nntp"
)

// A Push sends articles to peers as they come. Store and Peers must be set; the
// fields must not be changed once a method was called.
type Push struct {
	Store  Source
	Peers  []*Peer
	Logger *slog.Logger // slog.Default() if nil

	once  sync.Once
	peers []*peer
	err   error // why it cannot be used
}

// A Source is where articles are read that are to be sent: an nntp.Store is one.
type Source interface {
	// Find opens an article by its message identifier, or returns
	// nntp.ErrNoArticle. The caller closes its Text.
	Find(ctx context.Context, id string) (nntp.Article, error)
}

// A peer is a Peer in use.
type peer struct {
	Peer
	queue *queue
	store Source
	log   *slog.Logger
}

var errPush = errors.New("feed: bad Push")

// ready makes the Push fit for use, the first time, with what the backlogs have.
func (p *Push) ready() error {
	p.once.Do(func() { p.err = p.begin(context.Background()) })
	return p.err
}

func (p *Push) begin(ctx context.Context) error {
	if p.Store == nil {
		return fmt.Errorf("%w: Store must be set", errPush)
	}
	names := make(map[string]bool)
	for _, from := range p.Peers {
		if from.Name == "" || from.Dial == nil || names[from.Name] {
			return fmt.Errorf("%w: peer %q must have a Name of its own, and Dial", errPush, from.Name)
		}
		names[from.Name] = true
		peer := &peer{Peer: from.orDefaults(), store: p.Store, log: p.Logger}
		if peer.log == nil {
			peer.log = slog.Default()
		}
		peer.queue = newQueue(peer.Name, peer.MaxBacklog)
		if err := peer.load(ctx); err != nil {
			return err
		}
		p.peers = append(p.peers, peer)
	}
	return nil
}

// load fills the queue with what was left.
func (p *peer) load(ctx context.Context) error {
	if p.Backlog == nil {
		return nil
	}
	var dropped []string
	for item, err := range p.Backlog.Load(ctx) {
		if err != nil {
			return fmt.Errorf("feed: backlog of %s: %w", p.Name, err)
		}
		if !nntp.ValidMessageID(item.MessageID) {
			// It can be sent to nobody, and would end each connection anew.
			p.log.ErrorContext(ctx, "feed: backlog has what is no message identifier", "peer", p.Name, "id", item.MessageID)
			continue
		}
		out, _ := p.queue.add(item)
		dropped = append(dropped, out...)
	}
	for _, id := range dropped {
		p.forget(ctx, id)
	}
	return nil
}

// Accepted takes an article that has come for those peers that want it: it is
// meant for nntp.Server's field of that name. What goes wrong is logged; the
// articles are then sent unless the program ends first.
func (p *Push) Accepted(ctx context.Context, a *nntp.Candidate) {
	if err := p.ready(); err != nil {
		p.logger().ErrorContext(ctx, "feed: nothing is sent to peers", "err", err)
		return
	}
	var wg sync.WaitGroup
	item := Item{MessageID: a.MessageID, Added: time.Now()}
	for _, peer := range p.peers {
		if peer.Wants(a) {
			wg.Go(func() {
				if err := peer.enqueue(ctx, item); err != nil {
					peer.log.ErrorContext(ctx, "feed: backlog cannot be written", "peer", peer.Name, "err", err)
				}
			})
		}
	}
	wg.Wait()
}

// Enqueue has articles sent to one peer, whether it wants them or not: when a peer
// has lost some, say. After an error some of them will be sent.
func (p *Push) Enqueue(ctx context.Context, name string, ids ...string) error {
	if err := p.ready(); err != nil {
		return err
	}
	at := slices.IndexFunc(p.peers, func(to *peer) bool { return to.Name == name })
	if at < 0 {
		return fmt.Errorf("feed: no peer %q", name)
	}
	for _, id := range ids {
		if !nntp.ValidMessageID(id) {
			return fmt.Errorf("feed: %q is no message identifier", id)
		}
	}
	// Many at once, which a Backlog makes durable at once.
	var adding errgroup.Group
	adding.SetLimit(adders)
	for _, id := range ids {
		adding.Go(func() error { return p.peers[at].enqueue(ctx, Item{MessageID: id, Added: time.Now()}) })
	}
	return adding.Wait()
}

// adders is how many articles are added to a backlog at once.
const adders = 64

// enqueue puts an item in the queue when it is in the backlog.
func (p *peer) enqueue(ctx context.Context, item Item) error {
	var err error
	if p.Backlog != nil {
		// What has been accepted is to be kept, even if whoever sent it hangs up.
		err = p.Backlog.Add(context.WithoutCancel(ctx), item)
	}
	dropped, _ := p.queue.add(item)
	for _, id := range dropped {
		p.forget(ctx, id)
	}
	return err
}

// forget takes an article out of the backlog.
func (p *peer) forget(ctx context.Context, id string) {
	if p.Backlog == nil {
		return
	}
	if err := p.Backlog.Remove(context.WithoutCancel(ctx), id); err != nil {
		p.log.WarnContext(ctx, "feed: backlog cannot be written, articles will be offered once more", "peer", p.Name, "err", err)
	}
}

// Run sends until ctx ends, and returns why it cannot go on. What is under way
// then is cut, and sent when the Push runs again.
func (p *Push) Run(ctx context.Context) error {
	if err := p.ready(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for _, peer := range p.peers {
		for n := range peer.Conns {
			wg.Go(func() { peer.work(ctx, n) })
		}
	}
	<-ctx.Done()
	wg.Wait()
	return context.Cause(ctx)
}

func (p *Push) logger() *slog.Logger {
	if p.Logger != nil {
		return p.Logger
	}
	return slog.Default()
}
