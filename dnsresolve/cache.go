package dnsresolve

import (
	"container/list"
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	defaultCache = 8 << 20

	// How long answers are kept, whatever their TTL.
	minTTL      = 5 * time.Second
	maxTTL      = 24 * time.Hour
	maxNegative = 3 * time.Hour

	// How long failures are: twice as long each time, up to the second.
	minFailure = 5 * time.Second
	maxFailure = 30 * time.Second

	// What things take in memory, about.
	entrySize  = 400
	recordSize = 112
)

// A key is a question. Its class is always IN.
type key struct {
	name string
	t    Type
}

// An entry is what was found out about a key.
type entry struct {
	key
	answer  Answer
	err     error
	expires time.Time
	size    int
	failure time.Duration // how long it was kept, if it is a failure
}

// A cache forgets what was not used for longest. The zero value is empty.
type cache struct {
	mu   sync.Mutex
	by   map[key]*list.Element
	used list.List // of *entry, the last used first
	size int
}

// get returns what is known of k.
func (c *cache) get(k key, now time.Time) (answer Answer, err error, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.by[k]
	if at == nil {
		return Answer{}, nil, false
	}
	e := at.Value.(*entry)
	left := e.expires.Sub(now)
	if left <= 0 {
		return Answer{}, nil, false // a failure's duration is still of use
	}
	c.used.MoveToFront(at)
	answer = e.answer.copied()
	answer.Cached = true
	answer.TTL = left
	return answer, e.err, true
}

// put remembers an answer, and forgets others until all fit into limit.
func (c *cache) put(k key, answer Answer, err error, now time.Time, limit int) {
	e := &entry{key: k, answer: answer, err: err, size: entrySize + 2*len(k.name) + len(answer.Canonical)}
	for _, r := range answer.Records {
		e.size += recordSize + len(r.Host) + len(r.Text) + len(r.TLSA.Data)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.by[k]
	if err != nil && !absent(err) {
		e.failure = minFailure
		if old != nil && old.Value.(*entry).failure > 0 {
			e.failure = min(2*old.Value.(*entry).failure, maxFailure)
		}
		e.answer.TTL = e.failure
		e.err = withoutCause(err)
	}
	e.expires = now.Add(e.answer.TTL)
	if old != nil {
		c.drop(old)
	}
	if e.size > limit {
		return
	}
	for c.size+e.size > limit {
		c.drop(c.used.Back())
	}
	if c.by == nil {
		c.by = map[key]*list.Element{}
	}
	c.by[k] = c.used.PushFront(e)
	c.size += e.size
}

// drop is called with the lock held.
func (c *cache) drop(at *list.Element) {
	e := c.used.Remove(at).(*entry)
	delete(c.by, e.key)
	c.size -= e.size
}

// withoutCause keeps the text of an error, but not what hangs on it.
func withoutCause(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Err == nil {
		return err
	}
	return &Error{e.Name, e.Type, e.Kind, errors.New("as a moment ago: " + e.Err.Error())}
}

func clamp(ttl, most time.Duration) time.Duration { return max(minTTL, min(ttl, most)) }

// copied returns the answer with records of its own.
func (a Answer) copied() Answer {
	a.Records = slices.Clone(a.Records)
	return a
}
