package auth

import (
	"hash/maphash"
	"math/bits"
	"net"
	"net/netip"
	"time"
)

// guardKeys are what a login is counted by, as keyed hashes; 0 is unknown. Two
// names of one hash would share their count, and nobody can look for such
// without the seeds.
type guardKeys struct {
	name, addr uint64
	shared     bool // the address is not counted
}

type seeds struct{ name, addr maphash.Seed }

func newSeeds() seeds { return seeds{maphash.MakeSeed(), maphash.MakeSeed()} }

func (g *Guard) keys(c *Conn, name string) (k guardKeys) {
	if name != "" {
		if folded, err := FoldName(name); err == nil {
			name = folded
		}
		k.name = max(1, maphash.String(g.seed.name, name))
	}
	addr, ok := clientAddr(c)
	if !ok {
		return k
	}
	for _, p := range g.Shared {
		k.shared = k.shared || p.Contains(addr)
	}
	b := addr.As16()
	if addr.Is6() {
		clear(b[8:])
	}
	k.addr = max(1, maphash.Bytes(g.seed.addr, b[:]))
	return k
}

// clientAddr returns the client's IP address; there is none on a Unix socket.
func clientAddr(c *Conn) (netip.Addr, bool) {
	if c == nil || c.RemoteAddr == nil {
		return netip.Addr{}, false
	}
	if tcp, ok := c.RemoteAddr.(*net.TCPAddr); ok {
		addr := tcp.AddrPort().Addr()
		return addr.Unmap().WithZone(""), addr.IsValid()
	}
	ap, err := netip.ParseAddrPort(c.RemoteAddr.String())
	return ap.Addr().Unmap().WithZone(""), err == nil
}

// A penalty is a count of failures in the shape of the time at which all of
// them will be forgiven, since the Guard's start: with each failure it moves one
// Forgive further, and with time it comes near by itself.
type penalty struct {
	key     uint64
	until   time.Duration
	open    time.Duration // the same, of logins under way
	waiting int
}

// ways is how many keys share a place, a cache line or three.
const ways = 8

// penalties is a table of fixed size. A new key takes the slot, among the few of
// its place, whose penalty ends first. So whoever wants to be rid of a penalty
// has to earn as many of the same for others as the table has entries.
type penalties [][ways]penalty

func newPenalties(entries int) penalties { return make(penalties, places(entries, ways)) }

// places is the number of places for so many entries, a power of two.
func places(entries, each int) int {
	return 1 << bits.Len(uint(max(1, (entries+each-1)/each)-1))
}

func (t penalties) find(key uint64) *penalty {
	if key == 0 {
		return nil
	}
	place := &t[key%uint64(len(t))]
	for i := range place {
		if place[i].key == key {
			return &place[i]
		}
	}
	return nil
}

// at is find, and makes the penalty if there is none; it is nil for the key 0.
func (t penalties) at(key uint64, now time.Duration) *penalty {
	if key == 0 {
		return nil
	}
	if p := t.find(key); p != nil {
		return p
	}
	place := &t[key%uint64(len(t))]
	least := &place[0]
	for i := range place {
		if max(place[i].until, place[i].open) < max(least.until, least.open) {
			least = &place[i]
		}
	}
	*least = penalty{key: key, until: now, open: now}
	return least
}
