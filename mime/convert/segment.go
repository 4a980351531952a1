package convert

import (
	"bytes"
	"io"
)

// An opener opens content from its start, as often as it is called.
type opener func() io.Reader

// A segment is a piece of the result: octets of the source, octets that are at hand, or what can be made any time.
type segment struct {
	at, end int64  // in the source, if the others are nil
	text    []byte // or this
	open    opener // or this
}

// sequence reads segments, each opened only when the one before has ended.
type sequence struct {
	source   io.ReaderAt
	segments []segment
	lf       bool // the lines of the source end in LF alone: so do those that are made
	now      io.Reader
}

func (s *sequence) Read(p []byte) (int, error) {
	for {
		if s.now == nil {
			if len(s.segments) == 0 {
				return 0, io.EOF
			}
			s.now = s.segments[0].reader(s.source, s.lf)
			s.segments = s.segments[1:]
		}
		n, err := s.now.Read(p)
		if err == io.EOF {
			s.now, err = nil, nil
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// WriteTo spares the copy for what is at hand.
func (s *sequence) WriteTo(w io.Writer) (int64, error) {
	var total int64
	var buf []byte
	for s.now != nil || len(s.segments) > 0 {
		if s.now == nil {
			if g := s.segments[0]; g.open == nil && g.text != nil && !s.lf {
				n, err := w.Write(g.text)
				total += int64(n)
				if err != nil {
					return total, err
				}
				s.segments = s.segments[1:]
				continue
			}
		}
		buf = larger(buf, chunk)
		n, err := s.Read(buf)
		if n > 0 {
			m, err := w.Write(buf[:n])
			total += int64(m)
			if err != nil {
				return total, err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (g segment) reader(source io.ReaderAt, lf bool) io.Reader {
	var r io.Reader
	switch {
	case g.open != nil:
		r = g.open()
	case g.text != nil:
		r = bytes.NewReader(g.text)
	default:
		return io.NewSectionReader(source, g.at, g.end-g.at)
	}
	if lf {
		return lfReader{r}
	}
	return r
}

// lfReader drops CR. What is made here has it before LF alone.
type lfReader struct{ r io.Reader }

func (l lfReader) Read(p []byte) (int, error) {
	for {
		n, err := l.r.Read(p)
		kept := p[:0]
		for rest := p[:n]; len(rest) > 0; {
			i := bytes.IndexByte(rest, '\r')
			if i < 0 {
				i = len(rest)
			}
			kept = append(kept, rest[:i]...)
			rest = rest[min(i+1, len(rest)):]
		}
		if len(kept) > 0 || err != nil || len(p) == 0 {
			return len(kept), err
		}
	}
}

// chunk is how much is read at a time, at most.
const chunk = 32 << 10

// larger returns a buffer for the next read: small at first, for most parts are, and large after some reads.
func larger(buf []byte, most int) []byte {
	if len(buf) == most {
		return buf
	}
	return make([]byte, min(max(512, 8*len(buf)), most))
}

// encoded returns a reader of what an encoder, such as those of package transfer, makes of src.
func encoded(src opener, encoder func(io.Writer) io.WriteCloser) opener {
	return func() io.Reader {
		p := &pump{src: src()}
		p.encoder = encoder(&p.out)
		return p
	}
}

// A pump reads what an encoder writes.
type pump struct {
	src     io.Reader
	encoder io.WriteCloser
	out     bytes.Buffer
	buf     []byte
	err     error
}

func (p *pump) Read(b []byte) (int, error) {
	for p.out.Len() == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.buf = larger(p.buf, chunk)
		n, err := io.ReadFull(p.src, p.buf)
		p.err = err
		if err == io.ErrUnexpectedEOF {
			p.err = io.EOF
		}
		if _, err := p.encoder.Write(p.buf[:n]); err != nil {
			p.err = err
		}
		if p.err == io.EOF {
			if err := p.encoder.Close(); err != nil {
				p.err = err
			}
		}
	}
	return p.out.Read(b)
}
