package sqlite

import (
	"math"
	"time"
)

// The times that a column can tell from all others: none at all, and those too far away to be told.
const (
	noTime = math.MinInt64
	never  = math.MaxInt64
)

var (
	firstTime = time.Unix(0, noTime+1)
	lastTime  = time.Unix(0, never-1)
)

// stamp makes a column of a time: nanoseconds since 1970, in the order of time.
func stamp(t time.Time) int64 {
	switch {
	case t.IsZero():
		return noTime
	case t.Before(firstTime):
		return noTime + 1
	case t.After(lastTime):
		return never - 1
	}
	return t.UnixNano()
}

// unstamp makes a time of a column.
func unstamp(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
