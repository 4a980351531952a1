package tracklog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// ErrTooMany is what Path returns if there are more events of a message than it
// is ready to keep in memory. Search finds them.
var ErrTooMany = errors.New("tracklog: too many events of one message; search for one of its recipients")

// maxPath is how many events Path returns: a message to 10,000 recipients, each
// tried five times.
const maxPath = 50_000

// Search yields the events of the log in dir that q wants, newest first: the
// days from the last to the first, and within a day the lines from the last to
// the first. That is the order they were tracked in, which may differ from that
// of their times by moments. A server may be writing meanwhile, and what it
// adds is not yielded. Lines that are not records are passed over. An error is
// the last that is yielded.
//
// A search without From reads all days that are kept; leave the loop when there
// is enough.
func Search(ctx context.Context, dir string, q Query) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		list, err := days(dir)
		if err != nil {
			yield(Event{}, err)
			return
		}
		s := newSieve(q)
		for _, day := range list {
			if !q.mayBeOn(day) {
				continue
			}
			for e, err := range scan(ctx, day.file(dir), s) {
				if err != nil {
					yield(Event{}, fmt.Errorf("tracklog: %w", err))
					return
				}
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// mayBeOn reports whether a day's file may hold what q wants. A day more at
// either end is for other time zones, such as the UTC of queue.FileTracker.
func (q *Query) mayBeOn(d date) bool {
	const day = 24 * time.Hour
	return (q.From.IsZero() || d >= dateOf(q.From.UTC().Add(-day))) &&
		(q.To.IsZero() || d <= dateOf(q.To.UTC().Add(day)))
}

// Path returns all events of a message, and of the reports about it, by their
// times. It is empty if the message is not in the log.
func Path(ctx context.Context, dir, id string) ([]Event, error) {
	if id == "" {
		return nil, nil // no message has it
	}
	list, err := days(dir)
	if err != nil {
		return nil, err
	}
	s := newSieve(Query{Message: id})
	var path []Event
	for i, begun := 0, false; i < len(list); i++ {
		last := begun // of the day before its beginning, for what was written in another order
		for e, err := range scan(ctx, list[i].file(dir), s) {
			if err != nil {
				return nil, fmt.Errorf("tracklog: %w", err)
			}
			if len(path) == maxPath {
				return nil, ErrTooMany
			}
			path = append(path, e)
			begun = begun || e.Kind == queue.Received && e.Message == id
		}
		if last {
			break
		}
	}
	slices.Reverse(path) // now as they were written, which parts those of the same time
	slices.SortStableFunc(path, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return path, nil
}
