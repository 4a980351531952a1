package feed

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

const (
	// maxListed is how many articles are fetched for one NEWNEWS. The rest comes
	// the next time.
	maxListed = 100_000

	// maxBehind is how far back an article that is never stored can keep the
	// mark.
	maxBehind = 24 * time.Hour

	// clockDoubt is by how much our clock may be ahead of that of a server which
	// does not tell its own.
	clockDoubt = time.Hour
)

// byTime asks NEWNEWS. All times are the server's own, so that it does not matter
// what our clock says.
func (p *pulling) byTime(ctx context.Context) error {
	now, err := p.serverTime(ctx)
	if err != nil {
		return err
	}
	since := p.marks.Since
	if since.IsZero() {
		since = now.Add(-cmp.Or(p.First, 24*time.Hour))
	}
	if since.After(now) {
		since = now // the server's clock was put back
	}
	since = since.Add(-cmp.Or(p.Overlap, 10*time.Minute))
	refs, all, err := p.news(ctx, since)
	if err != nil {
		return err
	}
	again, err := p.fetch(ctx, refs)
	if err != nil {
		return err
	}
	if !all || again != nil {
		// What is listed again is fetched again only if it is not here.
		now = p.behind(now)
	}
	p.marks.Since = now
	return p.save(ctx, p.marks)
}

// behind is the mark if not all that is new was stored: as it was.
func (p *pulling) behind(now time.Time) time.Time {
	since := p.marks.Since
	if since.IsZero() {
		since = now.Add(-cmp.Or(p.First, 24*time.Hour))
	}
	if oldest := now.Add(-maxBehind); since.Before(oldest) {
		since = oldest
	}
	return since
}

// serverTime is the server's clock before anything was asked.
func (p *pulling) serverTime(ctx context.Context) (time.Time, error) {
	now, err := p.c.Date(ctx)
	if r, refused := errors.AsType[nntp.Reply](err); refused && p.c.Err() == nil && r.Code == 500 {
		return time.Now().Add(-clockDoubt), nil
	}
	return now, err
}

// news returns what came since then and is not here, each once; all says that
// there is no more.
func (p *pulling) news(ctx context.Context, since time.Time) (refs []nntp.Ref, all bool, err error) {
	listed := make(map[string]bool)
	all = true
	for id, err := range p.c.NewNews(ctx, p.Pull.groups(), since) {
		switch {
		case errors.Is(err, nntp.ErrReply) && p.c.Err() == nil:
			continue // an old article whose identifier is none
		case err != nil:
			return nil, false, err
		case listed[id], p.passed.has(id):
			continue
		case len(refs) == maxListed:
			all = false
			continue
		}
		seen, err := p.Sink.Seen(ctx, id)
		if err != nil {
			return nil, false, err
		}
		if !seen {
			listed[id] = true
			refs = append(refs, nntp.Ref{MessageID: id})
		}
	}
	return refs, all, nil
}
