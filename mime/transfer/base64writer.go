package transfer

import (
	"encoding/base64"
	"io"
)

// base64Writer encodes in lines (RFC 2045, 6.8).
type base64Writer struct {
	out  output
	held [lineOctets]byte // what does not fill a line
	n    int

	trailer string // what comes after the last line
}

// lineOctets is how many octets a full line of base64 stands for.
const lineOctets = maxEncodedLine / 4 * 3

func newBase64Writer(w io.Writer) *base64Writer { return &base64Writer{out: output{w: w}} }

func (b *base64Writer) Write(p []byte) (int, error) {
	if err := b.out.usable(); err != nil {
		return 0, err
	}
	total := len(p)
	if b.n > 0 {
		n := copy(b.held[b.n:], p)
		b.n += n
		p = p[n:]
		if b.n < lineOctets {
			return total, nil
		}
		b.line(b.held[:])
		b.n = 0
	}
	for len(p) >= lineOctets {
		b.line(p[:lineOctets])
		p = p[lineOctets:]
	}
	b.n = copy(b.held[:], p)
	return total, b.out.err
}

func (b *base64Writer) line(p []byte) {
	b.out.buf = base64.StdEncoding.AppendEncode(b.out.room(maxEncodedLine+2), p)
	b.out.buf = append(b.out.buf, '\r', '\n')
}

func (b *base64Writer) Close() error {
	if !b.out.closed {
		if b.n > 0 {
			b.line(b.held[:b.n])
			b.n = 0
		}
		b.out.write([]byte(b.trailer))
	}
	return b.out.close()
}
