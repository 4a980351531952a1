package nntp

import (
	"context"
	"errors"
	"iter"
	"strconv"
)

// over answers OVER (RFC 3977, 8.3).
func (c *Conn) over(ctx context.Context, req rangeRequest) Reply {
	return c.each(ctx, req, overviewReply, rangeAnswers{none: emptyRange}, c.overLine)
}

// xover answers XOVER, which has its own code for an empty range (RFC 2980,
// 2.8).
func (c *Conn) xover(ctx context.Context, req rangeRequest) Reply {
	return c.each(ctx, req, overviewReply, rangeAnswers{none: noSelected}, c.overLine)
}

func (c *Conn) overLine(_ context.Context, l *lines, e *Entry) error {
	l.b = e.AppendLine(l.b, c.srv.hostname())
	return l.end()
}

// xrover answers XROVER: the numbers and references (RFC 2980, 2.11).
func (c *Conn) xrover(ctx context.Context, req rangeRequest) Reply {
	return c.each(ctx, req, overviewReply, rangeAnswers{none: noSelected}, func(_ context.Context, l *lines, e *Entry) error {
		l.b = append(strconv.AppendUint(l.b, uint64(e.Number), 10), ' ')
		l.b = append(l.b, e.Overview.References...)
		return l.end()
	})
}

// rangeAnswers is how a command of ranges answers.
type rangeAnswers struct {
	none  Reply // to an empty range
	empty bool  // with an empty list instead
}

// each answers a command that has a line for each article that it names.
func (c *Conn) each(ctx context.Context, req rangeRequest, r Reply, answers rangeAnswers, write func(context.Context, *lines, *Entry) error) Reply {
	if req.id != "" {
		e, refusal := c.entryOf(ctx, req.id)
		if !refusal.isNone() {
			return refusal
		}
		return r.with(func(l *lines) error { return write(ctx, l, &e) })
	}
	missing := answers.none
	switch {
	case c.group.name == "":
		return noGroup
	case !req.ranged && c.group.current == 0:
		return noCurrent
	case !req.ranged:
		req.numbers, missing = Range{c.group.current, c.group.current}, noCurrent
	}
	// The first article decides about the answer; it is asked for again as a
	// part of the list, which nothing of need be remembered for so.
	first, refusal := c.first(ctx, req.numbers, missing)
	switch {
	case refusal == missing && answers.empty && req.ranged:
		return r.with(func(*lines) error { return nil })
	case !refusal.isNone():
		return refusal
	}
	all := c.srv.Store.Overview(ctx, c.group.name, Range{first.Number, req.numbers.Last})
	return r.with(func(l *lines) error { return writeEach(ctx, l, all, write) })
}

func writeEach(ctx context.Context, l *lines, all iter.Seq2[Entry, error], write func(context.Context, *lines, *Entry) error) error {
	for e, err := range all {
		if err == nil {
			err = write(ctx, l, &e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entryOf is what is known of the article of an identifier. Its number is 0: RFC
// 3977, 8.3.2 lets a server say so.
func (c *Conn) entryOf(ctx context.Context, id string) (Entry, Reply) {
	a, err := c.srv.Store.Find(ctx, id)
	if errors.Is(err, ErrNoArticle) {
		return Entry{}, noSuchID
	}
	if err != nil {
		return Entry{}, c.replyTo(ctx, err)
	}
	if err := a.Text.Close(); err != nil {
		return Entry{}, c.replyTo(ctx, err)
	}
	if !c.mayReadAny(a.Places) {
		return Entry{}, noSuchID
	}
	for _, p := range a.Places {
		for e, err := range c.srv.Store.Overview(ctx, p.Group, Range{p.Number, p.Number}) {
			if err == nil && e.Overview.MessageID == id {
				e.Number = 0
				return e, Reply{}
			}
		}
	}
	return Entry{}, noSuchID
}
