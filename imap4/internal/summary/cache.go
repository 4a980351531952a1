package summary

import (
	"container/list"
	"sync"
)

// A Cache keeps the summaries that were used last, up to a number of octets. It may be used by several goroutines.
//
// Keys name messages for good. An EmailID does that within one account only (RFC 8474, 5.1): the caller puts the account
// before it, or has a Cache for each.
type Cache struct {
	most int64

	mu      sync.Mutex
	used    int64
	entries map[string]*list.Element
	order   list.List // of *entry, what was used last at the front
}

type entry struct {
	key     string
	summary *Summary
}

// NewCache makes a cache for so many octets.
func NewCache(most int64) *Cache {
	return &Cache{most: most, entries: map[string]*list.Element{}}
}

// Get returns the summary with this key, nil if there is none.
func (c *Cache) Get(key string) *Summary {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry).summary
}

// Put keeps a summary, in the place of one with the same key. One that is too large for the cache is not kept.
func (c *Cache) Put(key string, s *Summary) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		c.remove(e)
	}
	n := cost(key, s)
	if n > c.most {
		return
	}
	for c.used += n; c.used > c.most; {
		c.remove(c.order.Back())
	}
	c.entries[key] = c.order.PushFront(&entry{key, s})
}

// remove forgets an entry. The mutex is held.
func (c *Cache) remove(e *list.Element) {
	gone := c.order.Remove(e).(*entry)
	delete(c.entries, gone.key)
	c.used -= cost(gone.key, gone.summary)
}

// cost is what an entry takes, with the map and the list.
func cost(key string, s *Summary) int64 {
	const overhead = 160
	return int64(s.Len() + len(key) + overhead)
}
