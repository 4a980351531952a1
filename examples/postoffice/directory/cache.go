package directory

import (
	"sync"
	"time"
)

// A cache keeps answers for a while: at most size of them, each for ttl. What is
// not found is kept too, as an error.
type cache struct {
	ttl  time.Duration
	size int

	mu      sync.Mutex
	answers map[string]answer
}

type answer struct {
	entry entry
	err   error
	until time.Time
}

func (c *cache) get(key string) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.answers[key]
	return a, ok && time.Now().Before(a.until)
}

// put makes room, where there is none, by what happens to come first: a wrong
// guess costs one search.
func (c *cache) put(key string, e entry, err error) {
	if c.ttl <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == nil {
		c.answers = make(map[string]answer)
	}
	if _, ok := c.answers[key]; !ok && len(c.answers) >= c.size {
		for k := range c.answers {
			delete(c.answers, k)
			break
		}
	}
	c.answers[key] = answer{e, err, time.Now().Add(c.ttl)}
}
