package feed

import (
	"context"

	"github.com/wirepost/wirepost/nntp"
)

// A streaming is one connection that streams (RFC 4644).
type streaming struct {
	*peer
	s        *nntp.Stream
	inHand   []sent  // what answers are to come to, in their order
	wanted   float64 // how much of what is offered the peer wants, lately
	direct   bool    // send without asking
	progress bool
}

// sent is one CHECK or TAKETHIS.
type sent struct {
	*entry
	size int64 // of TAKETHIS
}

// Where the peer wants nearly all, asking first costs more than what is sent in
// vain: from askLess on articles are sent unasked, until it wants less than
// askMore.
const (
	askLess = 0.97
	askMore = 0.90
	weight  = 0.02 // of the last answer
)

func (p *peer) stream(ctx context.Context, c *nntp.Client) (progress bool, err error) {
	s := &streaming{peer: p, s: c.Stream(p.Window)}
	err = s.run(ctx)
	left := make([]*entry, len(s.inHand))
	for i := range s.inHand {
		left[i] = s.inHand[i].entry
	}
	p.queue.giveBack(left)
	return s.progress, err
}

func (s *streaming) run(ctx context.Context) error {
	for {
		if err := s.fill(ctx); err != nil {
			return err
		}
		if len(s.inHand) > 0 {
			if err := s.answer(ctx); err != nil {
				return err
			}
			continue
		}
		if !s.queue.await(ctx, 1, s.Idle) {
			return context.Cause(ctx) // nil if there was nothing to send
		}
	}
}

// fill offers as much as may be.
func (s *streaming) fill(ctx context.Context) error {
	for s.s.Pending() < s.s.Window() {
		e := s.next(ctx)
		if e == nil {
			return nil
		}
		if err := s.offer(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *streaming) offer(ctx context.Context, e *entry) error {
	s.queue.note(offered)
	if s.direct {
		return s.send(ctx, e)
	}
	s.inHand = append(s.inHand, sent{entry: e})
	return s.s.Check(ctx, e.MessageID)
}

// send sends an article. It is in hand before, so that it is not lost if that
// fails.
func (s *streaming) send(ctx context.Context, e *entry) error {
	a, ok := s.open(ctx, e)
	if !ok {
		return nil
	}
	defer a.Text.Close()
	text := textOf(a)
	s.inHand = append(s.inHand, sent{e, text.Size()})
	err := s.s.TakeThis(ctx, e.MessageID, text)
	if text.atFault(err) {
		s.inHand = s.inHand[:len(s.inHand)-1]
		s.unsound(ctx, e, err)
	}
	return err
}

// answer reads one answer and does what it says.
func (s *streaming) answer(ctx context.Context) error {
	r, err := s.s.Result(ctx)
	if err != nil {
		return err
	}
	of := s.inHand[0]
	s.inHand = s.inHand[1:]
	if !s.progress && isAnswer(r.Reply.Code) {
		s.progress = true
		s.queue.note(works)
	}
	switch r.Reply.Code {
	case 238:
		s.learn(1)
		return s.send(ctx, of.entry)
	case 239:
		s.learn(1)
		s.settle(ctx, of.entry, accepted(of.size))
	case 438:
		s.learn(0)
		s.settle(ctx, of.entry, refused)
	case 439:
		s.learn(0)
		s.settle(ctx, of.entry, rejected)
	case 431, 436:
		s.putOff(of.entry)
	default:
		s.inHand = append([]sent{of}, s.inHand...)
		return errUnwanted(r.Reply)
	}
	return nil
}

// isAnswer tells the replies that are about an article.
func isAnswer(code int) bool {
	switch code {
	case 238, 239, 431, 436, 438, 439:
		return true
	}
	return false
}

// learn notes whether an article was wanted.
func (s *streaming) learn(wanted float64) {
	s.wanted += (wanted - s.wanted) * weight
	if s.direct {
		s.direct = s.wanted > askMore
	} else {
		s.direct = s.wanted > askLess
	}
}
