package transfer

import (
	"io"
	"slices"

	"github.com/wirepost/wirepost/mime/defect"
)

// A decoder turns encoded octets into plain ones. It takes as much of src as it can and as fits in dst, and says how much
// it wrote and took. It may leave up to maxToken octets at the end of src to see what follows them, unless end is true:
// then nothing follows. dst has room for 2*maxToken octets at least.
//
// What a decoder makes of its input must not depend on how the input is cut.
type decoder interface {
	decode(dst, src []byte, end bool) (wrote, took int)
}

// maxToken bounds what a decoder must see in one piece: a run of blanks that may end a line, mostly. A line has at most
// 998 octets (RFC 5322, 2.1.1).
const maxToken = 1024

// reader decodes what it reads.
type reader struct {
	in    input
	dec   decoder
	spill spill
}

func newReader(r io.Reader, d decoder) *reader { return &reader{in: input{src: r}, dec: d} }

func (r *reader) Read(p []byte) (int, error) { return r.spill.read(p, r) }

// decodeTo decodes at least one octet into dst, or returns why it can't.
func (r *reader) decodeTo(dst []byte) (int, error) {
	for {
		wrote, took := r.dec.decode(dst, r.in.window(), r.in.err == io.EOF)
		r.in.take(took)
		if wrote > 0 {
			return wrote, nil
		}
		if took == 0 && !r.in.fill() {
			return 0, r.in.err
		}
	}
}

// spill has what was decoded but not read, since the caller's buffer was too small to decode into.
type spill struct {
	left []byte
	box  []byte // the memory of left
}

// read reads from src, whose decodeTo needs room for 2*maxToken octets, and returns one at least or an error.
func (s *spill) read(p []byte, src interface{ decodeTo([]byte) (int, error) }) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(s.left) == 0 {
		if len(p) >= 2*maxToken {
			return src.decodeTo(p)
		}
		if s.box == nil {
			s.box = make([]byte, 2*maxToken)
		}
		n, err := src.decodeTo(s.box)
		if n == 0 {
			return 0, err
		}
		s.left = s.box[:n]
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// Sizes of an input's buffer. Most parts of most messages are small, so it starts small where the size is not known.
const (
	leastBuffer = 64
	firstBuffer = 4 << 10
	fullBuffer  = 32 << 10
)

// bufferSize is that of a buffer which r fits in, with an octet to spare, if r says how much it has.
func bufferSize(r io.Reader) int {
	switch r := r.(type) {
	case interface{ Size() int64 }:
		return int(min(max(r.Size(), leastBuffer), fullBuffer-1)) + 1
	case interface{ Len() int }:
		return min(max(r.Len(), leastBuffer), fullBuffer-1) + 1
	}
	return firstBuffer
}

// maxEmptyReads is how many reads in a row may return nothing, as in bufio.
const maxEmptyReads = 100

// input is a window on what a reader gives.
type input struct {
	src    io.Reader
	buf    []byte
	lo, hi int   // the window
	offset int64 // of lo, in src
	err    error // of src, once the window has the last that it gave
}

func (in *input) window() []byte { return in.buf[in.lo:in.hi] }

func (in *input) take(n int) {
	in.lo += n
	in.offset += int64(n)
}

// fill widens the window. It reports false when that can't be done: err says why.
func (in *input) fill() bool {
	if in.err != nil {
		return false
	}
	switch {
	case in.buf == nil:
		in.buf = make([]byte, bufferSize(in.src))
	case in.hi == len(in.buf) && len(in.buf) < fullBuffer:
		b := make([]byte, fullBuffer)
		in.hi = copy(b, in.window())
		in.lo, in.buf = 0, b
	case in.lo > 0:
		in.hi = copy(in.buf, in.window())
		in.lo = 0
	}
	for range maxEmptyReads {
		n, err := in.src.Read(in.buf[in.hi:])
		in.hi += n
		in.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return err == io.EOF // so that the decoder sees the end
		}
	}
	in.err = io.ErrNoProgress
	return false
}

// report tells each kind of defect once.
type report struct {
	list *defect.List
	told []defect.Kind
}

func (r *report) add(kind defect.Kind, offset int64) {
	if r.list != nil && !r.has(kind) {
		r.told = append(r.told, kind)
		r.list.Add(kind, offset)
	}
}

func (r *report) has(kind defect.Kind) bool { return slices.Contains(r.told, kind) }
