package auth

import "time"

// A goodPair is a name and an address from which it has logged in.
type goodPair struct {
	penalty               // key is the name's; what counts is the pair's own failures
	addr    uint64        // 0 where there is no address
	last    time.Duration // success
}

const (
	pairWays    = 16
	pairsOfName = 8 // addresses that one name may have at once
)

// goodPairs is a table of fixed size. The place is the name's, so that one who
// can log in, from however many addresses, only displaces his own pairs and those
// of the few names beside his. Of what is displaced, the longest unused goes first.
type goodPairs [][pairWays]goodPair

func newGoodPairs(entries int) goodPairs { return make(goodPairs, places(entries, pairWays)) }

func (t goodPairs) find(name, addr uint64) *goodPair {
	if name == 0 {
		return nil
	}
	place := &t[name%uint64(len(t))]
	for i := range place {
		if place[i].key == name && place[i].addr == addr {
			return &place[i]
		}
	}
	return nil
}

// succeed remembers the pair, without failures. Those that still wait keep
// their places.
func (t goodPairs) succeed(name, addr uint64, now time.Duration) {
	p := t.find(name, addr)
	if p == nil {
		p = t.displace(name)
		*p = goodPair{penalty: penalty{key: name}, addr: addr}
	}
	p.until, p.last = now, now
}

// displace returns the slot that a new pair of the name takes.
func (t goodPairs) displace(name uint64) *goodPair {
	place := &t[name%uint64(len(t))]
	var oldest, own *goodPair
	has := 0
	for i := range place {
		p := &place[i]
		if p.key == 0 && (oldest == nil || oldest.key != 0) || oldest == nil || oldest.key != 0 && p.last < oldest.last {
			oldest = p
		}
		if p.key == name {
			has++
			if own == nil || p.last < own.last {
				own = p
			}
		}
	}
	if has >= pairsOfName {
		return own
	}
	return oldest
}
