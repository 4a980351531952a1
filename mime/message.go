package mime

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// ErrNoSource is what reading from an index returns that knows no message: see [Message.SetSource].
var ErrNoSource = errors.New("mime: the index has no source to read from: call SetSource")

// A Message is the index of a message: the tree of its parts and where they are. It holds no body and no header. Once made
// it may be used by several goroutines at a time, as far as its source may.
type Message struct {
	// Root is the message itself.
	Root *Part
	// Size is the number of octets of the message.
	Size int64
	// UTF8Header reports that a header of some part has UTF-8 beyond ASCII (RFC 6532).
	UTF8Header bool
	// Defects has what was wrong with the message. It is not kept by [Message.MarshalBinary].
	Defects defect.List

	doc *document
}

// A document is what the parts of a message are read from.
type document struct{ src io.ReaderAt }

func (d *document) ReadAt(p []byte, off int64) (int, error) {
	if d == nil || d.src == nil {
		return 0, ErrNoSource
	}
	return d.src.ReadAt(p, off)
}

// SetSource says what the message is read from from now on: the octets that were indexed.
func (m *Message) SetSource(r io.ReaderAt) { m.doc.src = r }

// Index makes the index of the size octets of r, and reads the parts from r later. Its errors are those of r,
// [io.ErrUnexpectedEOF] if r has less, and [ErrLimit].
func Index(r io.ReaderAt, size int64, limits Limits) (*Message, error) {
	m, err := readIndex(io.NewSectionReader(r, 0, size), size, limits)
	if err != nil {
		return nil, err
	}
	if m.Size < size {
		return nil, fmt.Errorf("mime: reading the message: %w", io.ErrUnexpectedEOF)
	}
	m.SetSource(r)
	return m, nil
}

// ReadIndex makes the index of what r has up to its end. The index has no source to read from. Its errors are those of r
// and [ErrLimit].
func ReadIndex(r io.Reader, limits Limits) (*Message, error) {
	return readIndex(r, maxRead, limits)
}

// maxRead is how many octets are read at a time.
const maxRead = 32 << 10

func readIndex(r io.Reader, size int64, limits Limits) (*Message, error) {
	x := NewIndexer(limits)
	buf := make([]byte, max(min(size, maxRead), 512))
	for empty := 0; ; {
		n, err := r.Read(buf)
		if _, err := x.Write(buf[:n]); err != nil {
			return nil, err
		}
		if err == io.EOF {
			return x.Finish()
		}
		if err != nil {
			return nil, fmt.Errorf("mime: reading the message: %w", err)
		}
		if empty++; n > 0 {
			empty = 0
		} else if empty == 100 {
			return nil, fmt.Errorf("mime: reading the message: %w", io.ErrNoProgress)
		}
	}
}

// Part returns the part with a path as IMAP counts (RFC 9051, 6.4.5.1), such as "1.2.3", or nil if there is none. The
// path "" is that of the message. The path of an enclosed message is that of the part that encloses it, which is returned.
func (m *Message) Part(path string) *Part {
	if path == "" {
		return m.Root
	}
	numbers, ok := parsePath(path)
	if !ok {
		return nil
	}
	return m.Root.find(numbers)
}

// parsePath reads numbers from 1 with dots between.
func parsePath(s string) ([]int, bool) {
	var numbers []int
	for word := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(word, 10, 31)
		if err != nil || n == 0 || word[0] == '0' || word[0] == '+' {
			return nil, false
		}
		numbers = append(numbers, int(n))
	}
	return numbers, true
}
