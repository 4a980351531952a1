package tnef

import (
	"encoding/binary"
	"math"
	"time"
)

// The seconds from 1601, where Windows' clock starts, to 1970.
const epoch = 11644473600

// second is in steps of 100 ns.
const second = 10_000_000

// fromFiletime reads steps of 100 ns since 1601 (MS-OXCDATA, 2.11.1).
func fromFiletime(v uint64) time.Time {
	return time.Unix(int64(v/second)-epoch, int64(v%second)*100).UTC()
}

// toFiletime reports false for a time that has none: before 1601 or after 60056.
func toFiletime(t time.Time) (uint64, bool) {
	s, steps := t.Unix()+epoch, uint64(t.Nanosecond())/100
	const last = math.MaxUint64 / second
	if s < 0 || s > last || s == last && steps > math.MaxUint64%second {
		return 0, false
	}
	return uint64(s)*second + steps, true
}

const dateSize = 14

// fromDate reads the seven numbers of the attributes' dates (MS-OXTNEF, 2.1.3.3). They name no zone; they are taken
// for UTC, though senders are known to write local time, so that the property is to be preferred.
func fromDate(b []byte) (time.Time, bool) {
	if len(b) < dateSize-2 {
		return time.Time{}, false
	}
	var n [6]int
	for i := range n {
		n[i] = int(binary.LittleEndian.Uint16(b[2*i:]))
	}
	if !fitsDate(n[0]) || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 60 {
		return time.Time{}, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC), true
}

// fitsDate reports whether a year is taken in the dates of attributes.
func fitsDate(year int) bool { return year >= 1601 && year <= 9999 }

func appendDate(b []byte, t time.Time) []byte {
	t = t.UTC()
	for _, n := range [...]int{
		t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday()),
	} {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	return b
}
