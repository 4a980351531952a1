package transfer

import (
	"bytes"
	"io"

	"github.com/wirepost/wirepost/mime/defect"
)

// A Scanner parts a text into the files that are encoded in it, by uuencode or yEnc, and what is around them. It goes
// over the text once and keeps no more than a buffer of it.
type Scanner struct {
	in     input
	report *report
	now    *Segment // the one that Next gave last
	block  block    // what it is made of
	spill  spill
	trust  bool // a begin line needs no proof
}

// NewScanner returns a Scanner of the text r, the body of a message or a part, with its transfer encoding undone. It
// reports deviations to found, as [NewReader] does.
func NewScanner(r io.Reader, found *defect.List) *Scanner {
	return &Scanner{in: input{src: r}, report: &report{list: found}}
}

// A Segment is one piece of what a [Scanner] found. Reading it gives the text as it is, or the file decoded. It can be
// read until the next call of [Scanner.Next].
type Segment struct {
	File *File // nil for text
	scan *Scanner
}

// A block decodes one segment. It works like a decoder, whose rules hold here too, but finds the end of the segment by
// itself: done says that what it did not take belongs to the next one. pos is the place of src[0].
type block interface {
	decode(dst, src []byte, pos int64, end bool) (wrote, took int, done bool)
}

// Next returns the next segment, io.EOF after the last, or the error of the text's reader. What was not read of the one
// before is passed over. Text comes in one segment up to the next file; no segment of text is empty.
func (s *Scanner) Next() (*Segment, error) {
	if s.now != nil {
		if _, err := io.Copy(io.Discard, s.now); err != nil {
			return nil, err
		}
	}
	for {
		end := s.in.err == io.EOF
		head, need := parseHeader(s.in.window(), end, s.trust)
		switch {
		case end && len(s.in.window()) == 0:
			return nil, io.EOF
		case need && !s.in.fill():
			return nil, s.in.err
		case need: // there is more now, or it is known that there is none
		case head != nil:
			s.in.take(head.length)
			s.now, s.block = &Segment{&head.File, s}, head.block(s.report)
			return s.now, nil
		default:
			s.now, s.block = &Segment{nil, s}, &textBlock{trust: s.trust, inLine: true}
			return s.now, nil
		}
	}
}

// Read reads the segment. It returns io.EOF at its end, and an error of the text's reader as that is.
func (p *Segment) Read(b []byte) (int, error) {
	if p.scan.now != p {
		return 0, io.EOF
	}
	return p.scan.spill.read(b, p.scan)
}

func (s *Scanner) decodeTo(dst []byte) (int, error) {
	for s.block != nil {
		wrote, took, done := s.block.decode(dst, s.in.window(), s.in.offset, s.in.err == io.EOF)
		s.in.take(took)
		if done {
			s.block = nil
		}
		if wrote > 0 {
			return wrote, nil
		}
		if took == 0 && !done && !s.in.fill() {
			return 0, s.in.err
		}
	}
	return 0, io.EOF
}

// textBlock is what is in no file.
type textBlock struct {
	trust  bool
	inLine bool // the line is text for sure
}

func (t *textBlock) decode(dst, src []byte, _ int64, end bool) (wrote, took int, done bool) {
	if len(src) > len(dst) {
		src, end = src[:len(dst)], false
	}
	for took < len(src) {
		s := src[took:]
		if !t.inLine && (s[0] == 'b' || s[0] == '=') {
			head, need := parseHeader(s, end, t.trust)
			if need || head != nil {
				return copy(dst, src[:took]), took, head != nil
			}
		}
		i := bytes.IndexByte(s, '\n')
		t.inLine = i < 0
		if i < 0 {
			i = len(s) - 1
		}
		took += i + 1
	}
	return copy(dst, src[:took]), took, end
}
