package match

import "time"

// Day is the day of t in t's own zone, as midnight UTC: SEARCH takes no account of time and zone (RFC 9051, 6.4.4).
func Day(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Before reports whether t is on an earlier day: BEFORE, SENTBEFORE, SAVEDBEFORE. day is midnight UTC.
func Before(t, day time.Time) bool { return Day(t).Before(day) }

// On reports whether t is on a day: ON, SENTON, SAVEDON.
func On(t, day time.Time) bool { return Day(t).Equal(day) }

// Since reports whether t is on a day or a later one: SINCE, SENTSINCE, SAVEDSINCE.
func Since(t, day time.Time) bool { return !Day(t).Before(day) }

// Older reports whether t is so many seconds before now, or more: OLDER (RFC 5032, 3). seconds is not negative.
func Older(t, now time.Time, seconds int64) bool { return t.Unix() <= now.Unix()-seconds }

// Younger reports whether t is so many seconds before now, or less: YOUNGER (RFC 5032, 3). seconds is not negative.
func Younger(t, now time.Time, seconds int64) bool { return t.Unix() >= now.Unix()-seconds }
