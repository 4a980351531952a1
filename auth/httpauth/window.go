package httpauth

import (
	"sync"
	"time"
)

// windows remembers which counts of a nonce were used (RFC 7616, 3.4: nc). A
// client may have several requests under way, so the order is not certain: a
// window of 64 counts below the highest one is kept.
//
// It remembers twice maxWindows nonces at most, in two generations. What is
// forgotten is not forgiven: nonces as old as those, or older, count as stale.
type windows struct {
	mu          sync.Mutex
	young, old  map[string]*window
	youngest    time.Time // of young: when the last of them was made
	oldYoungest time.Time // of old
	forgotten   time.Time // nonces made no later may have been used
}

const maxWindows = 16384

type window struct {
	highest uint32
	seen    uint64 // bit n: highest-n was used
}

// use takes a count of a nonce that was made then. stale means that nobody can
// say any more whether it was used.
func (w *windows) use(nonce string, made time.Time, count uint32) (fresh, stale bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !made.After(w.forgotten) {
		return false, true
	}
	if found, ok := w.old[nonce]; ok {
		return found.use(count), false
	}
	found, ok := w.young[nonce]
	if !ok {
		if len(w.young) >= maxWindows {
			w.forgotten = later(w.forgotten, w.oldYoungest)
			w.old, w.oldYoungest = w.young, w.youngest
			w.young, w.youngest = nil, time.Time{}
			if !made.After(w.forgotten) {
				return false, true
			}
		}
		if w.young == nil {
			w.young = make(map[string]*window)
		}
		found = &window{}
		w.young[nonce] = found
		w.youngest = later(w.youngest, made)
	}
	return found.use(count), false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// use reports whether the count is a new one. 0 is none (RFC 7616, 3.4).
func (w *window) use(count uint32) bool {
	switch {
	case count == 0:
		return false
	case count > w.highest:
		w.seen = w.seen<<(count-w.highest) | 1
		w.highest = count
		return true
	}
	back := w.highest - count
	if back >= 64 || w.seen&(1<<back) != 0 {
		return false
	}
	w.seen |= 1 << back
	return true
}
