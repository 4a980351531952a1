package feed

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/nntp"
)

// step is how many numbers are looked at before what is new of them is fetched.
const step = 1000

// byNumber goes through the newsgroups.
func (p *pulling) byNumber(ctx context.Context) error {
	var groups []nntp.Group
	for g, err := range p.c.ListActive(ctx, "") {
		switch {
		case errors.Is(err, nntp.ErrReply) && p.c.Err() == nil:
			continue // one that is not to be understood need not end it for the others
		case err != nil:
			return err
		}
		if high, known := p.marks.High[g.Name]; p.groups.Match(g.Name) && (!known || high != g.High) {
			groups = append(groups, g)
		}
	}
	for _, g := range groups {
		if err := p.group(ctx, g.Name); err != nil {
			return err
		}
	}
	return nil
}

// group fetches what is new in one newsgroup.
func (p *pulling) group(ctx context.Context, name string) error {
	g, err := p.c.Group(ctx, name)
	if r, refused := errors.AsType[nntp.Reply](err); refused && p.c.Err() == nil && r.Code == 411 {
		return nil // it has gone since
	}
	if err != nil {
		return err
	}
	next := p.begin(g)
	for next <= g.High {
		last := min(g.High, next+step-1)
		done, err := p.chunk(ctx, nntp.Range{First: next, Last: last})
		p.marks.High[name] = done
		if err := errors.Join(err, p.save(ctx, p.marks)); err != nil {
			return err
		}
		if done < last {
			return nil // the next time
		}
		next = last + 1
	}
	if high, known := p.marks.High[name]; known && high == g.High {
		return nil
	}
	p.marks.High[name] = g.High
	return p.save(ctx, p.marks)
}

// begin is the first number of a newsgroup to be looked at. If the highest one is
// lower than it was, the server has begun anew: the identifiers tell what is new.
func (p *pulling) begin(g nntp.Group) nntp.Number {
	high, known := p.marks.High[g.Name]
	most := nntp.Number(1000)
	switch {
	case p.FirstNumbers > 0:
		most = nntp.Number(min(p.FirstNumbers, int(nntp.MaxNumber)))
	case p.FirstNumbers < 0:
		most = nntp.MaxNumber
	}
	switch {
	case known && high <= g.High:
		return max(g.Low, high+1, 1)
	case g.High >= most:
		return max(g.Low, g.High-most+1, 1)
	}
	return max(g.Low, 1)
}

// chunk fetches what is new of a range, and returns the number up to which there
// is nothing to be fetched any more.
func (p *pulling) chunk(ctx context.Context, r nntp.Range) (done nntp.Number, err error) {
	var refs []nntp.Ref
	for e, err := range p.c.Over(ctx, r) {
		switch {
		case errors.Is(err, nntp.ErrReply) && p.c.Err() == nil:
			p.pulled.Missing++
			continue
		case err != nil:
			return r.First - 1, err
		case e.Number < r.First || e.Number > r.Last || len(refs) == step:
			continue // nothing that was asked for
		case p.passed.has(e.Overview.MessageID):
			continue
		case p.MaxSize > 0 && e.Overview.Bytes > p.MaxSize:
			p.tooLarge(ctx, nntp.Ref{Number: e.Number, MessageID: e.Overview.MessageID}, nntp.ErrTooLarge)
			continue
		}
		seen, err := p.Sink.Seen(ctx, e.Overview.MessageID)
		if err != nil {
			return r.First - 1, err
		}
		if !seen {
			refs = append(refs, nntp.Ref{Number: e.Number})
		}
	}
	again, err := p.fetch(ctx, refs)
	switch {
	case again != nil && again.Number >= r.First && again.Number <= r.Last:
		return again.Number - 1, err
	case err != nil:
		return r.First - 1, err
	}
	return r.Last, nil
}
