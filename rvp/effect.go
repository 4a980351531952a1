package rvp

import "slices"

// An effect is what a change of a Record means to those who watch.
type effect struct {
	before, after State
	values        []Property // that are new, besides the state
}

// isNothing reports whether nobody has to be told.
func (e *effect) isNothing() bool { return e.before == e.after && len(e.values) == 0 }

// told notes a new value, in place of one that came before it.
func (e *effect) told(p Property) {
	e.values = slices.DeleteFunc(e.values, func(q Property) bool { return q.Name == p.Name })
	e.values = append(e.values, p)
}

// follow adds a later change of the same record.
func (e *effect) follow(later effect) {
	e.after = later.after
	for _, p := range later.values {
		e.told(p)
	}
}

// forOthers returns what watchers are told, nil for nothing (RVP-081).
func (e *effect) forOthers() []Property {
	if e.before.shown() == e.after.shown() {
		return e.values
	}
	return slices.Insert(slices.Clone(e.values), 0, StateProperty(e.after.shown()))
}

// forOwner returns what the user's own logons are told, nil for nothing: all
// that was chosen, but not that one of them is idle or gone (RVP-077, RVP-078).
func (e *effect) forOwner() []Property {
	if e.before == e.after || e.after == Idle || e.after == Offline {
		return e.values
	}
	return slices.Insert(slices.Clone(e.values), 0, StateProperty(e.after))
}

// shown is the state as others see it.
func (s State) shown() State {
	if s == Invisible {
		return Offline
	}
	return s
}
