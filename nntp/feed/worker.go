package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// work holds one connection to the peer after another, as long as there is
// something to send. The first one begins with any article, each further one
// only if those before it have more to do than fits in their windows.
func (p *peer) work(ctx context.Context, n int) {
	enough := 1 + n*p.Window
	failures := 0
	for p.queue.await(ctx, enough, 0) {
		began := time.Now()
		progress, err := p.session(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failures = 0
			continue
		case progress:
			failures = 0
		}
		if progress && time.Since(began) > p.Retry.Min {
			continue // the peer has ended an old connection, as it may
		}
		failures++
		pause := p.Retry.after(failures)
		p.log.InfoContext(ctx, "feed: connection failed", "peer", p.Name, "err", err, "pause", pause)
		if !sleep(ctx, pause) {
			return
		}
	}
}

// sleep reports whether it was not cut short.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// session holds one connection until there is nothing to send for a while.
// Progress says that the peer has answered to an article.
func (p *peer) session(ctx context.Context) (progress bool, err error) {
	defer func() {
		if err != nil && ctx.Err() == nil {
			p.queue.note(func(s *Stats) { s.Err = err })
		}
	}()
	c, err := p.Dial(ctx)
	if err != nil {
		return false, err
	}
	defer c.Close()
	p.queue.note(func(s *Stats) { s.Conns++ })
	defer p.queue.note(func(s *Stats) { s.Conns-- })
	streams := false
	if !p.NoStreaming {
		if streams, err = canStream(ctx, c); err != nil {
			return false, err
		}
	}
	if streams {
		progress, err = p.stream(ctx, c)
	} else {
		progress, err = p.ihaves(ctx, c)
	}
	if err == nil {
		// The peer may have hung up already.
		_ = c.Quit(ctx)
	}
	return progress, err
}

// canStream reports whether the peer takes CHECK and TAKETHIS. Old ones have no
// capabilities to tell, and some tell of none until they are asked.
func canStream(ctx context.Context, c *nntp.Client) (bool, error) {
	if caps := c.Capabilities(); len(caps) > 0 {
		if caps.Has("STREAMING", "") {
			return true, nil
		}
		if caps.Has("IHAVE", "") {
			return false, nil
		}
	}
	err := c.ModeStream(ctx)
	if r, refused := errors.AsType[nntp.Reply](err); refused && (r.Code == 500 || r.Code == 501) {
		return false, nil
	}
	return err == nil, err
}

// settle forgets an entry for what the peer, or the Store, made of it.
func (p *peer) settle(ctx context.Context, e *entry, count func(*Stats)) {
	p.queue.settle(e, count)
	p.forget(ctx, e.MessageID)
}

// What became of an entry.

func accepted(size int64) func(*Stats) {
	return func(s *Stats) { s.Accepted++; s.Octets += size }
}

func refused(s *Stats)  { s.Refused++ }
func rejected(s *Stats) { s.Rejected++ }
func missing(s *Stats)  { s.Missing++ }
func expired(s *Stats)  { s.Expired++ }
func offered(s *Stats)  { s.Offered++ }

// works: the peer has answered to an article.
func works(s *Stats) { s.Err = nil }

// putOff keeps an entry for later.
func (p *peer) putOff(e *entry) {
	e.tries++
	p.queue.putOff(e, time.Now().Add(p.Defer.after(e.tries)))
}

// next takes an entry that is due, passing over those that are too old.
func (p *peer) next(ctx context.Context) *entry {
	for {
		now := time.Now()
		e := p.queue.take(now)
		if e == nil || now.Sub(e.Added) <= p.MaxAge {
			return e
		}
		p.settle(ctx, e, expired)
	}
}

// open opens an entry's article. If it cannot be had the entry is settled, or put
// off, and the result is false.
func (p *peer) open(ctx context.Context, e *entry) (nntp.Article, bool) {
	a, err := p.store.Find(ctx, e.MessageID)
	switch {
	case err == nil:
		return a, true
	case errors.Is(err, nntp.ErrNoArticle):
		p.settle(ctx, e, missing)
	default:
		p.log.ErrorContext(ctx, "feed: article cannot be read", "peer", p.Name, "err", err)
		p.putOff(e)
	}
	return nntp.Article{}, false
}

// errUnwanted is why a connection is ended whose peer does not let us feed it.
func errUnwanted(r nntp.Reply) error { return fmt.Errorf("feed: the peer takes no articles: %w", r) }
