package transfer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// ErrSize is what the writer of a yEnc file returns if it gets another number of octets than its header has announced.
var ErrSize = errors.New("transfer: not as many octets as File.Size or File.PartSize says")

// NewFileWriter returns a writer of one file that can stand in a text, header and trailer included. f says what the
// header does; an empty name becomes "attachment", a mode of 0 becomes 644. The encodings are those of [File]; for
// another one each Write fails.
//
// A yEnc header has the size, so File.Size must be right, and File.PartSize too if File.Part is set. If it is not, Close
// or Write returns [ErrSize]. Its output has octets above 127 and lines of up to 129 octets.
func NewFileWriter(f File, w io.Writer) io.WriteCloser {
	f.Name = cmp.Or(cleanName(f.Name), "attachment")
	f.Mode = cmp.Or(f.Mode&fs.ModePerm, 0o644)
	switch f.Encoding {
	case UUEncode:
		u := &uuWriter{out: output{w: w}}
		u.out.write(fmt.Appendf(nil, "begin %03o %s\r\n", f.Mode, f.Name))
		return u
	case Base64:
		b := newBase64Writer(w)
		b.trailer = base64End + "\r\n"
		b.out.write(fmt.Appendf(nil, "begin-base64 %03o %s\r\n", f.Mode, f.Name))
		return b
	case YEnc:
		return newYWriter(f, w)
	}
	return &uuWriter{out: output{err: fmt.Errorf("transfer: no files in encoding %q", f.Encoding)}}
}

// uuOctets is how many octets each line but the last has.
const uuOctets = 45

// uuWriter encodes with the backtick for zero, since blanks get lost.
type uuWriter struct {
	out  output
	held [uuOctets]byte
	n    int
}

func (u *uuWriter) Write(p []byte) (int, error) {
	if err := u.out.usable(); err != nil {
		return 0, err
	}
	total := len(p)
	for len(p) > 0 {
		n := copy(u.held[u.n:], p)
		u.n += n
		p = p[n:]
		if u.n == uuOctets {
			u.line()
		}
	}
	return total, u.out.err
}

// line writes what is held.
func (u *uuWriter) line() {
	clear(u.held[u.n:])
	b := append(u.out.room(1+uuMax+2), uuChar(uint32(u.n)))
	for i := 0; i < u.n; i += 3 {
		v := uint32(u.held[i])<<16 | uint32(u.held[i+1])<<8 | uint32(u.held[i+2])
		b = append(b, uuChar(v>>18), uuChar(v>>12&63), uuChar(v>>6&63), uuChar(v&63))
	}
	u.out.buf = append(b, '\r', '\n')
	u.n = 0
}

func uuChar(v uint32) byte {
	if v == 0 {
		return '`'
	}
	return byte(v) + ' '
}

func (u *uuWriter) Close() error {
	if !u.out.closed && u.out.err == nil {
		if u.n > 0 {
			u.line()
		}
		u.out.write([]byte("`\r\n" + uuEnd + "\r\n"))
	}
	return u.out.close()
}
