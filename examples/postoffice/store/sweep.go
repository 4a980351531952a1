package store

import "time"

// Retention says how long the store remembers what only helps with repetitions and with catching
// up. Zero stands for the default.
type Retention struct {
	// Keys is how long a delivery's key is known. Not less than the queue may take to try again.
	// Default: 7 days.
	Keys time.Duration
	// Expunges is how long a Scan since an old ModSeq can name what was expunged; after that it is
	// ErrHistoryGone. Default: 90 days.
	Expunges time.Duration
}

// The defaults of Retention.
const (
	DefaultKeys     = 7 * 24 * time.Hour
	DefaultExpunges = 90 * 24 * time.Hour
)
