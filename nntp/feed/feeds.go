package feed

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// Feeds exchanges news with a list of Sites: a Push for each that is sent to, a
// Pull for each that is fetched from. Server must be set; the fields must not be
// changed once a method was called.
//
//	feeds := &feed.Feeds{Server: srv, Sites: sites, Dir: "/var/lib/news"}
//	srv.Accepted = feeds.Accepted
//	go feeds.Run(ctx)
type Feeds struct {
	Server *nntp.Server // whose Store is sent from, and which takes what is fetched
	Sites  []Site

	// Dir is where backlogs and marks are kept, by the names of Sites. It must be
	// there. If it is empty they are forgotten when the program ends.
	Dir string

	TLSConfig   *tls.Config // of connections to Sites; nil is a default one
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	Logger      *slog.Logger // slog.Default() if nil

	once  sync.Once
	sites []*site
	err   error

	mu  sync.Mutex
	ctx context.Context // of Run; nil if it does not run
}

// SiteStats are how it stands with a Site.
type SiteStats struct {
	Name    string
	Pull    bool
	Running bool

	Sent   Stats     // of one that is sent to
	Pulled Pulled    // of one that is fetched from, since the Feeds were opened
	Last   time.Time // when the last pull ended
	Err    error     // why the last connection, or pull, failed
}

// recoverTime is how far back Run looks for what a crash kept from the backlogs.
const recoverTime = 5 * time.Minute

var errNotRunning = errors.New("feed: Run has not been called, or has ended")

// Open checks the Sites and opens their backlogs. Run and Accepted do so
// themselves, but cannot tell as early.
func (f *Feeds) Open() error {
	f.once.Do(func() { f.err = f.open() })
	return f.err
}

func (f *Feeds) open() (err error) {
	if f.Server == nil || f.Server.Store == nil {
		return fmt.Errorf("%w: Server, with a Store, must be set", errSite)
	}
	if err := check(f.Sites); err != nil {
		return err
	}
	for i := range f.Sites {
		s, err := f.newSite(&f.Sites[i])
		if err == nil {
			f.sites = append(f.sites, s)
			if s.push != nil {
				err = s.push.ready()
			}
		}
		if err != nil {
			return errors.Join(err, f.close())
		}
	}
	return nil
}

func (f *Feeds) close() error {
	var errs []error
	for _, s := range f.sites {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// Accepted takes an article that has come for those Sites that want it, also if
// they are stopped: see Push.Accepted.
func (f *Feeds) Accepted(ctx context.Context, a *nntp.Candidate) {
	if f.Open() != nil {
		return // which Run tells
	}
	var wg sync.WaitGroup
	for _, s := range f.sites {
		if s.push != nil && s.push.peers[0].Wants(a) {
			wg.Go(func() { s.push.Accepted(ctx, a) })
		}
	}
	wg.Wait()
}

// Run exchanges news with all Sites until ctx ends; then it closes the backlogs. It
// returns why it cannot begin, or the end of ctx. It is for one call.
func (f *Feeds) Run(ctx context.Context) error {
	if err := f.Open(); err != nil {
		return err
	}
	f.mu.Lock()
	f.ctx = ctx
	f.mu.Unlock()
	for _, s := range f.sites {
		if s.file != nil {
			if err := s.push.Recover(ctx, time.Now().Add(-recoverTime)); err != nil {
				s.push.logger().WarnContext(ctx, "feed: articles may not be offered", "peer", s.name, "err", err)
			}
		}
		s.start(ctx)
	}
	<-ctx.Done()
	f.mu.Lock()
	f.ctx = nil
	f.mu.Unlock()
	return errors.Join(context.Cause(ctx), f.close())
}

// Start has a Site that was stopped at work again, while Run runs.
func (f *Feeds) Start(name string) error {
	s, err := f.site(name)
	if err != nil {
		return err
	}
	f.mu.Lock()
	ctx := f.ctx
	f.mu.Unlock()
	if ctx == nil {
		return errNotRunning
	}
	s.start(ctx)
	return nil
}

// Stop stops the exchange with one Site, and waits for that. What comes meanwhile
// waits in its backlog.
func (f *Feeds) Stop(name string) error {
	s, err := f.site(name)
	if err != nil {
		return err
	}
	s.stop()
	return nil
}

func (f *Feeds) site(name string) (*site, error) {
	if err := f.Open(); err != nil {
		return nil, err
	}
	for _, s := range f.sites {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("feed: no site %q", name)
}

// Stats returns how it stands with every Site, in the order of Sites.
func (f *Feeds) Stats() []SiteStats {
	if f.Open() != nil {
		return nil
	}
	all := make([]SiteStats, len(f.sites))
	for i, s := range f.sites {
		all[i] = s.stats()
	}
	return all
}

func (s *site) stats() SiteStats {
	s.mu.Lock()
	st := SiteStats{Name: s.name, Pull: s.pull != nil, Running: s.cancel != nil, Pulled: s.pulled, Last: s.last, Err: s.err}
	s.mu.Unlock()
	if s.push != nil {
		st.Sent = s.push.Stats()[0]
		st.Err = st.Sent.Err
	}
	return st
}
