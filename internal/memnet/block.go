package memnet

import "sync"

// blockSize makes a block, with its three words, one of the allocator's sizes.
const blockSize = 4096 - 24

// A block is a piece of the octets under way: data[r:w].
type block struct {
	next *block
	r, w int
	data [blockSize]byte
}

// blocks keeps what was drained, so that a connection that carries much makes
// no garbage, and one that is idle holds nothing.
var blocks = sync.Pool{New: func() any { return new(block) }}

// A queue holds octets in order. The zero value is empty.
type queue struct {
	head, tail *block
	n          int // octets in it
}

// push copies p to the end.
func (q *queue) push(p []byte) {
	q.n += len(p)
	for len(p) > 0 {
		if q.tail == nil || q.tail.w == blockSize {
			q.grow()
		}
		n := copy(q.tail.data[q.tail.w:], p)
		q.tail.w += n
		p = p[n:]
	}
}

func (q *queue) grow() {
	b := blocks.Get().(*block)
	b.next, b.r, b.w = nil, 0, 0
	if q.tail == nil {
		q.head = b
	} else {
		q.tail.next = b
	}
	q.tail = b
}

// pull moves octets from the front to p and returns how many.
func (q *queue) pull(p []byte) int {
	total := 0
	for q.head != nil && total < len(p) {
		b := q.head
		n := copy(p[total:], b.data[b.r:b.w])
		b.r += n
		total += n
		if b.r == b.w {
			q.drop()
		}
	}
	q.n -= total
	return total
}

// drop gives the first block back.
func (q *queue) drop() {
	b := q.head
	q.head = b.next
	if q.head == nil {
		q.tail = nil
	}
	blocks.Put(b)
}

// clear throws everything away.
func (q *queue) clear() {
	for q.head != nil {
		q.drop()
	}
	q.n = 0
}
