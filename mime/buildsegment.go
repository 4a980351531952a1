package mime

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// A segment is a piece of a message to be written: octets, or a content with its encoding.
type segment struct {
	fixed []byte

	content  Content
	how      treatment
	encoding transfer.Encoding
	lines    bool // line ends become CRLF
	softText bool // for quoted-printable, CRLF is the end of a line
	end      bool // the last line has to have an end
	scanned  bool // what was read had sum as its hash
	seed     maphash.Seed
	sum      uint64

	size int64 // as it is written, -1 if that is not known
}

// A chain is writers, each of which writes to the next.
type chain struct {
	io.Writer
	closers []io.Closer
}

// Close ends what was written.
func (c *chain) Close() error {
	for _, closer := range c.closers {
		if err := closer.Close(); err != nil {
			return err
		}
	}
	return nil
}

// writer returns what encodes the content to w, and checks that it is what it was when the encoding was chosen.
func (s *segment) writer(w io.Writer) *chain {
	var closers []io.Closer
	add := func(next interface {
		io.Writer
		io.Closer
	},
	) {
		w = next
		closers = append([]io.Closer{next}, closers...)
	}
	if s.end {
		end := "\r\n"
		if s.encoding == transfer.QuotedPrintable {
			end = "=\r\n" // a line end, but none of the content
		}
		add(&endWriter{w: w, end: end})
	}
	switch {
	case isIdentity(s.encoding):
	case s.softText:
		add(transfer.NewWriter(s.encoding, w))
	default:
		add(transfer.NewBinaryWriter(s.encoding, w))
	}
	switch {
	case s.scanned:
		add(newSameWriter(w, s))
	case isIdentity(s.encoding) && s.encoding != transfer.Binary:
		add(&fitWriter{w: w, scan: newScanner(nil, s.seed), encoding: s.encoding})
	}
	if s.lines {
		add(&lineWriter{w: w, ended: s.how == asText})
	}
	return &chain{w, closers}
}

// An endWriter ends the last line.
type endWriter struct {
	w    io.Writer
	end  string
	last byte
	any  bool
}

func (e *endWriter) Write(p []byte) (int, error) {
	if len(p) > 0 {
		e.last, e.any = p[len(p)-1], true
	}
	return e.w.Write(p)
}

func (e *endWriter) Close() error {
	if !e.any || e.last == '\n' {
		return nil
	}
	_, err := io.WriteString(e.w, e.end)
	return err
}

var errChanged = errors.New("a content has changed since the message was built")

// A sameWriter checks that a content is the one that was scanned.
type sameWriter struct {
	w    io.Writer
	hash maphash.Hash
	sum  uint64
}

func newSameWriter(w io.Writer, s *segment) *sameWriter {
	same := &sameWriter{w: w, sum: s.sum}
	same.hash.SetSeed(s.seed)
	return same
}

func (s *sameWriter) Write(p []byte) (int, error) {
	_, _ = s.hash.Write(p) // it takes all
	return s.w.Write(p)
}

func (s *sameWriter) Close() error {
	if s.hash.Sum64() != s.sum {
		return errChanged
	}
	return nil
}

// A fitWriter checks that a content that was not scanned has the encoding that it was given.
type fitWriter struct {
	w        io.Writer
	scan     *scanner
	encoding transfer.Encoding
}

func (f *fitWriter) Write(p []byte) (int, error) {
	_, _ = f.scan.Write(p) // it takes all
	if err := f.fits(); err != nil {
		return 0, err
	}
	return f.w.Write(p)
}

func (f *fitWriter) Close() error {
	f.scan.finish()
	return f.fits()
}

func (f *fitWriter) fits() error {
	if class := f.scan.class(); rank(class) > rank(f.encoding) {
		return fmt.Errorf("the encoding of a content is %s, but it is %s", f.encoding, class)
	}
	return nil
}
