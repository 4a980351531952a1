package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// A Store is a queue.Store in memory. It is for one process, and Claim looks at every item.
type Store struct {
	now func() time.Time

	mu       sync.Mutex
	wake     chan struct{} // closed when something may be due, and made anew
	woken    bool          // something may be due that nobody has looked for
	looked   time.Time     // when somebody last did
	bodies   map[string]*stored
	messages map[string]*message
	known    map[string]bool // IDs of messages that are or were here, for ever
	items    map[string]*item
	served   map[lane]uint64 // when a lane was last served, by turn
	turn     uint64
	named    uint64   // bodies so far
	unnamed  []string // bodies that nobody may have named yet, the oldest first
}

// A stored body goes with the last message that names it, or when it is old and none ever has.
type stored struct {
	octets   []byte
	at       time.Time
	messages int
}

// A message is there as long as items refer to it.
type message struct {
	queue.Message
	items int
}

type item struct {
	queue.Item
	token uint64
	until time.Time
}

// A lane is what takes turns: one source's mail for one route.
type lane struct{ route, source string }

// New makes an empty Store. now is its clock; nil is time.Now.
func New(now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{
		now:      now,
		wake:     make(chan struct{}),
		bodies:   make(map[string]*stored),
		messages: make(map[string]*message),
		known:    make(map[string]bool),
		items:    make(map[string]*item),
		served:   make(map[lane]uint64),
	}
}

// PutBody implements queue.Store.
func (s *Store) PutBody(ctx context.Context, r io.Reader, size int64) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("memory: %w", err)
	}
	if size >= 0 && int64(len(b)) != size {
		return "", fmt.Errorf("memory: body has %d octets, want %d: %w", len(b), size, io.ErrUnexpectedEOF)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.sweep(now)
	s.named++
	name := strconv.FormatUint(s.named, 36)
	s.bodies[name] = &stored{octets: b, at: now}
	s.unnamed = append(s.unnamed, name)
	return name, nil
}

// orphanAge is how long a body stays that no message names.
const orphanAge = 24 * time.Hour

// sweep removes bodies that no message has named in time. The caller has the lock.
func (s *Store) sweep(now time.Time) {
	for len(s.unnamed) > 0 {
		name := s.unnamed[0]
		b, ok := s.bodies[name]
		if ok && b.messages == 0 && now.Sub(b.at) < orphanAge {
			return
		}
		if ok && b.messages == 0 {
			delete(s.bodies, name)
		}
		s.unnamed = s.unnamed[1:]
	}
}

// A body is what OpenBody returns.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// OpenBody implements queue.Store.
func (s *Store) OpenBody(ctx context.Context, name string) (queue.Body, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.bodies[name]
	if !ok {
		return nil, queue.ErrNotFound
	}
	return body{bytes.NewReader(b.octets)}, nil
}

// Add implements queue.Store.
func (s *Store) Add(ctx context.Context, entries ...queue.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if s.known[e.Message.ID] {
			return queue.ErrExists
		}
	}
	return s.add(entries)
}

// add keeps entries, of messages that may be known. The caller has the lock.
func (s *Store) add(entries []queue.Entry) error {
	ids := make(map[string]bool)
	for _, e := range entries {
		if _, ok := s.bodies[e.Message.Body]; !ok {
			return fmt.Errorf("memory: body %.64q: %w", e.Message.Body, queue.ErrNotFound)
		}
		for _, i := range e.Items {
			_, taken := s.items[i.ID]
			if taken || ids[i.ID] || i.Message != e.Message.ID || len(i.To) == 0 {
				return errors.New("memory: an item needs an ID of its own, its message's ID and recipients")
			}
			ids[i.ID] = true
		}
	}
	for _, e := range entries {
		m, ok := s.messages[e.Message.ID]
		if !ok {
			m = &message{Message: e.Message}
			m.Tags = maps.Clone(e.Message.Tags)
			s.messages[e.Message.ID], s.known[e.Message.ID] = m, true
			s.bodies[m.Body].messages++
		}
		for _, i := range e.Items {
			i.To = slices.Clone(i.To)
			s.items[i.ID] = &item{Item: i}
			m.items++
		}
	}
	s.wakeUp()
	return nil
}

