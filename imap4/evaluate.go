package imap4

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wirepost/wirepost/imap4/internal/collate"
	"github.com/wirepost/wirepost/imap4/internal/match"
	"github.com/wirepost/wirepost/internal/ascii"
)

// How a query is answered: of each message first what costs nothing is asked,
// the columns of the view; then what the store knows; then the summary; and what
// is still open then, the message itself. A verdict is reached as soon as the
// query allows.

// A verdict is whether a message matches.
type verdict int8

const (
	open verdict = iota // not known yet
	no
	yes
)

func is(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// A depth is how deep a message is looked into.
type depth uint8

const (
	byView depth = iota
	byMeta
	bySummary
	byBody
)

// An evaluation finds the messages that match a query.
type evaluation struct {
	c       *Conn
	query   *Query
	now     time.Time
	deepest depth
	words   map[*Query][]bool // of HasFlag with a keyword: which of view.words have it
	texts   map[*Query]*collate.Search
}

// evaluate returns which of the rows match q.
func (c *Conn) evaluate(ctx context.Context, q *Query, rows spans) (spans, error) {
	if rows.len() == 0 {
		return nil, nil
	}
	e := &evaluation{c: c, query: q, now: time.Now(), words: map[*Query][]bool{}, texts: map[*Query]*collate.Search{}}
	e.prepare(q)
	hits, rest := e.byView(rows)
	if len(rest) == 0 {
		return hits, nil
	}
	if s, ok := as[Searcher](c.account); ok && e.deepest > byMeta {
		found, left, err := s.Search(ctx, c.box.id, q, c.box.uidsOf(rest))
		if err != nil {
			return nil, err
		}
		rest = c.box.only(rest, found)
		if left == nil {
			return merged(append(hits, rest...)), nil
		}
		e.query = left
		e.prepare(left)
	}
	err := c.details(ctx, rest, func(chunk []found) error {
		more, err := e.chunk(ctx, chunk)
		hits = append(hits, more...)
		return err
	})
	return merged(hits), err
}

// only returns those of the rows that are in a set.
func (v *view) only(rows spans, uids UIDSet) (out spans) {
	for i := range rows.all {
		if uids.Contains(v.uids[i]) {
			out = append(out, span{i, i + 1})
		}
	}
	return merged(out)
}

// prepare works out what is the same for all messages.
func (e *evaluation) prepare(q *Query) {
	for _, sub := range q.Sub {
		e.prepare(sub)
	}
	e.deepest = max(e.deepest, q.depth())
	switch q.Key {
	case HasFlag:
		if q.Flag != "" && q.Flag[0] != '\\' {
			has := make([]bool, len(e.c.box.words))
			for i, set := range e.c.box.words {
				has[i] = slices.ContainsFunc(set, func(k string) bool { return ascii.EqualFold(k, q.Flag) })
			}
			e.words[q] = has
		}
	case HeaderText, BodyText, AnyText:
		e.texts[q] = collate.NewSearch(collate.UnicodeCasemap, q.Text)
	}
}

// depth is how deep a key looks.
func (q *Query) depth() depth {
	switch q.Key {
	case And, Or, Not, Fuzzy, HasFlag, InSet, ModSince, Recent:
		return byView
	case HeaderText, SentBefore, SentOn, SentSince:
		return bySummary
	case BodyText, AnyText:
		return byBody
	}
	return byMeta
}

// byView parts rows into those that match and those of which more must be known.
func (e *evaluation) byView(rows spans) (hits, rest spans) {
	m := &candidate{}
	for i := range rows.all {
		m.row = i
		switch e.eval(e.query, m, byView) {
		case yes:
			hits = extend(hits, i)
		case open:
			rest = extend(rest, i)
		}
	}
	return hits, rest
}

// extend appends a row, which is behind all there are.
func extend(s spans, row int) spans {
	if n := len(s); n > 0 && s[n-1].end == row {
		s[n-1].end++
		return s
	}
	return append(s, span{row, row + 1})
}

// A candidate is a message that is looked at.
type candidate struct {
	row int
	*message
	ctx context.Context // of the command
	err error
}

// chunk returns those of some messages that match.
func (e *evaluation) chunk(ctx context.Context, chunk []found) (hits spans, _ error) {
	if e.deepest > byMeta {
		e.c.summaries(ctx, chunk)
	}
	var made []Summary
	m := &candidate{message: &message{}, ctx: ctx}
	for i := range chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.row, m.err = chunk[i].row, nil
		*m.message = message{c: e.c, found: &chunk[i], made: &made}
		v := open
		for d := byMeta; v == open && d <= byBody && m.err == nil; d++ {
			v = e.eval(e.query, m, d)
		}
		m.close(ctx)
		if m.err != nil && !isGone(m.err) {
			return nil, m.err
		}
		if v == yes && m.err == nil {
			hits = extend(hits, m.row)
		}
		if !e.c.goesOn() {
			return nil, errLost
		}
	}
	e.c.keep(ctx, made)
	return hits, nil
}

