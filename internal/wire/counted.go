package wire

import "io"

// A CountedReader reads one body of a known length, such as a BDAT chunk
// (RFC 3030) or a literal. It returns io.EOF only after all of it; a body
// that was cut short ends in io.ErrUnexpectedEOF.
type CountedReader struct {
	c    *Conn
	pace pace
	size int64
	left int64
	err  error // of Read: sticks
	end  error // why the body was cut short, if it was
}

// CountedReader returns a reader of the n octets that follow; fewer than none
// are none. It must be drained before the next ReadLine.
func (c *Conn) CountedReader(n int64) *CountedReader {
	return &CountedReader{c: c, left: max(n, 0)}
}

// Read implements io.Reader.
func (d *CountedReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := d.next(len(p))
	return copy(p, b), err
}

// WriteTo implements io.WriterTo: the body goes to w without a copy.
func (d *CountedReader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		b, err := d.next(largeSize)
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		n, err := w.Write(b)
		total += int64(n)
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		if err != nil {
			d.consume(n - len(b)) // the rest can still be read
			return total, err
		}
	}
}

// Drain consumes what is left and returns nil if all of the body came. It
// gives every later Read io.ErrClosedPipe, in case somebody kept the reader.
func (d *CountedReader) Drain() error {
	for d.end == nil && d.left > 0 {
		d.take(largeSize)
	}
	d.err = io.ErrClosedPipe
	return d.end
}

// next consumes and returns up to limit octets.
func (d *CountedReader) next(limit int) ([]byte, error) {
	if d.err == nil && d.left == 0 {
		d.err = io.EOF
	}
	if d.err != nil {
		return nil, d.err
	}
	b := d.take(limit)
	d.err = d.end
	return b, d.err
}

// take consumes and returns up to limit octets, at least one of those that
// are left, or sets d.end.
func (d *CountedReader) take(limit int) []byte {
	c := d.c
	for c.Buffered() == 0 {
		if d.end = c.fillBody(&d.pace, d.size); d.end != nil {
			return nil
		}
	}
	b := c.unread()
	b = b[:min(int64(len(b)), int64(limit), d.left)]
	d.consume(len(b))
	return b
}

func (d *CountedReader) consume(n int) {
	d.c.r += n
	d.left -= int64(n)
	d.size += int64(n)
}
