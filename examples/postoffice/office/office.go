package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// An Office is a running server: Open makes it, Serve runs it, Close ends it.
type Office struct {
	config Config
	log    *slog.Logger
	now    func() time.Time
	store  store.Store
	hasher auth.Hasher
	people accounts
	auth   *auth.Authenticator
	*outbound

	transfer, submission *smtp.Server
	pop3                 *pop3.Server
	imap4                *imap4.Server
	nntp                 *nntp.Server
	groups               *news.Store
	listeners            []listener
	control              *control
	users                []DemoUser
	firstStart           bool
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
	o := &Office{config: c, log: c.logger(), now: time.Now}
	o.hasher.NTHash, o.hasher.Secret = c.LegacyAuth, c.LegacyAuth
	if o.store, err = openStore(ctx, c.Dir, o.log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.store.Close()
		}
	}()
	o.people = o.accounts()
	if err := o.furnish(ctx); err != nil {
		return nil, err
	}
	domains, err := o.store.Domains(ctx)
	if err != nil {
		return nil, fmt.Errorf("local domains: %w", err)
	}
	hostname := cmp.Or(c.Hostname, domains[0])
	cert, err := certificate(c.Dir, hostname, o.now())
	if err != nil {
		return nil, err
	}
	if err := o.openOutbound(ctx, hostname, domains); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			o.outbound.close()
		}
	}()
	if err := o.setUp(ctx, hostname, domains, cert); err != nil {
		return nil, err
	}
	if err := o.listen(); err != nil {
		return nil, err
	}
	var unmanaged error
	if o.control, unmanaged = listenControl(c.Dir, o.Accounts(), o.Mail(), o.Groups(), o.log); unmanaged != nil {
		o.log.WarnContext(ctx, "accounts, queue and newsgroups cannot be managed while the server runs", "err", unmanaged)
	}
	return o, nil
}

// storeDir is where the store is in a data folder.
const storeDir = "store"

// openStore opens the store of a data folder.
func openStore(ctx context.Context, dir string, log *slog.Logger) (store.Store, error) {
	s, err := sqlite.Open(ctx, filepath.Join(dir, storeDir), sqlite.Options{Logger: log})
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, fmt.Errorf("data folder %s: %w; stop that one first, or use another folder with -data", dir, store.ErrLocked)
	case err != nil:
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
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
	ended := make(chan error, len(o.listeners)+1)
	var running sync.WaitGroup
	for _, l := range o.listeners {
		running.Go(func() { ended <- l.serve(o) })
	}
	running.Go(func() { o.sweep(ctx) })
	running.Go(func() {
		if err := o.outbound.run(); err != nil {
			ended <- fmt.Errorf("sending: %w", err)
		}
	})
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended: // nil: by Close
	}
	cancel()
	o.shutdown()
	o.outbound.stop()
	running.Wait()
	return errors.Join(err, o.Close())
}

func (o *Office) servers() []server {
	return []server{o.transfer, o.submission, o.pop3, o.imap4, o.nntp}
}

// shutdown ends all servers, at once rather than one after the other.
func (o *Office) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	var ending sync.WaitGroup
	for _, s := range o.servers() {
		ending.Go(func() {
			if err := s.Shutdown(ctx); err != nil {
				o.log.WarnContext(ctx, "conversations were cut", "err", err)
			}
		})
	}
	if o.control != nil {
		ending.Go(func() { o.control.shutdown(ctx) })
	}
	ending.Wait()
}

// Close cuts all conversations and returns once they are over. After Serve it
// does nothing.
func (o *Office) Close() error {
	for _, s := range o.servers() {
		s.Close()
	}
	o.closeListeners() // those that nobody has served
	if o.control != nil {
		o.control.close()
	}
	for _, s := range o.servers() {
		// They have been closed, so it only waits: what a conversation still
		// does, it does with the store open.
		_ = s.Shutdown(context.Background())
	}
	err := o.outbound.close()
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
			if err := o.expireNews(ctx); err != nil && ctx.Err() == nil {
				o.log.ErrorContext(ctx, "news history was not cleared", "err", err)
			}
		}
	}
}

func isClosed(err error) bool {
	return errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, pop3.ErrServerClosed) ||
		errors.Is(err, imap4.ErrServerClosed) || errors.Is(err, nntp.ErrServerClosed)
}

// traceSMTP, tracePOP3 and traceIMAP4 write the protocol log, without arguments.
func (o *Office) traceSMTP(c *smtp.Conn, e smtp.Event) {
	if e.Kind == smtp.CommandDone {
		o.log.Debug("smtp", "remote", c.RemoteAddr(), "verb", e.Verb, "code", e.Reply.Code, "took", e.Duration)
	}
}

func (o *Office) tracePOP3(c *pop3.Conn, e pop3.Event) {
	if e.Kind == pop3.CommandDone {
		o.log.Debug("pop3", "remote", c.RemoteAddr(), "verb", e.Verb, "ok", e.Reply.OK, "took", e.Duration)
	}
}

func (o *Office) traceIMAP4(c *imap4.Conn, e imap4.Event) {
	if e.Kind == imap4.CommandDone {
		o.log.Debug("imap4", "remote", c.RemoteAddr(), "verb", e.Verb, "status", e.Reply.Status, "took", e.Duration)
	}
}
