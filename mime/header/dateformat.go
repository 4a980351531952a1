package header

import "time"

// FormatDate writes a date-time (RFC 5322, 3.3) in the zone of t, for years from 1 to 9999. A zone that is not whole
// minutes from UTC, or a day or more, is written as UTC. Fractions of a second are dropped.
func FormatDate(t time.Time) string {
	if _, offset := t.Zone(); offset%60 != 0 || offset <= -maxZone || offset >= maxZone {
		t = t.UTC()
	}
	return t.Format("Mon, 2 Jan 2006 15:04:05 -0700")
}
