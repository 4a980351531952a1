package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// A Body is a message to be sent, header and all. Lines end in CRLF, and there
// is no other CR or LF and no NUL, unless its Kind is binary. It can be opened
// again for the next try, and by several senders at once.
type Body interface {
	Open() (io.ReadCloser, error)
	Size() int64 // in octets, -1 if that is not known
	Kind() BodyType
}

// A BodyError is a message that could not be read, or must not be sent. The
// server has not accepted it.
type BodyError struct {
	Flawed bool // there is a CR, LF or NUL where none may be: trying again is of no use
	Err    error
}

// Error says what is wrong.
func (e *BodyError) Error() string {
	if e.Flawed {
		return "smtp: message must consist of lines that end in CRLF: " + e.Err.Error()
	}
	return "smtp: cannot read the message: " + e.Err.Error()
}

// Unwrap returns what went wrong.
func (e *BodyError) Unwrap() error { return e.Err }

func isBodyError(err error) bool {
	_, is := errors.AsType[*BodyError](err)
	return is
}

// BodyFromBytes makes a Body of b, which must not change. Its Kind is worked
// out here, as BodyTypeOf does.
func BodyFromBytes(b []byte) Body {
	kind := Body7Bit
	if !is7Bit(b) {
		kind = Body8Bit
	}
	return BodyFromReaderAt(bytes.NewReader(b), int64(len(b)), kind)
}

// BodyFromReaderAt makes a Body of the first size octets of r, which must be
// safe for use by several goroutines, as files are.
func BodyFromReaderAt(r io.ReaderAt, size int64, kind BodyType) Body {
	return readerAtBody{r, size, kind}
}

type readerAtBody struct {
	r    io.ReaderAt
	size int64
	kind BodyType
}

func (b readerAtBody) Size() int64    { return b.size }
func (b readerAtBody) Kind() BodyType { return b.kind }

func (b readerAtBody) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(b.r, 0, b.size)), nil
}

// ReadAt lets converters read the message in any order, without a copy.
func (b readerAtBody) ReadAt(p []byte, off int64) (int, error) { return b.r.ReadAt(p, off) }

// BodyFromFile makes a Body of a file, which is opened each time and must not
// change.
func BodyFromFile(name string, kind BodyType) (Body, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("smtp: %s is not a regular file", name)
	}
	return fileBody{name, info.Size(), kind}, nil
}

type fileBody struct {
	name string
	size int64
	kind BodyType
}

func (b fileBody) Size() int64                  { return b.size }
func (b fileBody) Kind() BodyType               { return b.kind }
func (b fileBody) Open() (io.ReadCloser, error) { return os.Open(b.name) }

// BodyTypeOf reads r to its end and tells whether there are octets outside
// ASCII. It never says that a message is binary: that is for its author to mean.
func BodyTypeOf(r io.Reader) (BodyType, error) {
	kind := Body7Bit
	err := eachPiece(r, func(b []byte) error {
		if !is7Bit(b) {
			kind = Body8Bit
		}
		return nil
	})
	return kind, err
}

func is7Bit(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// pieces are the buffers that bodies are read through.
var pieces = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// eachPiece hands what r has to take. Errors of r become BodyErrors.
func eachPiece(r io.Reader, take func([]byte) error) error {
	buf := pieces.Get().(*[]byte)
	defer pieces.Put(buf)
	for {
		n, err := r.Read(*buf)
		if n > 0 {
			if err := take((*buf)[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &BodyError{Err: err}
		}
	}
}

// copyBody copies r to w.
func copyBody(w io.Writer, r io.Reader) error {
	return eachPiece(r, func(b []byte) error {
		_, err := w.Write(b)
		return err
	})
}

var errResized = errors.New("it is longer or shorter than its Size says")

// An exactReader reads a body that has told its size, and fails where it ends
// elsewhere: a file that was cut short must not be sent as whole.
type exactReader struct {
	r    io.Reader
	left int64
}

func (e *exactReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if e.left < 0 || err == io.EOF && e.left > 0 {
		return 0, errResized
	}
	return n, err
}

// openBody opens b for one reading, to be ended by done.
func openBody(b Body) (r io.Reader, done func(), err error) {
	rc, err := b.Open()
	if err != nil {
		return nil, nil, &BodyError{Err: err}
	}
	// By then it has been read: what Close could say changes nothing.
	done = func() { _ = rc.Close() }
	if size := b.Size(); size >= 0 {
		return &exactReader{rc, size}, done, nil
	}
	return rc, done, nil
}
