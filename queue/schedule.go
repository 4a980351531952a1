package queue

import (
	"cmp"
	"hash/fnv"
	"io"
	"math"
	"slices"
	"time"
)

// A Schedule says when to try again, when to tell the sender that it takes long, and when to give up. It is data and
// holds no state: what it says depends on an item's History alone, so it may be changed at any time, for the mail that
// already waits too.
//
// The zero Schedule is Exchange's: again after an hour, each interval one and a half times the last, eight times; after
// 72 hours the mail goes back.
type Schedule struct {
	// First is the interval between the first try and the second, Factor what each interval is multiplied by for the next
	// one, and Longest what none exceeds. 1 hour and 1.5 if zero; no Longest if zero. A Factor below 1 counts as 1.
	First   time.Duration
	Factor  float64
	Longest time.Duration

	// Retries is how many tries follow the first; 8 if zero, none if negative. When all were made the mail waits for the
	// end of Expire: the destination may still be told to fetch it, and an operator can try once more.
	Retries int

	// Intervals is an explicit list of intervals, in place of the four above. The last one is repeated until Expire.
	Intervals []time.Duration

	// Expire is how long after its arrival a message goes back to its sender; 72 hours if zero.
	Expire time.Duration

	// Notice is how long after its arrival the sender is told of a delay, once (RFC 3461, 4.1; RFC 3464, 2.3.3); never if
	// zero.
	Notice time.Duration

	// Jitter is the share of an interval, 1 at most, that is added to it at random, so that what was refused together
	// does not come back together. The same item gets the same jitter each time it is asked for. None if zero.
	Jitter float64

	// Timeout is how long one delivery may take, in place of Content.Timeout and of the Queue's; none of its own if zero.
	Timeout time.Duration
}

// The Schedule's defaults.
const (
	defaultFirst   = time.Hour
	defaultFactor  = 1.5
	defaultRetries = 8
	defaultExpire  = 72 * time.Hour
)

// Expires is when a message that arrived at a time goes back.
func (s Schedule) Expires(arrived time.Time) time.Time {
	return arrived.Add(cmp.Or(s.Expire, defaultExpire))
}

// NoticeDue is when the sender of a message that arrived at a time is told of a delay; zero is never.
func (s Schedule) NoticeDue(arrived time.Time) time.Time {
	if s.Notice <= 0 {
		return time.Time{}
	}
	return arrived.Add(s.Notice)
}

// Next is when an item of that history is to be tried again. It is false if no try is left. key is what the jitter
// depends on, the item's ID.
func (s Schedule) Next(key string, h History) (due time.Time, more bool) {
	if h.Tries == 0 {
		return h.First, true
	}
	interval, more := s.interval(h.Tries)
	if !more {
		return time.Time{}, false
	}
	if s.Jitter > 0 {
		interval = lengthen(interval, min(s.Jitter, 1)*fraction(key, h.Tries))
	}
	return h.Last.Add(interval), true
}

// interval is the time between the try of that number, from 1, and the next one.
func (s Schedule) interval(try int) (time.Duration, bool) {
	if len(s.Intervals) > 0 {
		return max(0, s.Intervals[min(try, len(s.Intervals))-1]), true
	}
	if try > cmp.Or(s.Retries, defaultRetries) {
		return 0, false
	}
	factor := max(1, cmp.Or(s.Factor, defaultFactor))
	interval := lengthen(cmp.Or(s.First, defaultFirst), math.Pow(factor, float64(try-1))-1)
	if s.Longest > 0 {
		interval = min(interval, s.Longest)
	}
	return interval, true
}

// longest is what no interval exceeds, so that none overflows.
const longest = 100 * 365 * 24 * time.Hour

// lengthen adds a share to d.
func lengthen(d time.Duration, share float64) time.Duration {
	f := float64(d) * (1 + share)
	if !(f < float64(longest)) { // not NaN either
		return longest
	}
	return time.Duration(f)
}

// fraction is a number from 0 to 1 that only depends on what it is given.
func fraction(key string, try int) float64 {
	h := fnv.New64a()
	io.WriteString(h, key)
	h.Write([]byte{byte(try), byte(try >> 8)})
	return float64(h.Sum64()>>11) / (1 << 53)
}

// Schedules are those for each Priority. One that is nil is the Normal one, and a nil Normal one is Exchange's.
type Schedules struct {
	Urgent, Normal, NonUrgent *Schedule
}

// For is the schedule for mail of a priority.
func (s Schedules) For(p Priority) Schedule {
	own := []*Schedule{Urgent: s.Urgent, Normal: s.Normal, NonUrgent: s.NonUrgent}
	candidates := []*Schedule{s.Normal, {}}
	if int(p) < len(own) {
		candidates = slices.Insert(candidates, 0, own[p])
	}
	for _, c := range candidates {
		if c != nil {
			return *c
		}
	}
	return Schedule{}
}
