package imap4

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/wirepost/wirepost/imap4/internal/thread"
)

// Searches that are not exact (RFC 6203). What FUZZY means is the store's.

func (c *Conn) hasFuzzy() bool {
	_, ok := as[FuzzySearcher](c.account)
	return ok
}

// fuzzyKey takes the key that is not to be taken exactly.
func fuzzyKey(p *parser, prog *program) *Query {
	p.space()
	prog.fuzzy = true
	return &Query{Key: Fuzzy, Sub: []*Query{p.key(prog)}}
}

// needsFuzzy is called when all of a search was read: relevancy is that of a FUZZY
// key (RFC 6203, 4 and 6).
func (p *parser) needsFuzzy(wanted bool, prog *program) {
	if wanted && !prog.fuzzy {
		p.fail("RELEVANCY needs a FUZZY key")
	}
}

// fuzzily finds the messages that match a query with a FUZZY key in it, and notes
// how well.
func (c *Conn) fuzzily(ctx context.Context, prog *program) (spans, error) {
	store, ok := as[FuzzySearcher](c.account)
	if !ok {
		return nil, bad("FUZZY is not offered here")
	}
	all := spans{{0, c.box.exists}}
	if all.len() == 0 {
		return nil, nil
	}
	hits, err := store.Fuzzy(ctx, c.box.id, prog.query, c.box.uidsOf(all))
	if err != nil {
		return nil, err
	}
	prog.scores = hits
	return c.box.only(all, NewUIDSet(slices.Collect(maps.Keys(hits))...)), nil
}

// appendRelevancy appends how well messages match, in their order: 1 to 100.
func appendRelevancy(b []byte, prog *program, uids []UID) []byte {
	b = append(b, " RELEVANCY ("...)
	for i, u := range uids {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNumber(b, uint32(min(max(prog.scores[u], 1), 100)))
	}
	return append(b, ')')
}

// uidList returns the UIDs of rows, in order.
func (v *view) uidList(rows spans) []UID {
	uids := make([]UID, 0, rows.len())
	for i := range rows.all {
		uids = append(uids, v.uids[i])
	}
	return uids
}

// A relevancy is the sort key of that name, and where among the others it comes.
type relevancy struct {
	at      int
	reverse bool
}

// order sorts messages. The best come first by RELEVANCY (RFC 6203, 6).
func (c *Conn) order(r *sortRequest, all []thread.Message) {
	if r.relevancy == nil {
		thread.Sort(all, r.criteria)
		return
	}
	thread.Sort(all, r.criteria[r.relevancy.at:])
	score := func(m *thread.Message) uint8 { return r.scores[c.uidOf(r.uid, m.Number)] }
	slices.SortStableFunc(all, func(a, b thread.Message) int {
		if n := cmp.Compare(score(&b), score(&a)); !r.relevancy.reverse {
			return n
		} else {
			return -n
		}
	})
	thread.Sort(all, r.criteria[:r.relevancy.at])
}

// uidOf returns the UID of a message that a result calls by a number.
func (c *Conn) uidOf(uid bool, number uint32) UID {
	if uid {
		return UID(number)
	}
	return c.box.uids[number-1]
}
