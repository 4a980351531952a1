package mime

import (
	"cmp"
	"errors"
)

// ErrLimit is returned for a message that exceeds a limit, if [Limits].Strict asks for it.
var ErrLimit = errors.New("mime: message exceeds a limit")

// Limits bounds what the index of one message may cost. The zero value has the defaults. What exceeds a limit is a
// defect: the message is indexed, but what lies beyond is left as the octets of the part that holds it.
type Limits struct {
	// Depth is how many multiparts and messages may be nested in each other. The default is 100.
	Depth int
	// Parts is how many parts there may be, the message itself and enclosed messages included. The default is 10,000.
	Parts int
	// HeaderBytes is how many octets the headers of all parts may have together. The default is 1 MiB.
	HeaderBytes int64
	// HeaderFields is how many fields the headers of all parts may have together. The default is 10,000.
	HeaderFields int
	// Strict makes a limit that is exceeded an error, [ErrLimit].
	Strict bool
}

// withDefaults has a number for each limit.
func (l Limits) withDefaults() Limits {
	l.Depth = cmp.Or(l.Depth, 100)
	l.Parts = cmp.Or(l.Parts, 10_000)
	l.HeaderBytes = cmp.Or(l.HeaderBytes, 1<<20)
	l.HeaderFields = cmp.Or(l.HeaderFields, 10_000)
	return l
}
