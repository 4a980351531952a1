package nntp

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// clientAhead is how many articles Fetch asks for ahead: few enough that the
// commands never fill what lies between the two sides.
const clientAhead = 32

// Fetch asks for many articles without waiting for one before the next is asked
// for, and yields them in that order. One that the server refuses is yielded as
// the Reply, with its Ref; any other error is the last. A Reading is valid until
// the next one; what is left of it is passed over. Who breaks off waits for those
// that were asked for already.
func (c *Client) Fetch(ctx context.Context, refs iter.Seq[Ref]) iter.Seq2[*Reading, error] {
	return func(yield func(*Reading, error) bool) {
		err := c.enter(ctx)
		if err == nil {
			next, stop := iter.Pull(refs)
			defer stop()
			f := fetching{c: c, next: next, more: true}
			err = c.leave(f.run(yield))
			if f.enough {
				return // who has broken off hears no more, whatever went wrong since
			}
		}
		if err != nil {
			yield(&Reading{err: err}, err)
		}
	}
}

// A fetching is one Fetch.
type fetching struct {
	c     *Client
	next  func() (Ref, bool)
	more  bool // there may be more to ask for
	asked []Ref

	enough bool // the caller has broken off
}

func (f *fetching) run(yield func(*Reading, error) bool) error {
	if err := f.c.unasked(); err != nil {
		return err
	}
	for {
		if err := f.ask(); err != nil {
			return err
		}
		if len(f.asked) == 0 {
			break
		}
		ref := f.asked[0]
		f.asked = f.asked[1:]
		r, refusal, err := f.answer(ref)
		if err != nil {
			return err
		}
		if !f.enough && !yield(r, refusal) {
			f.enough, f.more = true, false
		}
		if err := r.Close(); err != nil {
			return err
		}
		if f.c.broken != nil {
			return f.c.broken
		}
	}
	if f.enough {
		return errClientEnough
	}
	return nil
}

// ask sends commands as far ahead as may be.
func (f *fetching) ask() error {
	for f.more && len(f.asked) < clientAhead {
		ref, ok := f.next()
		if !ok {
			f.more = false
			return nil
		}
		arg, err := ref.arg()
		if err != nil {
			f.more = false
			return errors.Join(err, f.drain())
		}
		if err := f.c.say("ARTICLE", arg); err != nil {
			return err
		}
		f.asked = append(f.asked, ref)
	}
	return nil
}

// drain passes over what was asked for.
func (f *fetching) drain() error {
	for _, ref := range f.asked {
		r, _, err := f.answer(ref)
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answer reads the reply to one command. Refusal is the server's, and the rest of
// an answer is r.
func (f *fetching) answer(ref Ref) (r *Reading, refusal, err error) {
	c := f.c
	reply, err := c.readReply("ARTICLE")
	switch {
	case err != nil:
		return nil, nil, err
	case reply.refuses():
		return &Reading{Ref: ref, err: reply}, reply, nil
	case reply.Code != 220:
		return nil, nil, c.odd(reply)
	}
	at, err := c.located(reply)
	if err != nil {
		return nil, nil, err
	}
	if ref.MessageID != "" {
		if at.MessageID != ref.MessageID {
			return nil, nil, c.lose(fmt.Errorf("%w: %s was asked for, and %q came", ErrReply, ref.MessageID, reply.Error()))
		}
	} else if ref.Number != 0 && at.Number != ref.Number {
		return nil, nil, c.lose(fmt.Errorf("%w: number %d was asked for, and %q came", ErrReply, ref.Number, reply.Error()))
	}
	return c.beginReading(at, func(err error) error {
		c.reading = nil
		return err
	}), nil, nil
}
