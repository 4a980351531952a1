package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/metrics"
	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// An Office is a running server: Open makes it, Serve runs it, Close ends it.
type Office struct {
	config Config
	log    *slog.Logger
	now    func() time.Time
	store  store.Store
	hasher auth.Hasher
	people accounts
	auth   *auth.Authenticator // with all mechanisms; virtual servers may have fewer
	*outbound

	domains      *domains
	live         Config        // of now; for who reloads
	reloading    chan struct{} // has one element while somebody does
	groups       *news.Store
	cancelSecret []byte               // of newsgroups
	news         atomic.Pointer[News] // of now, as is site
	site         atomic.Pointer[config.Web]
	exchange     *exchange // of news with other servers
	closing      chan struct{}
	closeOnce    func()
	sockets      *sockets
	control      *control
	im           *messenger
	metrics      *metrics.Metrics
	connected    connected
	users        []DemoUser
	backing      atomic.Bool // a backup is being made
	reindexing   atomic.Bool // the store is being verified
	firstStart   bool

	mu       sync.Mutex // guards what follows
	virtuals []*virtual
}

// Open opens the data folder, which it fills at a first start, and listens.
// Clients that connect wait for Serve.
func Open(ctx context.Context, c Config) (_ *Office, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.makeDir(); err != nil {
		return nil, err
	}
	o := &Office{config: c, log: c.logger(), now: time.Now, domains: new(domains), metrics: metrics.New(""), live: c, sockets: newSockets(c.Sockets), reloading: make(chan struct{}, 1), closing: make(chan struct{})}
	o.site.Store(c.web())
	o.closeOnce = sync.OnceFunc(func() { close(o.closing) })
	o.hasher.NTHash, o.hasher.Secret = c.LegacyAuth, c.LegacyAuth
	opens := openStore
	if c.NewStore {
		opens = newStore
	}
	if o.store, err = opens(ctx, c.Dir, c.category("store")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.store.Close()
		}
	}()
	o.people = o.accounts()
	if err := setPolicy(ctx, o.store, c.Accounts); err != nil {
		return nil, err
	}
	if err := o.furnish(ctx); err != nil {
		return nil, err
	}
	known, err := o.knownDomains(ctx)
	if err != nil {
		return nil, err
	}
	list := c.virtuals(known)
	if err := o.settleDomains(ctx, &c, known, list); err != nil {
		return nil, err
	}
	if err := o.openOutbound(ctx, o.hostname(), o.domains.names()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.outbound.close()
		}
	}()
	defer func() {
		if err != nil {
			err = errors.Join(err, o.im.close())
		}
	}()
	if err := o.setUp(ctx); err != nil {
		return nil, err
	}
	o.watchData()
	if err := o.listen(ctx, list); err != nil {
		return nil, err
	}
	for _, s := range o.sockets.unused() {
		o.log.WarnContext(ctx, "no virtual server listens at a socket that was handed over: give one its address, or it the name of a service",
			"name", s.Name, "address", s.Listener.Addr())
	}
	var unmanaged error
	if o.control, unmanaged = listenControl(c.Dir, o.Accounts(), o.Lists(), o.Mail(), o.Groups(), o.log, controlServers(o.Servers()), controlPeople(o.People())); unmanaged != nil {
		o.log.WarnContext(ctx, "accounts, queue and newsgroups cannot be managed while the server runs", "err", unmanaged)
	} else {
		o.control.add(controlBackups(o.Backups()))
		o.control.add(controlMailboxes(o.Mailboxes(), o.store))
		o.control.add(controlTracking(o.Tracking()))
		o.control.add(controlLogs(c.Logs))
	}
	return o, nil
}

// storeDir is where the store is in a data folder.
const storeDir = "store"

// reserved is how many octets of the disk are kept for deleting mail when it is full: much more than SQLite writes down for
// some thousand messages.
const reserved = 2 << 20

// openStore opens the store of a data folder.
func openStore(ctx context.Context, dir string, log *slog.Logger) (store.Store, error) {
	if err := mustHaveStore(dir); err != nil {
		return nil, err
	}
	return newStore(ctx, dir, log)
}

// newStore is openStore, and makes one if there is none.
func newStore(ctx context.Context, dir string, log *slog.Logger) (store.Store, error) {
	s, err := sqlite.Open(ctx, filepath.Join(dir, storeDir), sqlite.Options{Logger: log, Reserve: reserved})
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, fmt.Errorf("data folder %s: %w; stop that one first, or use another folder with -data", dir, store.ErrLocked)
	case err != nil:
		return nil, fmt.Errorf("data folder %s: %w", dir, advised(err))
	}
	return s, nil
}

// shutdownTime is how long conversations may take to come to an end.
const shutdownTime = 10 * time.Second

// Serve serves until ctx ends, or Close is called. Then it lets conversations
// come to an end, for ten seconds at most, closes the store, and returns nil if
// all went well.
func (o *Office) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	var running sync.WaitGroup
	for _, v := range o.all() {
		if v.take(ctx) == nil {
			v.serve()
			v.give()
		}
	}
	running.Go(func() { o.sweep(ctx) })
	running.Go(func() {
		if err := o.exchange.run(ctx); err != nil {
			o.log.Error("news are not exchanged", "err", err)
		}
	})
	running.Go(func() {
		if err := o.outbound.run(); err != nil {
			ended <- fmt.Errorf("sending: %w", err)
		}
	})
	var err error
	select {
	case <-ctx.Done():
	case <-o.closing:
	case err = <-ended:
	}
	cancel()
	o.shutdown()
	o.outbound.stop()
	running.Wait()
	return errors.Join(err, o.Close())
}

// isClosing tells whether Close was called.
func (o *Office) isClosing() bool {
	select {
	case <-o.closing:
		return true
	default:
		return false
	}
}

// shutdown ends all servers, at once rather than one after the other.
func (o *Office) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	var ending sync.WaitGroup
	for _, v := range o.all() {
		ending.Go(func() { _ = v.stop(ctx) }) // Close stops one that somebody is at
	}
	if o.control != nil {
		ending.Go(func() { o.control.shutdown(ctx) })
	}
	ending.Wait()
	o.im.shutdown(ctx)
}

// Close cuts all conversations and returns once they are over. After Serve it
// does nothing.
func (o *Office) Close() error {
	o.closeOnce()
	for _, v := range o.all() {
		v.close()
	}
	if o.control != nil {
		o.control.close()
	}
	// What a conversation still does, it does with the store open.
	cut, cancel := context.WithCancel(context.Background())
	cancel()
	for _, v := range o.all() {
		v.turn <- struct{}{}
		v.end(cut)
		v.give()
	}
	err := errors.Join(o.outbound.close(), o.im.close())
	if cerr := o.store.Close(); cerr != nil && !errors.Is(cerr, store.ErrClosed) {
		err = errors.Join(err, fmt.Errorf("store: %w", cerr))
	}
	return err
}

// sweepEvery is how often the store is told to forget what is of no use.
const sweepEvery = time.Hour

func (o *Office) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := o.store.Sweep(ctx, store.Retention{}); err != nil && ctx.Err() == nil {
				o.log.ErrorContext(ctx, "store was not swept", "err", err)
			}
			if err := o.warnFull(ctx); err != nil && ctx.Err() == nil {
				o.log.ErrorContext(ctx, "those whose mailbox is almost full were not told", "err", err)
			}
			if err := o.expireNews(ctx); err != nil && ctx.Err() == nil {
				o.log.ErrorContext(ctx, "news did not expire", "err", err)
			}
		}
	}
}

// all are the virtual servers of now.
func (o *Office) all() []*virtual {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.virtuals)
}
