package nntp

import (
	"sync"
	"time"
)

// rates counts what posters have posted (Limits.Posts).
type rates struct {
	mu   sync.Mutex
	by   map[string]*rate
	next time.Time // when those that have run out are forgotten
}

// A rate is a bucket that fills with time: a post takes one from it.
type rate struct {
	left float64
	at   time.Time
}

// take counts a post, and reports whether there may be one.
func (rs *rates) take(who string, l *Limits, now time.Time) bool {
	if l.Posts < 0 || l.PostsTime <= 0 {
		return true
	}
	full := float64(l.Posts)
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.by == nil {
		rs.by = make(map[string]*rate)
	}
	if now.After(rs.next) {
		rs.next = now.Add(l.PostsTime)
		for who, r := range rs.by {
			if now.Sub(r.at) > l.PostsTime { // it is full again
				delete(rs.by, who)
			}
		}
	}
	r := rs.by[who]
	if r == nil {
		r = &rate{left: full, at: now}
		rs.by[who] = r
	}
	r.left = min(full, r.left+full*float64(now.Sub(r.at))/float64(l.PostsTime))
	r.at = now
	if r.left < 1 {
		return false
	}
	r.left--
	return true
}
