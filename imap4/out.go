package imap4

import (
	"strconv"
	"sync"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

// pieces are where long responses are made, and messages copied through.
var pieces = sync.Pool{New: func() any { b := make([]byte, 0, pieceSize); return &b }}

// pieceSize is how much of a response is held before it is handed on.
const pieceSize = 16 << 10

// put queues a part of a response. A client that is lost is noted.
func (c *Conn) put(b []byte) {
	if _, err := c.wire.Write(b); err != nil {
		c.gone(err)
	}
}

// line queues an untagged response, such as "SEARCH 1 2".
func (c *Conn) line(s string) {
	var room [256]byte
	b := append(room[:0], "* "...)
	b = append(b, s...)
	c.put(append(b, "\r\n"...))
}

// appendString appends a string: quoted where that can be, else a literal.
func appendString(b []byte, s string, takesUTF8 bool) []byte {
	return summary.AppendString(b, s, takesUTF8)
}

// appendNumber appends n, which is not negative.
func appendNumber[N ~int | ~int64 | ~uint32 | ~uint64](b []byte, n N) []byte {
	return strconv.AppendUint(b, uint64(n), 10)
}

// appendFlags appends a list of flags, with parentheses.
func appendFlags(b []byte, f Flags, recent bool) []byte {
	b = append(b, '(')
	at := len(b)
	for i, name := range systemNames {
		if f.System&(1<<i) != 0 {
			b = append(append(b, name...), ' ')
		}
	}
	if recent {
		b = append(b, `\Recent `...)
	}
	for _, k := range f.Keywords {
		b = append(append(b, k...), ' ')
	}
	if len(b) > at {
		b = b[:len(b)-1]
	}
	return append(b, ')')
}

// systemNames are the names of the SystemFlags, by bit.
var systemNames = [...]string{`\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`}

// appendSet appends a set as a client reads it: "1:3,5".
func appendSet(b []byte, s UIDSet) []byte {
	for i, r := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, r.First)
		if r.Last > r.First {
			b = append(b, ':')
			b = appendNumber(b, r.Last)
		}
	}
	return b
}

// appendList appends UIDs in their order, runs of ascending ones shortened
// (RFC 4315, 3: the two sets of a COPYUID match one by one).
func appendList(b []byte, uids []UID) []byte {
	for i := 0; i < len(uids); {
		j := i + 1
		for j < len(uids) && uids[j] == uids[j-1]+1 {
			j++
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, uids[i])
		if j > i+1 {
			b = append(b, ':')
			b = appendNumber(b, uids[j-1])
		}
		i = j
	}
	return b
}
