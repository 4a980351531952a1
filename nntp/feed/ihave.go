package feed

import (
	"context"
	"errors"

	"github.com/wirepost/wirepost/nntp"
)

// ihaves offers articles one after the other (RFC 3977, 6.3.2), to peers that
// know no streaming.
func (p *peer) ihaves(ctx context.Context, c *nntp.Client) (progress bool, err error) {
	for {
		e := p.next(ctx)
		if e == nil {
			if p.queue.await(ctx, 1, p.Idle) {
				continue
			}
			return progress, context.Cause(ctx)
		}
		if err := p.ihave(ctx, c, e); err != nil {
			return progress, err
		}
		if !progress {
			progress = true
			p.queue.note(works)
		}
	}
}

// ihave offers one. An error is the end of the connection.
func (p *peer) ihave(ctx context.Context, c *nntp.Client, e *entry) error {
	a, ok := p.open(ctx, e)
	if !ok {
		return nil
	}
	defer a.Text.Close()
	text := textOf(a)
	p.queue.note(offered)
	err := c.IHave(ctx, e.MessageID, text)
	switch {
	case err == nil:
		p.settle(ctx, e, accepted(text.Size()))
		return nil
	case text.atFault(err):
		p.unsound(ctx, e, err)
		return err
	}
	r, isReply := errors.AsType[nntp.Reply](err)
	if !isReply || c.Err() != nil {
		p.queue.giveBack([]*entry{e})
		return err
	}
	switch r.Code {
	case 435:
		p.settle(ctx, e, refused)
	case 437:
		p.settle(ctx, e, rejected)
	case 436:
		p.putOff(e)
	default:
		p.queue.giveBack([]*entry{e})
		return errUnwanted(r)
	}
	return nil
}
