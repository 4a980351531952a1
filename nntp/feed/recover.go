package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wirepost/wirepost/nntp"
)

// An arrivals is a Source that knows what came when, as an nntp.Store does.
type arrivals interface {
	Arrivals(ctx context.Context, since time.Time) iter.Seq2[nntp.Arrival, error]
}

// Recover offers what came at since or later to the peers that want it, as if it
// came now. It is for the start of a program that has crashed: an article that was
// stored just then may not have reached the backlogs. A few minutes back are
// enough; what a peer has it refuses. Articles that cannot be read are passed over,
// and the first of them are in the error. Store must be an nntp.Store.
func (p *Push) Recover(ctx context.Context, since time.Time) error {
	if err := p.ready(); err != nil {
		return err
	}
	store, ok := p.Store.(arrivals)
	if !ok {
		return fmt.Errorf("%w: Store cannot tell what came when", errPush)
	}
	var bad []error
	for a, err := range store.Arrivals(ctx, since) {
		if err != nil {
			return fmt.Errorf("feed: %w", err)
		}
		c, err := p.candidate(ctx, a)
		if errors.Is(err, nntp.ErrNoArticle) {
			continue // it has gone meanwhile
		}
		if err != nil {
			// One that cannot be read must not keep back those behind it.
			bad = append(bad, fmt.Errorf("feed: %s: %w", a.MessageID, err))
			if bad = bad[:min(len(bad), maxBad)]; ctx.Err() != nil {
				break
			}
			continue
		}
		p.Accepted(ctx, c)
	}
	return errors.Join(bad...)
}

// maxBad is how many articles an error of Recover names.
const maxBad = 10

// maxHeader is how long the header of an article may be at most here.
const maxHeader = 256 << 10

// candidate is a stored article as it was when it came.
func (p *Push) candidate(ctx context.Context, a nntp.Arrival) (*nntp.Candidate, error) {
	article, err := p.Store.Find(ctx, a.MessageID)
	if err != nil {
		return nil, err
	}
	defer article.Text.Close()
	size := article.Text.Size()
	begin := make([]byte, min(size, maxHeader))
	if _, err := io.ReadFull(io.NewSectionReader(article.Text, 0, size), begin); err != nil {
		return nil, err
	}
	h, _, err := nntp.ParseHeader(begin)
	if err != nil {
		return nil, err
	}
	return &nntp.Candidate{
		MessageID: a.MessageID, Header: h, Newsgroups: h.List("Newsgroups"), Groups: a.Groups, Path: h.Get("Path"), Size: size,
	}, nil
}
