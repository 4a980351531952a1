package rvp

import (
	"net/http"
	"slices"
	"time"
)

// maxValueOctets bounds the other properties of a user.
const maxValueOctets = 8 << 10

// setValue sets a property other than the state, or removes it. It returns the
// lease that is granted, or the status that says why not.
func (p *patch) setValue(r *Record, now time.Time, c PropertyChange, e *effect) (PropertyChange, int) {
	at := slices.IndexFunc(r.Values, func(v Value) bool { return v.Name == c.Name })
	if c.Remove {
		if at >= 0 {
			r.Values = slices.Delete(r.Values, at, at+1)
			e.told(Property{Name: c.Name})
		}
		return PropertyChange{Name: c.Name, Remove: true}, 0
	}
	c.View = "" // only the state has views
	v := Value{Property: Property{Name: c.Name, Inner: c.Lease.Value}}
	if c.Leased && c.Lease.Timeout > 0 {
		c.Lease.Timeout = min(c.Lease.Timeout, p.limits.Lease)
		v.Until, v.Default = now.Add(c.Lease.Timeout), c.Lease.Default
	}
	isNew := at < 0 || r.Values[at].Inner != v.Inner
	if at < 0 {
		r.Values = append(r.Values, v)
	} else {
		r.Values[at] = v
	}
	if len(r.Values) > p.limits.Values || r.octets() > maxValueOctets {
		return c, http.StatusInsufficientStorage
	}
	if isNew {
		e.told(v.Property)
	}
	return c, 0
}

// settleValues ends the leases of properties whose time has come, and returns
// those that have another value now: an empty one, if there is none.
func (r *Record) settleValues(now time.Time) (changed []Property) {
	for i := range r.Values {
		v := &r.Values[i]
		if !over(v.Until, now) {
			continue
		}
		if v.Inner != v.Default {
			changed = append(changed, Property{Name: v.Name, Inner: v.Default})
		}
		v.Inner, v.Default, v.Until = v.Default, "", time.Time{}
	}
	r.Values = slices.DeleteFunc(r.Values, func(v Value) bool {
		return v.Inner == "" && slices.ContainsFunc(changed, func(p Property) bool { return p.Name == v.Name })
	})
	return changed
}

// octets counts those of all properties.
func (r *Record) octets() (n int) {
	for i := range r.Values {
		v := &r.Values[i]
		n += len(v.Name.Space) + len(v.Name.Local) + len(v.Inner) + len(v.Default)
	}
	return n
}
