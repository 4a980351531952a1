package ldapserver

import (
	"context"
	"errors"
	"time"
)

// Scopes (RFC 4511, 4.5.1.2).
const (
	baseObject = iota
	singleLevel
	wholeSubtree
)

// A search is a SearchRequest with its controls.
type search struct {
	base      string
	scope     int
	sizeLimit int // 0 is none
	timeLimit time.Duration
	filter    filter
	selection selection
	page      *page
	sort      []sortKey
	sortCode  int // why there is no order; see sortControl
	sortAsked bool
}

// parseSearch reads a request (RFC 4511, 4.5.1). Its reply is none if it can be
// run.
func (c *conn) parseSearch(r *request) (s search, refused *reply) {
	no := func(r reply) (search, *reply) { return search{}, &r }
	in := &cursor{rest: r.body}
	s.base = in.text(tagOctets)
	s.scope = in.number(tagEnumerated)
	in.number(tagEnumerated) // aliases: there are none
	s.sizeLimit = in.number(tagInteger)
	s.timeLimit = time.Duration(in.number(tagInteger)) * time.Second
	typesOnly := in.boolean(tagBoolean)
	var err error
	s.filter, err = parseFilter(in, c.srv.limit.FilterDepth, c.srv.limit.FilterTerms)
	switch {
	case errors.Is(err, errExtensible):
		return no(refuse(inappropriateMatching, err.Error()))
	case err != nil:
		return no(refuse(adminLimitExceeded, err.Error()))
	}
	s.selection = parseSelection(in.in(tagSequence))
	s.selection.typesOnly = typesOnly
	if in.bad || s.scope > wholeSubtree {
		return no(malformed())
	}
	for _, control := range r.controls {
		if refused := s.apply(control); refused != nil {
			return search{}, refused
		}
	}
	return s, nil
}

// apply takes in a control. An order that is critical and cannot be had refuses
// the search (RFC 2891, 2).
func (s *search) apply(c control) (refused *reply) {
	switch c.oid {
	case pagedResults:
		p, ok := parsePage(c.value)
		if !ok || s.page != nil {
			return new(malformed())
		}
		s.page = &p
	case sortRequest:
		var ok bool
		if s.sort, s.sortCode, ok = parseSort(c.value); !ok || s.sortAsked {
			return new(malformed())
		}
		s.sortAsked = true
		if s.sortCode == 0 {
			return nil
		}
		s.sort = nil
		if c.critical {
			r := refuse(unavailableCriticalExtension, "the results cannot be sorted so")
			r.controls = []control{sortControl(s.sortCode)}
			return &r
		}
	}
	return nil
}

// search answers a search: first it finds, then it sends, so that a client that
// takes its time holds up nobody else.
func (c *conn) search(ctx context.Context, r *request) reply {
	s, refused := c.parseSearch(r)
	if refused != nil {
		return *refused
	}
	places, no := c.locate(&s)
	if no != nil {
		return *no
	}
	set, refused := s.collection(c.srv.maxResults())
	if refused != nil {
		return *refused
	}
	limit := c.srv.limit.SearchTime
	if s.timeLimit > 0 {
		limit = min(limit, s.timeLimit)
	}
	work, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := c.collect(work, &s, places, set)
	if ctx.Err() != nil {
		return reply{} // abandoned, or nobody is there
	}
	result := c.outcome(ctx, s.base, err)
	list, more := set.result()
	if result.code != success && result.code != timeLimitExceeded {
		list = nil
	}
	for i := range list {
		if context.Cause(ctx) != nil {
			return reply{}
		}
		if c.queue(r.id, 0x64, nil, s.selection.fill(&list[i].object)) != nil {
			return reply{} // the error sticks to the writer
		}
	}
	return s.finish(result, list, more)
}

// outcome is what is said of an error.
func (c *conn) outcome(ctx context.Context, base string, err error) reply {
	switch {
	case err == nil:
		return reply{}
	case errors.Is(err, errNoEntry):
		return c.srv.tree.noEntry(base)
	case errors.Is(err, errNoTurn):
		return refuse(busy, "too many searches run; try again later")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(timeLimitExceeded, "the search took too long")
	}
	c.srv.logger().ErrorContext(ctx, "ldapserver: search failed for a reason of ours", "err", err)
	return refuse(unavailable, "the directory cannot be read now; try again later")
}

// finish adds what follows from how many entries there were.
func (s *search) finish(r reply, list []found, more bool) reply {
	if s.sortAsked {
		r.controls = append(r.controls, sortControl(s.sortCode))
	}
	var cookie []byte
	switch {
	case !more || r.code != success:
	case s.page == nil:
		r.code, r.text = sizeLimitExceeded, "there are more; ask for fewer, or for pages"
	case len(list) > 0:
		cookie = list[len(list)-1].position.cookie()
	}
	if s.page != nil {
		r.controls = append(r.controls, pageControl(cookie))
	}
	return r
}