// wakeUp has Wait return. The caller has the lock.
func (s *Store) wakeUp() {
	s.woken = true
	close(s.wake)
	s.wake = make(chan struct{})
}

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, q queue.ClaimRequest) ([]queue.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.woken, s.looked = false, now
	active := make(map[string]int)
	due := make(map[lane][]*item)
	for _, i := range s.items {
		switch l := (lane{i.Route, s.messages[i.Message].Source}); {
		case i.State == queue.Leased && i.until.After(now):
			active[i.Route]++
		case i.State == queue.Leased, i.State == queue.Waiting && !i.Due.After(now):
			due[l] = append(due[l], i)
		}
	}
	for l, items := range due {
		slices.SortFunc(items, urgency)
		due[l] = items
	}
	var leases []queue.Lease
	for len(leases) < q.Max && len(due) > 0 {
		l := s.nextLane(due)
		if limit := limitOf(q, l.route); limit < 0 || limit > 0 && active[l.route] >= limit {
			delete(due, l)
			continue
		}
		leases = append(leases, s.lease(due[l][0], now.Add(q.Lease)))
		active[l.route]++
		s.turn++
		s.served[l] = s.turn
		if due[l] = due[l][1:]; len(due[l]) == 0 {
			delete(due, l)
		}
	}
	return leases, nil
}

func limitOf(q queue.ClaimRequest, route string) int {
	if n, ok := q.Limits[route]; ok {
		return n
	}
	return q.PerRoute
}

// nextLane is the lane whose last turn is the longest ago.
func (s *Store) nextLane(due map[lane][]*item) lane {
	lanes := slices.Collect(maps.Keys(due))
	return slices.MinFunc(lanes, func(a, b lane) int {
		if n := compare(s.served[a], s.served[b]); n != 0 {
			return n
		}
		return urgency(due[a][0], due[b][0])
	})
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// urgency orders items of a lane.
func urgency(a, b *item) int {
	if n := int(a.Priority) - int(b.Priority); n != 0 {
		return n
	}
	if n := a.Due.Compare(b.Due); n != 0 {
		return n
	}
	if a.ID < b.ID {
		return -1
	}
	return 1
}

// lease gives an item away. The caller has the lock.
func (s *Store) lease(i *item, until time.Time) queue.Lease {
	i.State, i.until = queue.Leased, until
	i.token++
	return s.view(i)
}

// view copies an item and its message. The caller has the lock.
func (s *Store) view(i *item) queue.Lease {
	l := queue.Lease{Item: i.Item, Message: s.messages[i.Message].Message, Token: i.token, Until: i.until}
	l.Item.To = slices.Clone(i.To)
	l.Message.Tags = maps.Clone(l.Message.Tags)
	return l
}

// Now implements queue.Store.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.now(), ctx.Err() }

// Wait implements queue.Store.
func (s *Store) Wait(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	wake, woken, now := s.wake, s.woken, s.now()
	for _, i := range s.items {
		switch at := i.due(); {
		case at.IsZero() || !at.After(s.looked) || !at.Before(until):
		case at.After(now):
			until = at
		default:
			woken = true
		}
	}
	s.woken, s.looked = false, now // who waits again without a claim does not want to know
	s.mu.Unlock()
	if woken {
		return nil
	}
	t := time.NewTimer(until.Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// due is when an item may be claimed, zero if never by itself.
func (i *item) due() time.Time {
	switch i.State {
	case queue.Waiting:
		return i.Due
	case queue.Leased:
		return i.until
	}
	return time.Time{}
}

// Close implements queue.Store.
func (s *Store) Close() error { return nil }
