package thread

import (
	"cmp"
	"time"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

// A Message is what is sorted. Slices of them are to be in the order of the mailbox, which decides where all else is equal.
type Message struct {
	Number  uint32    // as it is written: a UID or a sequence number; not 0
	Arrival time.Time // INTERNALDATE
	Size    int64     // octets
	Keys    *summary.Keys
}

// sent is the sent date: INTERNALDATE where there is none (RFC 5256, 2.2).
func (m *Message) sent() time.Time {
	if m.Keys.Sent.IsZero() {
		return m.Arrival
	}
	return m.Keys.Sent
}

// A place is where something comes among its siblings: by date, and then by the order of the mailbox.
type place struct {
	seconds int64
	nanos   int32
	index   int32
}

func placeOf(t time.Time, index int32) place {
	return place{t.Unix(), int32(t.Nanosecond()), index}
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.seconds, q.seconds), cmp.Compare(p.nanos, q.nanos), cmp.Compare(p.index, q.index))
}
