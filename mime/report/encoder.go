package report

import (
	"bytes"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// exactly reads size octets of r. It is an error if there are less.
type exactly struct {
	r    io.Reader
	left int64
}

func newExactly(r io.Reader, size int64) *exactly {
	return &exactly{io.LimitReader(r, size), size}
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// A base64Reader reads what src has in base64, some kilobytes at a time.
type base64Reader struct {
	src  io.Reader
	enc  io.WriteCloser
	buf  *bytes.Buffer
	in   []byte
	done bool
}

func newBase64Reader(src io.Reader) *base64Reader {
	buf := new(bytes.Buffer)
	return &base64Reader{src: src, enc: transfer.NewWriter(transfer.Base64, buf), buf: buf, in: make([]byte, 8<<10)}
}

// Read implements io.Reader.
func (r *base64Reader) Read(p []byte) (int, error) {
	for r.buf.Len() == 0 {
		if r.done {
			return 0, io.EOF
		}
		n, err := r.src.Read(r.in)
		if n > 0 {
			if _, err := r.enc.Write(r.in[:n]); err != nil {
				return 0, err
			}
		}
		if err == io.EOF {
			r.done = true
			err = r.enc.Close()
		}
		if err != nil {
			return 0, err
		}
	}
	return r.buf.Read(p)
}

// base64Size is how many octets base64 has for n of them, in lines of 76 that end in CRLF.
func base64Size(n int64) int64 {
	chars := (n + 2) / 3 * 4
	return chars + (chars+75)/76*2
}

// encode encodes text that is in memory.
func encode(e transfer.Encoding, text []byte) []byte {
	if e != transfer.QuotedPrintable {
		return text
	}
	var b bytes.Buffer
	w := transfer.NewWriter(e, &b)
	_, _ = w.Write(text) // a Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
