package memnet

import (
	"sync"
	"time"
)

// A deadline wakes those who wait on a condition once it has passed. Its
// fields are guarded by the condition's lock.
type deadline struct {
	at    time.Time // zero is none
	timer *time.Timer
}

// passed compares with the clock rather than remember that the timer fired:
// at the very instant of the deadline the answer must not depend on which
// goroutine ran first.
func (d *deadline) passed() bool {
	return !d.at.IsZero() && !time.Now().Before(d.at)
}

// set changes the deadline. The caller holds cond.L.
func (d *deadline) set(at time.Time, cond *sync.Cond) {
	d.at = at
	switch wait := time.Until(at); {
	case at.IsZero() || wait <= 0:
		d.stop()
	case d.timer == nil:
		d.timer = time.AfterFunc(wait, func() { d.fired(cond) })
	default:
		d.timer.Reset(wait)
	}
	cond.Broadcast()
}

// fired may run late, after the deadline was moved, and early, if the wall
// clock that a deadline without a monotonic reading goes by was set back.
func (d *deadline) fired(cond *sync.Cond) {
	cond.L.Lock()
	defer cond.L.Unlock()
	if !d.at.IsZero() && !d.passed() {
		d.timer.Reset(time.Until(d.at))
		return
	}
	cond.Broadcast()
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}
