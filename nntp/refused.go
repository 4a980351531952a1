package nntp

import (
	"cmp"
	"hash/maphash"
	"sync"
	"time"
)

// refusedIDs are the articles that were refused for good, each with who sent it:
// whoever offers one again is told so before it is sent. It is not told to others,
// or a peer could have an article refused everywhere by sending a bad one of its
// identifier first.
type refusedIDs struct {
	mu    sync.Mutex
	seed  maphash.Seed
	until map[uint64]time.Time
	order []uint64 // the oldest first
}

// refusedTime is how long a refusal is remembered: a group may have come meanwhile
// that the article is for.
const refusedTime = 24 * time.Hour

// key stands for an article and its sender. The caller holds rs.mu.
func (rs *refusedIDs) key(from *Source, id string) uint64 {
	if rs.until == nil {
		rs.until, rs.seed = make(map[uint64]time.Time), maphash.MakeSeed()
	}
	who := cmp.Or(from.Access.Peer, from.User)
	return maphash.Comparable(rs.seed, struct {
		who, addr, id string
	}{who, addrUnless(who, from), id})
}

// addrUnless is the sender's address, which counts for who has no name.
func addrUnless(who string, from *Source) string {
	if who != "" || !from.Addr.IsValid() {
		return ""
	}
	return from.Addr.String()
}

// has reports whether the sender's article was refused.
func (rs *refusedIDs) has(from *Source, id string, now time.Time) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return now.Before(rs.until[rs.key(from, id)])
}

// add remembers a refusal, and forgets the oldest for it if there are too many.
func (rs *refusedIDs) add(from *Source, id string, now time.Time, most int) {
	if most <= 0 {
		return
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	key := rs.key(from, id)
	if _, known := rs.until[key]; !known {
		for len(rs.order) >= most {
			delete(rs.until, rs.order[0])
			rs.order = rs.order[1:]
		}
		rs.order = append(rs.order, key)
	}
	rs.until[key] = now.Add(refusedTime)
}
