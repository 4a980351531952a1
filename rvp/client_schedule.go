package rvp

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// maxJobs is how many jobs of a schedule run at a time.
const maxJobs = 4

// never has a job wait until somebody sets its time.
const never = -1

// A job is something to do at a time, such as to renew a subscription. It never
// runs twice at once.
type job struct {
	run func(ctx context.Context) (wait time.Duration) // until the next time, or never

	due   time.Time
	index int // in the heap, above 0; 0 is not there
	busy  bool
	ended bool
}

// A schedule runs jobs in one goroutine and, while they are due, up to maxJobs more.
type schedule struct {
	mu     sync.Mutex
	jobs   jobHeap
	busy   int
	wake   chan struct{} // has room for one
	worker sync.WaitGroup
}

func newSchedule() *schedule { return &schedule{wake: make(chan struct{}, 1)} }

// within has a job run after a time, or earlier if it would have anyway. One that is
// running will run again.
func (s *schedule) within(j *job, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if due := time.Now().Add(wait); j.due.IsZero() || due.Before(j.due) {
		s.set(j, due)
	}
}

// set sets the time of a job. The lock is held.
func (s *schedule) set(j *job, due time.Time) {
	j.due = due
	switch {
	case j.ended || j.busy:
		return // done will see to it
	case j.index > 0:
		heap.Fix(&s.jobs, j.index-1)
	default:
		heap.Push(&s.jobs, j)
	}
	s.kick()
}

func (s *schedule) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// end has a job run no more.
func (s *schedule) end(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.ended = true
	if j.index > 0 {
		heap.Remove(&s.jobs, j.index-1)
	}
}

// loop runs jobs until ctx ends, and returns when none is running.
func (s *schedule) loop(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(s.begin(ctx))
		select {
		case <-ctx.Done():
			s.worker.Wait()
			return
		case <-s.wake:
		case <-timer.C:
		}
	}
}

// begin has the jobs that are due begin, and returns how long it takes until another
// one is.
func (s *schedule) begin(ctx context.Context) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.jobs) > 0 && s.busy < maxJobs && ctx.Err() == nil {
		j := s.jobs[0]
		if wait := time.Until(j.due); wait > 0 {
			return wait
		}
		heap.Pop(&s.jobs)
		j.busy, j.due = true, time.Time{}
		s.busy++
		s.worker.Go(func() { s.done(j, j.run(ctx)) })
	}
	return time.Hour // whoever is done, or comes, wakes the loop
}

// done ends the run of a job. If it was wanted again meanwhile that counts too.
func (s *schedule) done(j *job, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	j.busy = false
	if wait >= 0 {
		if due := time.Now().Add(wait); j.due.IsZero() || due.Before(j.due) {
			j.due = due
		}
	}
	if !j.due.IsZero() {
		s.set(j, j.due)
	}
	s.kick()
}

// jobHeap is a heap.Interface by due.
type jobHeap []*job

func (h jobHeap) Len() int           { return len(h) }
func (h jobHeap) Less(a, b int) bool { return h[a].due.Before(h[b].due) }
func (h jobHeap) Swap(a, b int) {
	h[a], h[b] = h[b], h[a]
	h[a].index, h[b].index = a+1, b+1
}

// Push implements heap.Interface.
func (h *jobHeap) Push(x any) {
	j, _ := x.(*job)
	*h = append(*h, j)
	j.index = len(*h)
}

// Pop implements heap.Interface.
func (h *jobHeap) Pop() any {
	last := len(*h) - 1
	j := (*h)[last]
	(*h)[last] = nil
	*h, j.index = (*h)[:last], 0
	return j
}
