package mime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
)

// A Content is the octets of a part, before they are encoded. It can be opened more than once, and gives the same octets
// each time, since the encoding is chosen before they are written; but for that of [ContentFromReader]. An [Outgoing] is a
// Content too, so that a message can be enclosed in another one.
type Content interface {
	Open() (io.ReadCloser, error)
	Size() int64 // in octets, -1 if that is not known
}

// ContentFromBytes is the octets b, which must not change.
func ContentFromBytes(b []byte) Content {
	return ContentFromReaderAt(bytes.NewReader(b), int64(len(b)))
}

// ContentFromString is the octets of s.
func ContentFromString(s string) Content {
	return ContentFromReaderAt(strings.NewReader(s), int64(len(s)))
}

// ContentFromReaderAt is the first size octets of r.
func ContentFromReaderAt(r io.ReaderAt, size int64) Content { return readerAtContent{r, size} }

type readerAtContent struct {
	r    io.ReaderAt
	size int64
}

func (c readerAtContent) Size() int64 { return c.size }

func (c readerAtContent) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(c.r, 0, c.size)), nil
}

// ContentFromFile is a regular file, which is opened each time it is read.
func ContentFromFile(name string) (Content, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("mime: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("mime: %s is not a regular file", name)
	}
	return fileContent{name, info.Size()}, nil
}

type fileContent struct {
	name string
	size int64
}

func (c fileContent) Size() int64                  { return c.size }
func (c fileContent) Open() (io.ReadCloser, error) { return os.Open(c.name) }

// ContentFromReader is what r has, of size octets, -1 if that is not known. It can be read once only, so that the message
// can be written once only, and the encoding is not chosen by what it has: it is base64, unless [Entity].Encoding says
// another one.
func ContentFromReader(r io.Reader, size int64) Content {
	return &onceContent{r: r, size: max(size, -1)}
}

type onceContent struct {
	r    io.Reader
	size int64
	used atomic.Bool
}

var errUsed = errors.New("the content can be read once only, and has been")

func (c *onceContent) Size() int64 { return c.size }

func (c *onceContent) Open() (io.ReadCloser, error) {
	if c.used.Swap(true) {
		return nil, errUsed
	}
	return io.NopCloser(c.r), nil
}

// once reports whether c can't be read before it is written.
func once(c Content) bool {
	_, is := c.(*onceContent)
	return is
}
