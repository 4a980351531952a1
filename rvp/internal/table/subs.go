package table

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
	"unique"

	"github.com/wirepost/wirepost/rvp"
)

// A list has a node's subscriptions of one type, by ID.
type list struct {
	kind rvp.NotificationType
	subs []sub
	gone int // how many of them have ended by Unsubscribe
}

// A sub is a Subscription, made small: a popular server has ten million.
type sub struct {
	id        uint64
	until     int64 // Unix time in ns; 0 has ended
	callBack  unique.Handle[string]
	principal unique.Handle[rvp.Principal]
}

func (u *sub) live(now int64) bool { return u.until > now }

// full returns what the sub stands for.
func (u *sub) full(n rvp.Node, kind rvp.NotificationType) rvp.Subscription {
	return rvp.Subscription{
		ID: u.id, Node: n, Type: kind, CallBack: u.callBack.Value(), Principal: u.principal.Value(),
		Until: time.Unix(0, u.until),
	}
}

// list returns that of a type, and makes it if there is none.
func (e *entry) list(kind rvp.NotificationType) *list {
	if l := e.find(kind); l != nil {
		return l
	}
	e.subs = append(e.subs, list{kind: rvp.NotificationType(unique.Make(string(kind)).Value())})
	return &e.subs[len(e.subs)-1]
}

func (e *entry) find(kind rvp.NotificationType) *list {
	for i := range e.subs {
		if e.subs[i].kind == kind {
			return &e.subs[i]
		}
	}
	return nil
}

// search returns where the subscription of that ID is, or would be.
func (l *list) search(id uint64) (int, bool) {
	return slices.BinarySearchFunc(l.subs, id, func(u sub, id uint64) int { return cmp.Compare(u.id, id) })
}

// live returns the live subscription of that ID and its list, or nil.
func (e *entry) live(id uint64, now int64) (*list, *sub) {
	for i := range e.subs {
		l := &e.subs[i]
		if at, ok := l.search(id); ok && l.subs[at].live(now) {
			return l, &l.subs[at]
		}
	}
	return nil, nil
}

// room makes room for one more, if there may be. What has ended goes before the
// list grows, and it grows by much, so that this costs little on the whole.
func (l *list) room(now int64, limit int) bool {
	full := limit > 0 && len(l.subs)-l.gone >= limit
	if full || len(l.subs) == cap(l.subs) {
		l.compact(now)
		if n := len(l.subs); n > cap(l.subs)*3/4 {
			l.subs = slices.Grow(l.subs, max(n/2, 1))
		}
	}
	return limit <= 0 || len(l.subs)-l.gone < limit
}

// compact forgets what has ended.
func (l *list) compact(now int64) {
	l.subs = slices.DeleteFunc(l.subs, func(u sub) bool { return !u.live(now) })
	l.gone = 0
	if cap(l.subs) > 2*len(l.subs)+4 {
		l.subs = slices.Clone(l.subs)
	}
}

// Subscribe implements rvp.NodeStore.
func (t *Table) Subscribe(_ context.Context, want rvp.Subscription, lifetime time.Duration, limit int) (rvp.Subscription, error) {
	h := t.shard(want.Node)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	e := h.entry(want.Node)
	defer h.tidy(e)
	l := e.list(want.Type)
	if !l.room(now.UnixNano(), limit) {
		return rvp.Subscription{}, rvp.ErrTooMany
	}
	// IDs grow under the lock of the shard, so that the new one is the last.
	u := sub{
		id: t.lastID.Add(1), until: now.Add(lifetime).UnixNano(),
		callBack: unique.Make(want.CallBack), principal: unique.Make(want.Principal),
	}
	l.subs = append(l.subs, u)
	made := u.full(want.Node, l.kind)
	t.tell(Change{Node: want.Node, Subscription: made})
	return made, nil
}

// Renew implements rvp.NodeStore.
func (t *Table) Renew(_ context.Context, n rvp.Node, id uint64, lifetime time.Duration) (rvp.Subscription, error) {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	l, u := h.live(n, id)
	if u == nil {
		return rvp.Subscription{}, rvp.ErrNoSubscription
	}
	u.until = time.Now().Add(lifetime).UnixNano()
	renewed := u.full(n, l.kind)
	t.tell(Change{Node: n, Subscription: renewed})
	return renewed, nil
}

// Subscription implements rvp.NodeStore.
func (t *Table) Subscription(_ context.Context, n rvp.Node, id uint64) (rvp.Subscription, error) {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	l, u := h.live(n, id)
	if u == nil {
		return rvp.Subscription{}, rvp.ErrNoSubscription
	}
	return u.full(n, l.kind), nil
}

// Unsubscribe implements rvp.NodeStore.
func (t *Table) Unsubscribe(_ context.Context, n rvp.Node, id uint64) (rvp.Subscription, error) {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	l, u := h.live(n, id)
	if u == nil {
		return rvp.Subscription{}, rvp.ErrNoSubscription
	}
	ended := u.full(n, l.kind)
	u.until = 0
	t.tell(Change{Node: n, Subscription: ended, Ended: true})
	// What has ended stays where it is until it is half of the list: taking out
	// one at a time would cost as much as there are.
	if l.gone++; l.gone > len(l.subs)/2 {
		h.nodes[n].compact(time.Now())
		h.tidy(h.nodes[n])
	}
	return ended, nil
}

// live returns a live subscription of a node, or nil.
func (h *shard) live(n rvp.Node, id uint64) (*list, *sub) {
	e := h.nodes[n]
	if e == nil {
		return nil, nil
	}
	return e.live(id, time.Now().UnixNano())
}

// batch is how many subscriptions are copied at a time.
const batch = 128

// Subscriptions implements rvp.NodeStore.
func (t *Table) Subscriptions(_ context.Context, n rvp.Node, kind rvp.NotificationType) (time.Time, iter.Seq2[rvp.Subscription, error]) {
	return time.Now(), func(yield func(rvp.Subscription, error) bool) {
		var after uint64
		var some [batch]sub
		for {
			got := t.after(n, kind, after, some[:])
			for i := range got {
				if !yield(some[i].full(n, kind), nil) {
					return
				}
			}
			if got < batch {
				return
			}
			after = some[got-1].id
		}
	}
}

// after copies live subscriptions with a higher ID to some, and tells how many.
func (t *Table) after(n rvp.Node, kind rvp.NotificationType, id uint64, some []sub) int {
	h := t.shard(n)
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.nodes[n]
	if e == nil {
		return 0
	}
	l := e.find(kind)
	if l == nil {
		return 0
	}
	now, got := time.Now().UnixNano(), 0
	at, _ := l.search(id + 1)
	for ; at < len(l.subs) && got < len(some); at++ {
		if l.subs[at].live(now) {
			some[got] = l.subs[at]
			got++
		}
	}
	return got
}
