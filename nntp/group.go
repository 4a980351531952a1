package nntp

import (
	"context"
	"errors"
	"strconv"
)

// selected is the newsgroup that GROUP has chosen, and the current article, 0 if
// there is none.
type selected struct {
	name    string
	current Number
}

// readable finds a group that the client may read.
func (c *Conn) readable(ctx context.Context, name string) (Group, Reply) {
	if !c.access.Read.Match(name) {
		return Group{}, noSuchGroup
	}
	g, err := c.srv.Store.Group(ctx, name)
	if err != nil {
		return Group{}, c.replyTo(ctx, err)
	}
	return g, Reply{}
}

func (c *Conn) selectGroup(ctx context.Context, name string) Reply {
	g, refusal := c.readable(ctx, name)
	if !refusal.isNone() {
		return refusal
	}
	c.choose(g)
	return groupReply(g)
}

// choose makes g the current group, and its first article the current one.
func (c *Conn) choose(g Group) {
	c.group = selected{name: g.Name}
	if g.Count > 0 {
		c.group.current = g.Low
	}
}

func groupReply(g Group) Reply {
	b := strconv.AppendInt(nil, g.Count, 10)
	b = strconv.AppendUint(append(b, ' '), uint64(g.Low), 10)
	b = strconv.AppendUint(append(b, ' '), uint64(g.High), 10)
	return R(211, string(b)+" "+g.Name)
}

func (c *Conn) listGroup(ctx context.Context, req listGroupRequest) Reply {
	if req.group == "" {
		if req.group = c.group.name; req.group == "" {
			return noGroup
		}
	}
	g, refusal := c.readable(ctx, req.group)
	if !refusal.isNone() {
		return refusal
	}
	c.choose(g)
	return groupReply(g).with(func(l *lines) error {
		for e, err := range c.srv.Store.Overview(ctx, g.Name, req.numbers) {
			if err != nil {
				return err
			}
			l.b = strconv.AppendUint(l.b, uint64(e.Number), 10)
			if err := l.end(); err != nil {
				return err
			}
		}
		return nil
	})
}

// next goes to the article behind the current one.
func (c *Conn) next(ctx context.Context, _ struct{}) Reply {
	if refusal := c.needsCurrent(); !refusal.isNone() {
		return refusal
	}
	return c.found(ctx, Range{c.group.current + 1, MaxNumber}, noNext)
}

// last goes to the article before the current one. Stores yield upwards, so it
// looks at ever longer ranges below: only the gap between the two is looked
// through.
func (c *Conn) last(ctx context.Context, _ struct{}) Reply {
	if refusal := c.needsCurrent(); !refusal.isNone() {
		return refusal
	}
	for below, width := c.group.current, Number(1); below > 1; width *= 2 {
		r := Range{below - min(width, below-1), below - 1}
		var nearest Entry
		for e, err := range c.srv.Store.Overview(ctx, c.group.name, r) {
			if err != nil {
				return c.replyTo(ctx, err)
			}
			nearest = e
		}
		if nearest.Number != 0 {
			return c.arrive(nearest)
		}
		below = r.First
	}
	return noPrevious
}

func (c *Conn) needsCurrent() Reply {
	switch {
	case c.group.name == "":
		return noGroup
	case c.group.current == 0:
		return noCurrent
	}
	return Reply{}
}

// found goes to the first article of r; if there is none the answer is missing.
func (c *Conn) found(ctx context.Context, r Range, missing Reply) Reply {
	e, refusal := c.first(ctx, r, missing)
	if !refusal.isNone() {
		return refusal
	}
	return c.arrive(e)
}

// first returns the first article of r in the current group.
func (c *Conn) first(ctx context.Context, r Range, missing Reply) (Entry, Reply) {
	for e, err := range c.srv.Store.Overview(ctx, c.group.name, r) {
		switch {
		case errors.Is(err, ErrNoGroup): // it has gone since
			return Entry{}, missing
		case err != nil:
			return Entry{}, c.replyTo(ctx, err)
		}
		return e, Reply{}
	}
	return Entry{}, missing
}

// arrive makes e the current article.
func (c *Conn) arrive(e Entry) Reply {
	c.group.current = e.Number
	return R(223, articleText(e.Number, e.Overview.MessageID))
}
