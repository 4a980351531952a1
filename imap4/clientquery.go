package imap4

import (
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// clientQueryWords are the keys whose name says it all, or that have the one
// argument that follows.
var clientQueryWords = [...]string{
	HeaderText: "HEADER", BodyText: "BODY", AnyText: "TEXT", Larger: "LARGER", Smaller: "SMALLER",
	ReceivedBefore: "BEFORE", ReceivedOn: "ON", ReceivedSince: "SINCE",
	SentBefore: "SENTBEFORE", SentOn: "SENTON", SentSince: "SENTSINCE",
	SavedBefore: "SAVEDBEFORE", SavedOn: "SAVEDON", SavedSince: "SAVEDSINCE", SaveDateSupported: "SAVEDATESUPPORTED",
	Older: "OLDER", Younger: "YOUNGER", ModSince: "MODSEQ", EmailIDIs: "EMAILID", ThreadIDIs: "THREADID", Recent: "RECENT",
	Fuzzy: "FUZZY",
}

// clientMaxQuery bounds how deep a Query may nest: servers bound it too.
const clientMaxQuery = 100

// query adds the search keys of q; nil is ALL.
func (e *clientEncoder) query(q *Query, depth int) {
	switch {
	case q == nil:
		e.raw("ALL")
		return
	case depth > clientMaxQuery:
		e.fail("a Query nested deeper than %d", clientMaxQuery)
		return
	case q.Key <= Not:
		e.queryOf(q, depth)
		return
	case q.Key == HasFlag:
		e.queryFlag(q.Flag)
		return
	case q.Key == InSet && len(q.UIDs) == 0:
		e.raw("NOT ALL")
		return
	case q.Key == InSet:
		e.raw("UID ").uids(q.UIDs)
		return
	case q.Key == Extension:
		if e.atom(q.ID); q.Text != "" {
			e.raw(" ").str(q.Text)
		}
		return
	case int(q.Key) >= len(clientQueryWords):
		e.fail("the key %d of a Query", q.Key)
		return
	}
	e.raw(clientQueryWords[q.Key])
	switch q.Key {
	case HeaderText:
		e.raw(" ").str(q.Field).raw(" ").str(q.Text)
	case BodyText, AnyText:
		e.raw(" ").str(q.Text)
	case Larger, Smaller, Older, Younger:
		if q.Size < 0 {
			e.fail("the Size %d of a Query", q.Size)
			return
		}
		e.raw(" ").number(uint64(q.Size))
	case ModSince:
		e.raw(" ").number(uint64(q.Mod))
	case EmailIDIs, ThreadIDIs:
		e.raw(" ").atom(q.ID)
	case SaveDateSupported, Recent:
	case Fuzzy:
		e.raw(" ")
		e.querySub(q, depth)
	default: // the dates
		e.raw(q.Date.Format(" 2-Jan-2006"))
	}
}

// queryOf adds what is made of other queries.
func (e *clientEncoder) queryOf(q *Query, depth int) {
	switch {
	case q.Key == Not:
		e.raw("NOT ")
		e.querySub(q, depth)
	case len(q.Sub) == 0 && q.Key == And:
		e.raw("ALL")
	case len(q.Sub) == 0:
		e.raw("NOT ALL")
	case q.Key == And:
		clientList(e, q.Sub, func(s *Query) { e.query(s, depth+1) })
	default:
		for i, s := range q.Sub {
			if i < len(q.Sub)-1 {
				e.raw("OR ")
			}
			e.query(s, depth+1)
			if i < len(q.Sub)-1 {
				e.raw(" ")
			}
		}
	}
}

func (e *clientEncoder) querySub(q *Query, depth int) {
	if len(q.Sub) != 1 {
		e.fail("a Query with %d in Sub, where it has to be one", len(q.Sub))
		return
	}
	// NOT takes one key; "NOT ALL" within it is two words, but one key.
	e.query(q.Sub[0], depth+1)
}

func (e *clientEncoder) queryFlag(flag string) {
	for _, name := range systemNames {
		if ascii.EqualFold(flag, name) {
			e.raw(ascii.Upper(name[1:]))
			return
		}
	}
	e.raw("KEYWORD ").atom(flag)
}

// clientASCII reports whether no text of q is beyond ASCII.
func (q *Query) clientASCII() bool {
	if q == nil {
		return true
	}
	for _, s := range q.Sub {
		if !s.clientASCII() {
			return false
		}
	}
	beyond := func(r rune) bool { return r > 0x7f }
	return !strings.ContainsFunc(q.Text, beyond) && !strings.ContainsFunc(q.Field, beyond)
}
