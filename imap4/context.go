package imap4

import (
	"context"
	"slices"

	"github.com/wirepost/wirepost/imap4/internal/thread"
)

// A live search is one whose result is kept up to date for the client (RFC 5267,
// 4.3), until CANCELUPDATE or until its mailbox is left.
type liveSearch struct {
	tag      string
	uid      bool
	query    *Query      // with UIDs for all that was sequence numbers then
	items    []fetchItem // of new messages (RFC 5465, 7)
	criteria []thread.Criterion

	sorted bool             // a SORT
	all    []thread.Message // the result, by UID; of a SEARCH only that
	next   UID              // messages from here on have not been looked at
	upTo   ModSeq           // changes up to here have been
}

// Bounds of what is kept up to date for one client.
const (
	maxLive     = 8
	maxUnsorted = 100_000 // messages in the result of a SEARCH
	maxSorted   = 10_000  // the same of a SORT, whose sort keys are kept
)

var tagReused = bad("the tag is that of a search that is kept up to date") // RFC 5267, 4.3

// isLive reports whether a tag is taken.
func (v *view) isLive(tag string) bool {
	return slices.ContainsFunc(v.live, func(l *liveSearch) bool { return l.tag == tag })
}

// keepUpToDate begins to do so with a search that has just been answered. Where
// it cannot it says so, and the search stands as it is (RFC 5267, 4.3.1).
func (c *Conn) keepUpToDate(r *searchRequest, l *liveSearch) {
	v := c.box
	most := maxUnsorted
	if l.sorted {
		most = maxSorted
	}
	if len(v.live) >= maxLive || len(l.all) > most || r.fuzzy {
		b := appendString([]byte("* NO [NOUPDATE "), c.tag, false)
		c.put(append(b, "] too much to keep up to date\r\n"...))
		return
	}
	l.tag, l.uid, l.query, l.items = c.tag, r.uid, r.query, r.fetch
	l.next, l.upTo = 1, v.modSeq
	if v.exists > 0 {
		l.next = v.uids[v.exists-1] + 1
	}
	v.live = append(v.live, l)
}

// liveRows makes the live search of a SEARCH.
func (c *Conn) liveRows(rows spans) *liveSearch {
	l := &liveSearch{all: make([]thread.Message, 0, rows.len())}
	for i := range rows.all {
		l.all = append(l.all, thread.Message{Number: uint32(c.box.uids[i])})
	}
	return l
}

// liveSort makes that of a SORT, of its result.
func (c *Conn) liveSort(r *sortRequest, all []thread.Message) *liveSearch {
	l := &liveSearch{sorted: true, criteria: r.criteria, all: all}
	if !r.uid {
		for i := range l.all {
			l.all[i].Number = uint32(c.box.uids[l.all[i].Number-1])
		}
	}
	return l
}

// cancelArgs takes tags (RFC 5267, 4.3.5).
func cancelArgs(p *parser) (tags []string) {
	for p.err == nil {
		p.space()
		if tags = append(tags, p.astring()); len(tags) > 10*maxLive {
			p.refuse(tooManyArgs)
		}
		if p.i == len(p.s) {
			break
		}
	}
	return tags
}

// cancelUpdate ends updates. It does not matter if there are none.
func (c *Conn) cancelUpdate(_ context.Context, tags []string) Reply {
	c.box.live = slices.DeleteFunc(c.box.live, func(l *liveSearch) bool { return slices.Contains(tags, l.tag) })
	return OK("", "no further updates")
}

// dropGone tells of the results that are messages which are gone. That comes
// before EXPUNGE, while sequence numbers are what they were (RFC 5267, 4.3.4).
func (c *Conn) dropGone() {
	v := c.box
	if len(v.live) == 0 || len(v.gone) == 0 {
		return
	}
	gone := make(map[uint32]bool, len(v.gone))
	for _, u := range v.gone {
		gone[uint32(u)] = true
	}
	for _, l := range v.live {
		if b := c.appendRemoved(nil, l, gone); len(b) > 0 {
			c.tellLive(l, b)
		}
	}
}

// update tells how the results have changed, apart from messages that are gone.
func (c *Conn) update(ctx context.Context) error {
	for _, l := range c.box.live {
		if err := c.updateOne(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) updateOne(ctx context.Context, l *liveSearch) error {
	v := c.box
	slices.Sort(v.gone)
	var changed spans
	for i := range v.exists {
		if v.uids[i] < l.next && v.mods[i] <= l.upTo {
			continue
		}
		if _, gone := slices.BinarySearch(v.gone, v.uids[i]); !gone {
			changed = extend(changed, i)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	hits, err := c.evaluate(ctx, l.query, changed)
	if err != nil {
		return err
	}
	no := make(map[uint32]bool)
	for i := range changed.all {
		no[uint32(v.uids[i])] = true
	}
	had := make(map[uint32]bool)
	for _, m := range l.all {
		if no[m.Number] {
			had[m.Number] = true
		}
	}
	var added, fresh spans
	for i := range hits.all {
		u := uint32(v.uids[i])
		if delete(no, u); had[u] {
			continue
		}
		added = extend(added, i)
		if UID(u) >= l.next {
			fresh = extend(fresh, i)
		}
	}
	l.next, l.upTo = v.uids[v.exists-1]+1, v.modSeq
	if len(fresh) > 0 && len(l.items) > 0 {
		if err := (&fetching{c: c, items: l.items}).run(ctx, fresh); err != nil || c.lost != nil {
			return err
		}
	}
	b := c.appendRemoved(nil, l, no)
	if b, err = c.appendAdded(ctx, b, l, added); err == nil && len(b) > 0 {
		c.tellLive(l, b)
	}
	return err
}
