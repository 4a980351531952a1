package rvp

import (
	"container/list"
	"time"
)

// recent is a map that forgets what is old, and the oldest if there is too
// much. All entries of one map live equally long, so that they end in the order
// in which they were put.
type recent[K comparable, V any] struct {
	entries map[K]*list.Element
	order   list.List
}

type recentEntry[K comparable, V any] struct {
	key   K
	value V
	until time.Time
}

func (r *recent[K, V]) get(key K) (V, bool) {
	if at, ok := r.entries[key]; ok {
		if e := at.Value.(*recentEntry[K, V]); time.Now().Before(e.until) {
			return e.value, true
		}
		r.drop(key)
	}
	var none V
	return none, false
}

// put sets an entry and drops those that have ended, and the oldest beyond size.
func (r *recent[K, V]) put(key K, value V, life time.Duration, size int) {
	if r.entries == nil {
		r.entries = make(map[K]*list.Element)
	}
	r.drop(key)
	now := time.Now()
	r.entries[key] = r.order.PushBack(&recentEntry[K, V]{key, value, now.Add(life)})
	for at := r.order.Front(); at != nil; at = r.order.Front() {
		e := at.Value.(*recentEntry[K, V])
		if len(r.entries) <= max(size, 1) && now.Before(e.until) {
			return
		}
		r.drop(e.key)
	}
}

func (r *recent[K, V]) drop(key K) {
	if at, ok := r.entries[key]; ok {
		r.order.Remove(at)
		delete(r.entries, key)
	}
}
