package smtp

import (
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/wirepost/wirepost/internal/wire"
)

// Sizes of chunks. Those of a long message are such that two of them keep a
// fast and distant server busy.
const (
	smallChunk = 16 << 10
	largeChunk = 256 << 10

	chunkHead = len("BDAT 262144 LAST\r\n") // room for the command before it
	chunkTail = len("\r\n")                 // room for an octet ahead, or the end of the last line
)

var (
	smallChunks = sync.Pool{New: func() any { b := make([]byte, chunkHead+smallChunk+chunkTail); return &b }}
	largeChunks = sync.Pool{New: func() any { b := make([]byte, chunkHead+largeChunk+chunkTail); return &b }}
)

// A chunker parts a message into chunks, each behind its command. Text is
// checked, since a flaw in it could end a message early on a later hop.
type chunker struct {
	r      io.Reader
	binary bool
	check  wire.TextChecker
	pool   *sync.Pool
	buf    *[]byte
	ahead  int // octets read ahead: one, to know whether a chunk is the last
}

func newChunker(r io.Reader, size int64, binary bool) *chunker {
	pool := &largeChunks
	if 0 <= size && size <= smallChunk {
		pool = &smallChunks
	}
	return &chunker{r: r, binary: binary, pool: pool, buf: pool.Get().(*[]byte)}
}

func (c *chunker) release() { c.pool.Put(c.buf) }

// next returns a BDAT command with its chunk, valid until the next call.
func (c *chunker) next() (chunk []byte, last bool, err error) {
	buf := *c.buf
	limit := len(buf) - chunkTail
	n := chunkHead + copy(buf[chunkHead:], buf[limit:limit+c.ahead])
	for n <= limit && !last {
		k, err := c.r.Read(buf[n : limit+1])
		n += k
		if last = err == io.EOF; err != nil && !last {
			return nil, false, &BodyError{Err: err}
		}
	}
	c.ahead = max(0, n-limit)
	last = last && c.ahead == 0
	n = min(n, limit)
	if !c.binary {
		lacks, flaw := c.checkText(buf[chunkHead:n], last)
		if flaw != nil {
			return nil, false, &BodyError{Flawed: true, Err: flaw}
		}
		if lacks {
			n += copy(buf[n:], "\r\n")
		}
	}
	return appendHead(buf, n, last), last, nil
}

// checkSize is the size of pieces that stay in a processor's cache while they
// are gone through more than once.
const checkSize = 16 << 10

// checkText looks at the next chunk of a text, and tells at the end whether its
// last line lacks the CRLF.
func (c *chunker) checkText(b []byte, last bool) (lacks bool, flaw error) {
	for piece := range slices.Chunk(b, checkSize) {
		if flaw = c.check.Check(piece); flaw != nil {
			return false, flaw
		}
	}
	if !last {
		return false, nil
	}
	return c.check.End()
}

// appendHead puts the command before the octets that end at n.
func appendHead(buf []byte, n int, last bool) []byte {
	var room [chunkHead]byte
	head := strconv.AppendInt(append(room[:0], "BDAT "...), int64(n-chunkHead), 10)
	if last {
		head = append(head, " LAST"...)
	}
	head = append(head, "\r\n"...)
	begin := chunkHead - len(head)
	copy(buf[begin:], head)
	return buf[begin:n]
}
