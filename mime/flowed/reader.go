package flowed

import (
	"bufio"
	"bytes"
	"io"
)

// A Paragraph is a fixed line, or several flowed ones put together.
type Paragraph struct {
	Quote int    // how deep it is quoted; 0 if it is not
	Text  string // without a line end
}

// Signature is the text of the line that parts a signature from the rest (RFC 3676, 4.3).
const Signature = "-- "

// MaxParagraph is how long a paragraph or a line is at most, in octets. The rest of a longer one is the next.
const MaxParagraph = 64 << 10

// A Reader reads paragraphs.
type Reader struct {
	src   *bufio.Reader
	delSp bool
	line  []byte    // the one that was read last, if it is held
	held  bool      // it belongs to the next paragraph
	err   error     // of src
	text  []byte    // of the paragraph
	now   lineParts // of line
}

// NewReader returns a Reader of r. delSp is whether the part has the parameter delsp=yes: the blank at the end of each
// flowed line is then no part of the text.
func NewReader(r io.Reader, delSp bool) *Reader {
	return &Reader{src: bufio.NewReader(r), delSp: delSp}
}

// lineParts is what a line says (RFC 3676, 4.1 to 4.5).
type lineParts struct {
	quote int
	text  []byte
	flows bool // on to the next line
	sig   bool
}

// Next returns the next paragraph, io.EOF after the last, or the error of the underlying reader as it is, after what came
// before it.
func (r *Reader) Next() (Paragraph, error) {
	if !r.read() {
		return Paragraph{}, r.err
	}
	first := r.now
	r.text = append(r.text[:0], first.text...)
	for flows := first.flows; flows && r.read(); flows = r.now.flows {
		// A change of depth, or a signature, ends a paragraph that claims to go on (RFC 3676, 4.5).
		if r.now.quote != first.quote || r.now.sig || len(r.text)+len(r.now.text) > MaxParagraph {
			r.held = true
			break
		}
		r.text = append(r.text, r.now.text...)
	}
	return Paragraph{first.quote, string(r.text)}, nil
}

// read gets the next line into now.
func (r *Reader) read() bool {
	if r.held {
		r.held = false
		return true
	}
	if r.err != nil {
		return false
	}
	r.line = r.line[:0]
	for {
		part, err := r.src.ReadSlice('\n')
		r.line = append(r.line, part...)
		if err == bufio.ErrBufferFull && len(r.line)+r.src.Size() <= MaxParagraph {
			continue
		}
		if err != bufio.ErrBufferFull {
			r.err = err
		}
		break
	}
	if len(r.line) == 0 {
		return false
	}
	r.now = r.parse(r.line)
	return true
}

// parse reads one line.
func (r *Reader) parse(line []byte) lineParts {
	text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	var p lineParts
	for p.quote < len(text) && text[p.quote] == '>' {
		p.quote++
	}
	p.text = bytes.TrimPrefix(text[p.quote:], []byte(" ")) // space-stuffing (RFC 3676, 4.4)
	p.sig = string(p.text) == Signature
	p.flows = !p.sig && bytes.HasSuffix(p.text, []byte(" "))
	if p.flows && r.delSp {
		p.text = p.text[:len(p.text)-1]
	}
	return p
}
