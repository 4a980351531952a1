package rvp

import (
	"cmp"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// This file is about what a PROPPATCH and the passing of time make of the views
// of a Record, and nothing else: it knows no clock, store or network.
//
// Rules (rvp-exchange2000, 5.5; facts, 4.5):
//
//  1. A view is what one logon says. Its lease ends by itself, and the view with it.
//  2. What is visible is the state last chosen in any view that is neither idle
//     nor offline; else idle, if a view is; else what a lease has left behind;
//     else offline (RVP-076).
//  3. A view without an ID is the one that the same logon has made before, so
//     that a client which knows of no IDs can go offline (RVP-079).
//  4. What watchers were told last is what the record says without regard to the
//     time, since each change of the record is told. So a lease that is renewed too
//     late, but before anybody saw that it had ended, is told to nobody (RVP-072).

// rest is the ID of the view that has the default of a lease which has ended. It
// has no end, and goes as soon as a logon says anything.
const rest = 0

// A patch is a PROPPATCH to be applied to a Record.
type patch struct {
	changes []PropertyChange
	logon   string  // whose views without an ID are
	limits  *Limits // Lease, Views, Values
}

// patchError says which of the changes cannot be made: their statuses, 0 for
// those that could. Then none is.
type patchError []int

func (patchError) Error() string { return "rvp: the properties cannot be set so" }

// errUnchanged has a store keep a record as it is.
var errUnchanged = errors.New("rvp: nothing has changed")

// apply alters the record and returns the changes as they are granted, for the
// answer, and what has changed of what can be seen.
func (p *patch) apply(r *Record, now time.Time) (granted []PropertyChange, e effect, err error) {
	e.before = r.state(time.Time{})
	e.values = r.settle(now)
	granted = make([]PropertyChange, len(p.changes))
	var refused patchError
	for i, c := range p.changes {
		var status int
		if c.Name == PropState {
			granted[i], status = p.setState(r, now, c)
		} else {
			granted[i], status = p.setValue(r, now, c, &e)
		}
		if status == 0 {
			continue
		}
		if refused == nil {
			refused = make(patchError, len(p.changes))
		}
		refused[i] = status
	}
	if refused != nil {
		return nil, effect{}, refused
	}
	r.finish(now, &e)
	return granted, e, nil
}

// expire ends the leases whose time has come; errUnchanged if there are none.
func (r *Record) expire(now time.Time) (effect, error) {
	if r.Next.IsZero() || r.Next.After(now) {
		return effect{}, errUnchanged
	}
	e := effect{before: r.state(time.Time{}), values: r.settle(now)}
	r.finish(now, &e)
	return e, nil
}

// drop ends the view of a logon that is gone; errUnchanged if it has none.
func (r *Record) drop(logon string, now time.Time) (effect, error) {
	gone := func(v View) bool { return v.ID != rest && v.Logon == logon }
	if !slices.ContainsFunc(r.Views, gone) {
		return effect{}, errUnchanged
	}
	e := effect{before: r.state(time.Time{}), values: r.settle(now)}
	r.Views = slices.DeleteFunc(r.Views, gone)
	r.finish(now, &e)
	return e, nil
}

// finish completes a change.
func (r *Record) finish(now time.Time, e *effect) {
	e.after = r.state(now)
	if !e.isNothing() {
		r.Revision++
	}
	r.Next = time.Time{}
	for i := range r.Views {
		r.wake(r.Views[i].Until)
	}
	for i := range r.Values {
		r.wake(r.Values[i].Until)
	}
}

// wake has Next be no later than at, if that is not zero.
func (r *Record) wake(at time.Time) {
	if !at.IsZero() && (r.Next.IsZero() || at.Before(r.Next)) {
		r.Next = at
	}
}

// Live yields the views of logons that are not offline, whose leases have not ended
// at a time of the store's clock.
func (r *Record) Live(now time.Time) iter.Seq[View] {
	return func(yield func(View) bool) {
		for _, v := range r.Views {
			if v.ID != rest && v.State != Offline && !over(v.Until, now) && !yield(v) {
				return
			}
		}
	}
}

// over reports whether a lease has ended. A zero until has no end; at a zero now
// none has ended yet.
func over(until, now time.Time) bool {
	return !until.IsZero() && !now.IsZero() && !until.After(now)
}

// state is what is visible at a time; at the zero time, what watchers were
// told last (rules 2 and 4).
func (r *Record) state(now time.Time) State {
	best, since, idle, left := Offline, time.Time{}, false, Offline
	for i := range r.Views {
		v := &r.Views[i]
		switch {
		case over(v.Until, now):
			if v.Default != Offline {
				left = v.Default
			}
		case v.ID == rest:
			left = v.State
		case v.State == Offline:
		case v.State == Idle:
			idle = true
		case best == Offline || !v.Set.Before(since):
			best, since = v.State, v.Set
		}
	}
	switch {
	case best != Offline:
		return best
	case idle:
		return Idle
	}
	return left
}

// settle ends the leases whose time has come (RVP-071), and returns the
// properties besides the state that have another value now.
func (r *Record) settle(now time.Time) []Property {
	if r.Next.IsZero() || r.Next.After(now) {
		return nil
	}
	var left View
	r.Views = slices.DeleteFunc(r.Views, func(v View) bool {
		if !over(v.Until, now) {
			return false
		}
		if v.Default != Offline && !v.Until.Before(left.Set) {
			left = View{ID: rest, State: v.Default, Default: v.Default, Set: v.Until}
		}
		return true
	})
	if left.State != "" {
		r.clearRest()
		r.Views = append(r.Views, left)
	}
	return r.settleValues(now)
}

func (r *Record) clearRest() {
	r.Views = slices.DeleteFunc(r.Views, func(v View) bool { return v.ID == rest })
}

// setState sets the state of one view, and returns the lease that is granted
// (RVP-068 to RVP-075), or the status that says why not.
func (p *patch) setState(r *Record, now time.Time, c PropertyChange) (PropertyChange, int) {
	state, fallback, ok := c.states()
	if !ok {
		return c, http.StatusConflict
	}
	r.clearRest()
	v := p.view(r, now, c.View)
	if v.State != state {
		v = r.latest(v)
		v.State, v.Set = state, now
	}
	v.Default = cmp.Or(fallback, v.Default, Offline)
	switch {
	case c.Lease.Timeout > 0:
		v.Until = now.Add(min(c.Lease.Timeout, p.limits.Lease))
	case v.Until.IsZero(): // without a lease a crash would leave him online for good
		v.Until = now.Add(p.limits.Lease)
	}
	granted := PropertyChange{
		Name: PropState, Leased: true, View: strconv.FormatUint(v.ID, 10),
		Lease: Lease{
			Value: StateProperty(v.State).Inner, Default: StateProperty(v.Default).Inner,
			Timeout: max(v.Until.Sub(now).Round(time.Second), time.Second),
		},
	}
	if v.State == Offline && v.Default == Offline {
		id := v.ID
		r.Views = slices.DeleteFunc(r.Views, func(v View) bool { return v.ID == id })
	}
	return granted, 0
}

// latest moves a view behind the others: of those set at the same time the last
// one counts.
func (r *Record) latest(v *View) *View {
	moved := *v
	r.Views = append(slices.DeleteFunc(r.Views, func(v View) bool { return v.ID == moved.ID }), moved)
	return &r.Views[len(r.Views)-1]
}

// states returns the state that is set and the default, "" if there is none. To
// remove the state is to go offline, and who goes offline does not want to
// come back by a default that he gave before.
func (c *PropertyChange) states() (state, fallback State, ok bool) {
	if c.Remove {
		return Offline, Offline, true
	}
	if state, ok = (Property{Name: PropState, Inner: c.Lease.Value}).State(); !ok || !state.Valid() {
		return "", "", false
	}
	if c.Lease.Default != "" {
		fallback, ok = (Property{Name: PropState, Inner: c.Lease.Default}).State()
		return state, fallback, ok && fallback.Valid()
	}
	if state == Offline {
		fallback = Offline
	}
	return state, fallback, true
}

// view returns the view that is meant, or a new one (rule 3). An ID that is dead
// is as good as none: the answer names another one.
func (p *patch) view(r *Record, now time.Time, name string) *View {
	at := -1
	if id, err := strconv.ParseUint(name, 10, 64); err == nil {
		at = slices.IndexFunc(r.Views, func(v View) bool { return v.ID == id })
	}
	if at < 0 {
		at = slices.IndexFunc(r.Views, func(v View) bool { return v.Logon == p.logon })
	}
	if at >= 0 {
		return &r.Views[at]
	}
	if len(r.Views) >= p.limits.Views {
		// The one that ends first is the most likely to be of a client that is gone.
		first := slices.MinFunc(r.Views, func(a, b View) int { return a.Until.Compare(b.Until) })
		r.Views = slices.DeleteFunc(r.Views, func(v View) bool { return v.ID == first.ID })
	}
	r.LastView++
	r.Views = append(r.Views, View{ID: r.LastView, Logon: p.logon, Set: now})
	return &r.Views[len(r.Views)-1]
}
