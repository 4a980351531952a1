package deflate

import (
	"errors"
	"io"
)

// ErrCorrupt is what octets are that are not compressed, or the end of a stream,
// which a conversation has none of.
var ErrCorrupt = errors.New("deflate: corrupt input")

// A Reader reads what was compressed. What it cannot go on with for want of
// input it tries again when there is more: nothing is decided by a part of a
// symbol.
type Reader struct {
	src  io.Reader
	in   [1 << 10]byte
	next []byte // of in, not looked at yet
	bits uint64 // that were taken of in, the lowest first
	n    uint   // how many

	window [1 << 15]byte
	at     int // where the next octet goes
	filled int // how many octets there are in it

	step    step
	final   bool // the block is said to be the last one
	left    int  // octets of a stored block, or of a repetition
	back    int  // how far back a repetition begins
	have    int  // lengths that were read
	lits    int  // lengths of literals and distances there are
	dists   int
	order   int // lengths of lengths there are
	lengths [320]uint8
	literal code
	dist    code
	err     error // of the stream; sticks
}

// A step is where in the stream a Reader is.
type step uint8

const (
	atBlock    step = iota // before the header of a block
	atStored               // before the size of a stored block
	inStored               // in such a block
	atLengths              // before the numbers of lengths
	inOrder                // in the lengths of lengths
	inLengths              // in the lengths
	inBlock                // before a symbol
	inRepeated             // in a repetition
)

// NewReader reads what src has.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// errMore says that there is too little input to go on.
var errMore = errors.New("deflate: more input is needed")

// Read implements io.Reader. It waits for input only if there is nothing to
// return. An error of the source can be followed by more.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := r.inflate(p)
		if n > 0 {
			return n, nil
		}
		if err != errMore {
			return 0, err
		}
		got, err := r.src.Read(r.in[:])
		r.next = r.in[:got]
		if got == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return 0, err
		}
	}
}

// inflate fills p as far as the input goes.
func (r *Reader) inflate(p []byte) (n int, err error) {
	for n < len(p) && r.err == nil {
		switch r.step {
		case inStored, inRepeated:
			n += r.copy(p[n:])
			if r.step == inStored && r.left > 0 && len(r.next) == 0 && r.n < 8 {
				return n, errMore
			}
			continue
		}
		before, left := r.bits, r.n
		r.refill()
		if r.n > left {
			before, left = r.bits, r.n
		}
		symbol, err := r.advance()
		switch {
		case err == errMore:
			if r.bits, r.n = before, left; len(r.next) == 0 {
				return n, errMore
			}
			r.err = ErrCorrupt // 56 bits are enough for anything
		case err != nil:
			r.err = err
		case symbol >= 0:
			p[n] = byte(symbol)
			r.put(byte(symbol))
			n++
		}
	}
	return n, r.err
}

// refill takes as many octets as there is room for.
func (r *Reader) refill() {
	for r.n <= 56 && len(r.next) > 0 {
		r.bits |= uint64(r.next[0]) << r.n
		r.n += 8
		r.next = r.next[1:]
	}
}

// take takes k bits.
func (r *Reader) take(k uint) (int, error) {
	if r.n < k {
		return 0, errMore
	}
	v := int(r.bits & (1<<k - 1))
	r.bits >>= k
	r.n -= k
	return v, nil
}

// symbol takes a symbol.
func (r *Reader) symbol(h *code) (int, error) {
	s, n := h.find(r.bits, r.n)
	switch {
	case n == 0:
		return 0, errMore
	case n > maxBits:
		return 0, ErrCorrupt
	}
	r.bits >>= n
	r.n -= n
	return s, nil
}

func (r *Reader) put(b byte) {
	r.window[r.at] = b
	r.at = (r.at + 1) % len(r.window)
	r.filled = min(r.filled+1, len(r.window))
}

// copy copies what is stored or repeated.
func (r *Reader) copy(p []byte) (n int) {
	for ; n < len(p) && r.left > 0; n++ {
		var b byte
		switch {
		case r.step == inRepeated:
			b = r.window[(r.at-r.back+len(r.window))%len(r.window)]
		case r.n >= 8:
			b = byte(r.bits)
			r.bits >>= 8
			r.n -= 8
		case len(r.next) > 0:
			b = r.next[0]
			r.next = r.next[1:]
		default:
			return n
		}
		p[n] = b
		r.put(b)
		r.left--
	}
	if r.left == 0 {
		if r.step == inRepeated {
			r.step = inBlock
		} else {
			r.endBlock()
		}
	}
	return n
}

func (r *Reader) endBlock() {
	if r.step = atBlock; r.final {
		r.err = io.EOF
	}
}

// advance takes the next step, and returns an octet, or -1 if it came to none.
func (r *Reader) advance() (int, error) {
	switch r.step {
	case atBlock:
		return -1, r.block()
	case atStored:
		return -1, r.stored()
	case atLengths:
		return -1, r.numbers()
	case inOrder:
		return -1, r.lengthsOfLengths()
	case inLengths:
		return -1, r.length()
	}
	return r.octet()
}
