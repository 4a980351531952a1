package rvp

import "slices"

// supersede takes out of a lane what waits there and says no more than the new parcel
// does, and returns it: of a state only the latest is of use. That goes for a lane in which
// something waits to be tried again, or where there is no room for the new parcel, since
// otherwise each change makes a NOTIFY (RVP-085). The new one goes to the end, so that
// what arrives keeps its order (RVP-103). The lock is held.
//
// What has been tried stays: it may have arrived, and its failures are counted.
func (c *courier) supersede(l *lane, p *parcel) (older []parcel) {
	if p.change == nil || !l.paused && c.fits(l, p, 0, 0) {
		return nil
	}
	count, octets := 0, 0
	for i := range l.parcels {
		if p.supersedes(&l.parcels[i]) {
			count++
			octets += len(l.parcels[i].body)
		}
	}
	if count == 0 || !c.fits(l, p, count, octets) {
		return nil
	}
	older = make([]parcel, 0, count)
	l.parcels = slices.DeleteFunc(l.parcels, func(q parcel) bool {
		if !p.supersedes(&q) {
			return false
		}
		older = append(older, q)
		return true
	})
	for i := range older {
		c.count(l, &older[i], -1)
	}
	return older
}

// supersedes reports whether p makes the older q needless: it has a value for each
// property that q has, of the same user for the same watcher.
func (p *parcel) supersedes(q *parcel) bool {
	return q.change != nil && q.attempts == 0 && p.node == q.node && p.watcher == q.watcher && p.from == q.from &&
		!slices.ContainsFunc(q.change, func(old Property) bool {
			return !slices.ContainsFunc(p.change, func(now Property) bool { return now.Name == old.Name })
		})
}

// fits reports whether there is room for a parcel, in all and in its lane (nil is a
// new one), once some others of the lane with so many octets have gone. The lock is held.
func (c *courier) fits(l *lane, p *parcel, count, octets int) bool {
	size := len(p.body) - octets
	return c.posted-count < c.limits.DeliveryQueue && c.octets+size <= maxOctets &&
		(l == nil || l.posted-count < c.limits.CallBackQueue && l.octets+size <= maxLaneOctets)
}
