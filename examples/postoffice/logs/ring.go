package logs

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// A Record is what was logged, as it is kept in memory: text, cut at 2,000
// octets each.
type Record struct {
	Seq      uint64 // counts all records of the Book, from 1
	Time     time.Time
	Level    slog.Level
	Category string
	Server   string // the virtual server; may be empty
	Message  string // as it was given: whoever shows it must escape it
	Attrs    string // "key=value", parted by spaces, quoted where need be
}

// A ring keeps the last records of a category. Neither who writes nor who reads
// ever waits: a place is taken by a counter and set at once.
type ring struct {
	next  atomic.Uint64
	slots []atomic.Pointer[Record]
}

func newRing(size int) *ring { return &ring{slots: make([]atomic.Pointer[Record], size)} }

func (r *ring) add(record *Record) {
	if len(r.slots) == 0 {
		return
	}
	at := r.next.Add(1) - 1
	r.slots[at%uint64(len(r.slots))].Store(record)
}

// appendTo appends the records that f lets through, in no order.
func (r *ring) appendTo(list []Record, f *Filter) []Record {
	for i := range r.slots {
		if record := r.slots[i].Load(); record != nil && f.allows(record) {
			list = append(list, *record)
		}
	}
	return list
}
