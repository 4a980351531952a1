package tracklog

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/queue"
)

// A Query says which events are wanted: those that all of its fields allow. A
// zero field allows all.
type Query struct {
	From, To  time.Time         // at From or later, and before To
	Kinds     []queue.EventKind // any of them
	Sender    string            // a part of the address, in any case of ASCII letters
	Recipient string            // likewise
	Message   string            // the message's ID; what reports about it went through is found too
	MessageID string            // that of the header, without angle brackets; with Message, either will do
	Item      string            // the ID of the queue's item
	Remote    string            // a part of the other host's name, as Sender
}

// allows reports whether e is wanted.
func (q *Query) allows(e *Event) bool {
	return (q.From.IsZero() || !e.Time.Before(q.From)) &&
		(q.To.IsZero() || e.Time.Before(q.To)) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, e.Kind)) &&
		q.names(e) &&
		(q.Item == "" || e.Item == q.Item) &&
		hasFold(e.Sender, q.Sender) && hasFold(e.Recipient, q.Recipient) && hasFold(e.Remote, q.Remote)
}

// names reports whether e is about the message that is wanted.
func (q *Query) names(e *Event) bool {
	return q.Message == "" && q.MessageID == "" ||
		q.Message != "" && (e.Message == q.Message || e.About == q.Message) ||
		q.MessageID != "" && e.MessageID == q.MessageID
}

// hasFold reports whether part is in s, in any case of ASCII letters.
func hasFold(s, part string) bool {
	return part == "" || strings.Contains(ascii.Lower(s), ascii.Lower(part))
}

// A sieve finds most of the lines that a Query does not want, before they are
// parsed: nearly all of a search is lines that are not wanted.
type sieve struct {
	query    Query
	from, to []byte   // as they stand in lines; nil: any
	exact    [][]byte // each must be in the line
	folded   [][]byte // each must be in the line in lower case
	lower    []byte   // the line
}

func newSieve(q Query) *sieve {
	s := &sieve{query: q}
	if !q.From.IsZero() {
		s.from = appendTime(nil, q.From)
	}
	if !q.To.IsZero() {
		s.to = appendTime(nil, q.To)
	}
	id := cmp.Or(q.Message, q.MessageID)
	if q.MessageID != "" && q.MessageID != id { // either of two
		id = ""
	}
	for _, part := range []string{id, q.Item} {
		if part != "" && isPlain(part) { // else it may stand there escaped
			s.exact = append(s.exact, []byte(part))
		}
	}
	for _, part := range []string{q.Sender, q.Recipient, q.Remote} {
		if part != "" && isPlain(part) {
			s.folded = append(s.folded, []byte(ascii.Lower(part)))
		}
	}
	return s
}

// event returns the event of a line if the Query wants it.
func (s *sieve) event(line []byte) (Event, bool) {
	if !s.passes(line) {
		return Event{}, false
	}
	e, ok := parseLine(string(line))
	return e, ok && s.query.allows(&e)
}

// passes reports whether the Query may want the line.
func (s *sieve) passes(line []byte) bool {
	if len(line) > len(timeForm) && line[len(timeForm)] == '\t' {
		// To the microsecond: what is between two of them, allows knows.
		at := line[:len(timeForm)]
		if s.from != nil && bytes.Compare(at, s.from) < 0 || s.to != nil && bytes.Compare(at, s.to) > 0 {
			return false
		}
	}
	for _, part := range s.exact {
		if !bytes.Contains(line, part) {
			return false
		}
	}
	if len(s.folded) == 0 {
		return true
	}
	s.lower = append(s.lower[:0], line...)
	for i, c := range s.lower {
		if c-'A' < 26 {
			s.lower[i] = c | 0x20
		}
	}
	for _, part := range s.folded {
		if !bytes.Contains(s.lower, part) {
			return false
		}
	}
	return true
}
