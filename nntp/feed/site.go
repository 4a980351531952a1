package feed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/nntp"
)

// A Site is another server that news is exchanged with, as an administrator
// describes it. Name and Address must be set; the other fields' zero values are the
// defaults of Peer and Pull.
type Site struct {
	Name    string // its path identity (RFC 5536, 3.1.5); no two Sites have the same
	Pull    bool   // fetch what it has, as a reader; else send it what comes
	Address string // "host:port"
	TLS     TLSMode
	Login   *auth.Credentials // nil: nobody

	Groups        string   // patterns as nntp.ParsePatterns reads them, for a Pull a wildmat; "*" if empty
	Distributions string   // patterns likewise, in any case; all if empty
	Exclude       []string // as Peer.Exclude
	MaxSize       int64    // octets of an article; 0 is no limit

	NoStreaming bool // of what is sent to: see Peer
	Conns       int
	MaxBacklog  int

	Interval time.Duration // of what is fetched: see Pull
	ByNumber bool
	First    time.Duration
}

// A TLSMode says how a connection gets TLS.
type TLSMode uint8

// The ways to get TLS.
const (
	NoTLS TLSMode = iota
	StartTLS
	ImplicitTLS // from its first octet, as RFC 8143, 2 prefers
)

// A site is a Site in use. Either push or pull is set.
type site struct {
	name string
	push *Push
	file *File // of push; nil without a Dir
	pull *Pull

	mu     sync.Mutex
	cancel context.CancelFunc // nil while it is stopped
	done   chan struct{}      // closed when what was started last has ended
	pulled Pulled
	last   time.Time // when the last pull ended
	err    error     // of that
}

// newSite makes what a Site describes.
func (f *Feeds) newSite(d *Site) (*site, error) {
	groups := d.Groups
	if groups == "" {
		groups = "*"
	}
	wanted, err := nntp.ParsePatterns(groups)
	if err == nil && d.Pull {
		_, err = nntp.ParseWildmat(groups) // which the server is sent
	}
	if err != nil {
		return nil, fmt.Errorf("feed: site %q: Groups: %w", d.Name, err)
	}
	var distributions nntp.Wildmat
	if d.Distributions != "" {
		if distributions, err = nntp.ParsePatterns(ascii.Lower(d.Distributions)); err != nil {
			return nil, fmt.Errorf("feed: site %q: Distributions: %w", d.Name, err)
		}
	}
	s := &site{name: d.Name}
	if d.Pull {
		s.pull = &Pull{
			Name: d.Name, Dial: f.dialer(d), Groups: groups, ByNumber: d.ByNumber, First: d.First, MaxSize: d.MaxSize,
			Interval: d.Interval, Logger: f.Logger, Done: s.note,
			Sink: ServerSink{
				Server: f.Server,
				Source: &nntp.Source{Access: nntp.Access{Feed: wanted, Distributions: distributions, Peer: d.Name}},
			},
		}
		if f.Dir != "" {
			s.pull.Marks = MarkFile(f.path(d, ".marks"))
		}
		return s, nil
	}
	peer := &Peer{
		Name: d.Name, Exclude: d.Exclude, Groups: wanted, Distributions: distributions, MaxSize: d.MaxSize,
		Dial: f.dialer(d), NoStreaming: d.NoStreaming, Conns: d.Conns, MaxBacklog: d.MaxBacklog,
	}
	if f.Dir != "" {
		if s.file, err = OpenFile(f.path(d, ".backlog")); err != nil {
			return nil, err
		}
		peer.Backlog = s.file
	}
	s.push = &Push{Store: f.Server.Store, Peers: []*Peer{peer}, Logger: f.Logger}
	return s, nil
}

// path is that of a Site's file.
func (f *Feeds) path(d *Site, kind string) string {
	return filepath.Join(f.Dir, url.PathEscape(d.Name)+kind)
}

// dialer connects to a Site.
func (f *Feeds) dialer(d *Site) func(context.Context) (*nntp.Client, error) {
	o := &nntp.Options{
		StartTLS: d.TLS == StartTLS, TLSConfig: f.TLSConfig, Login: d.Login, Feed: !d.Pull, DialContext: f.DialContext,
	}
	dial := nntp.Dial
	if d.TLS == ImplicitTLS {
		dial = nntp.DialTLS
	}
	return func(ctx context.Context) (*nntp.Client, error) { return dial(ctx, d.Address, o) }
}

// note keeps what became of a pull.
func (s *site) note(p Pulled, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulled.add(p)
	s.last, s.err = time.Now(), err
}

// start has the site at work until ctx ends or stop is called.
func (s *site) start(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return
	}
	ctx, s.cancel = context.WithCancel(ctx)
	before, done := s.done, make(chan struct{})
	s.done = done
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		s.run(ctx)
	}()
}

// run is the site's work. What it ends with is ctx: Open has checked the rest.
func (s *site) run(ctx context.Context) {
	if s.pull != nil {
		_ = s.pull.Run(ctx)
		return
	}
	_ = s.push.Run(ctx)
}

// stop ends the work and waits until it has ended.
func (s *site) stop() {
	s.mu.Lock()
	cancel, done := s.cancel, s.done
	s.cancel = nil
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	if done != nil {
		<-done
	}
}

// close gives back what the site holds.
func (s *site) close() error {
	s.stop()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

var errSite = errors.New("feed: bad Site")

// check returns what is wrong with a list of Sites.
func check(sites []Site) error {
	names := make(map[string]bool)
	for i := range sites {
		d := &sites[i]
		switch {
		case d.Name == "" || names[d.Name]:
			return fmt.Errorf("%w: %q must have a Name of its own", errSite, d.Name)
		case d.Address == "":
			return fmt.Errorf("%w: %q must have an Address", errSite, d.Name)
		}
		names[d.Name] = true
	}
	return nil
}