// errLost ends a search that nobody waits for.
var errLost = errors.New("imap4: the client is gone")

// eval asks q of a message, no deeper than d.
func (e *evaluation) eval(q *Query, m *candidate, d depth) verdict {
	switch q.Key {
	case And, Or:
		decides, all := no, yes
		if q.Key == Or {
			decides, all = yes, no
		}
		for _, sub := range q.Sub {
			switch v := e.eval(sub, m, d); v {
			case decides:
				return v
			case open:
				all = open
			}
		}
		return all
	case Not:
		switch e.eval(q.Sub[0], m, d) {
		case yes:
			return no
		case no:
			return yes
		}
		return open
	case Fuzzy:
		return e.eval(q.Sub[0], m, d)
	}
	switch deep := q.depth(); {
	case deep > d:
		return open
	case deep == byView:
		return is(e.inView(q, m.row))
	case deep == byMeta:
		return is(e.inMeta(q, m))
	case q.Key == BodyText || q.Key == AnyText:
		return e.inBody(q, m)
	}
	return e.inSummary(q, m, d)
}

// inView asks what the view knows.
func (e *evaluation) inView(q *Query, row int) bool {
	v := e.c.box
	switch q.Key {
	case InSet:
		return q.UIDs.Contains(v.uids[row])
	case ModSince:
		return v.mods[row] >= q.Mod
	case Recent:
		return v.isRecent(v.uids[row])
	}
	for i, name := range systemNames {
		if name == q.Flag {
			return v.flags[row]&(1<<i) != 0
		}
	}
	n := v.flags[row] >> systemBits
	has := e.words[q]
	return int(n) < len(has) && has[n]
}

// inMeta asks what the store knows.
func (e *evaluation) inMeta(q *Query, m *candidate) bool {
	switch q.Key {
	case Larger:
		return m.Size > q.Size
	case Smaller:
		return m.Size < q.Size
	case ReceivedBefore:
		return match.Before(m.Received, q.Date)
	case ReceivedOn:
		return match.On(m.Received, q.Date)
	case ReceivedSince:
		return match.Since(m.Received, q.Date)
	case SavedBefore:
		return match.Before(m.savedOr(), q.Date)
	case SavedOn:
		return match.On(m.savedOr(), q.Date)
	case SavedSince:
		return match.Since(m.savedOr(), q.Date)
	case SaveDateSupported:
		return !m.Saved.IsZero()
	case Older:
		return match.Older(m.Received, e.now, q.Size)
	case Younger:
		return match.Younger(m.Received, e.now, q.Size)
	case EmailIDIs:
		return m.EmailID != "" && m.EmailID == q.ID
	case ThreadIDIs:
		return m.ThreadID != "" && m.ThreadID == q.ID
	}
	return false
}

// savedOr is the save date, or the internal date where there is none (RFC 8514,
// 4.3).
func (m *candidate) savedOr() time.Time {
	if m.Saved.IsZero() {
		return m.Received
	}
	return m.Saved
}
