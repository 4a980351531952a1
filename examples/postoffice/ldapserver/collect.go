package ldapserver

import (
	"context"
	"errors"
	"slices"
)

// A found object, and where it belongs.
type found struct {
	object   object
	position position // nil if nothing is sorted
}

// A collection keeps the first objects of an order, in memory for twice as many.
type collection struct {
	keys   []sortKey
	sorted bool
	limit  int
	after  position // what is not behind it was sent before; nil is nothing
	list   []found
}

// add reports whether more can be of use.
func (c *collection) add(o object) bool {
	if !c.sorted {
		c.list = append(c.list, found{object: o})
		return len(c.list) <= c.limit
	}
	f := found{o, positionOf(&o, c.keys)}
	if c.after != nil && comparePositions(f.position, c.after, c.keys) <= 0 {
		return true
	}
	if c.list = append(c.list, f); len(c.list) > 2*(c.limit+1) {
		c.sort()
		clear(c.list[c.limit+1:])
		c.list = c.list[:c.limit+1]
	}
	return true
}

func (c *collection) sort() {
	slices.SortFunc(c.list, func(a, b found) int { return comparePositions(a.position, b.position, c.keys) })
}

// result returns the first objects, and whether there are more.
func (c *collection) result() (list []found, more bool) {
	if c.sorted {
		c.sort()
	}
	if len(c.list) > c.limit {
		return c.list[:c.limit], true
	}
	return c.list, false
}

// collection is what the search fills. A page of no entries begins the search, or
// ends it before its time (RFC 2696, 3).
func (s *search) collection(most int) (*collection, *reply) {
	set := &collection{limit: most, keys: s.sort, sorted: len(s.sort) > 0}
	if s.sizeLimit > 0 {
		set.limit = min(set.limit, s.sizeLimit)
	}
	if s.page == nil {
		return set, nil
	}
	if len(s.page.cookie) > 0 {
		var ok bool
		if set.after, ok = parsePosition(s.page.cookie, s.sort); !ok {
			r := refuse(unwillingToPerform, "the cookie is not from a search like this")
			return nil, &r
		}
	}
	// Where the page holds all that is asked for, there are no pages.
	if s.sizeLimit > 0 && s.page.size >= s.sizeLimit && set.after == nil {
		s.page = nil
		return set, nil
	}
	set.limit, set.sorted = min(most, s.page.size), true
	return set, nil
}

// errNoTurn is for those who waited in vain.
var errNoTurn = errors.New("too many searches")

// errNoEntry is for the one that there is not.
var errNoEntry = errors.New("no such entry")

// collect puts what the filter is true of into set.
func (c *conn) collect(ctx context.Context, s *search, p places, set *collection) error {
	take := func(o object) (more bool) {
		if s.filter.match(&o) != isTrue {
			return true
		}
		o.ready = nil // as many objects are kept, without what nobody needs any more
		return set.add(o)
	}
	for _, o := range p.fixed {
		if !take(o) {
			return nil
		}
	}
	if !p.people && !p.groups {
		return nil
	}
	return c.walk(ctx, p, func(o object) bool { return p.below || take(o) })
}

// walk calls visit for the entries at the places until it returns false.
func (c *conn) walk(ctx context.Context, p places, visit func(object) bool) error {
	if c.srv.turns.Acquire(ctx, 1) != nil {
		return errNoTurn
	}
	defer c.srv.turns.Release(1)
	for e, err := range c.srv.People.Entries(ctx) {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case e.Disabled || e.Name == "" || e.Group && !p.groups || !e.Group && !p.people:
			continue
		case p.only != "" && rdnOf(&e) != p.only:
			continue
		}
		if more := visit(object{tree: c.srv.tree, entry: &e}); !more || p.only != "" {
			return nil
		}
	}
	if p.only != "" {
		return errNoEntry
	}
	return ctx.Err()
}
