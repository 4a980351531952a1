package mime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnknownEncoding is a part whose transfer encoding can't be decoded: UNKNOWN-CTE of IMAP (RFC 3516, 4.3).
var ErrUnknownEncoding = errors.New("mime: the part has a transfer encoding that can't be decoded")

// Binary opens the content of a part, decoded: BINARY of IMAP (RFC 3516; RFC 9051, 6.4.5). A text has CRLF at the end of
// each line, however it is stored. A multipart or message is as it is, and the path "" is the whole message. Its errors are
// [ErrNoPart] and [ErrUnknownEncoding]; those of the source come when reading.
func (m *Message) Binary(path []int) (io.Reader, error) {
	if len(path) == 0 {
		return m.Root.Raw(), nil
	}
	p := m.Root.find(path)
	switch {
	case p == nil:
		return nil, ErrNoPart
	case p.Message != nil || p.IsMultipart():
		return p.Body(), nil
	case !p.KnownEncoding:
		return nil, ErrUnknownEncoding
	case strings.HasPrefix(p.Type, "text/"):
		return &crlfReader{src: p.Decoded()}, nil
	}
	return p.Decoded(), nil
}

// BinarySize is the number of octets that [Message.Binary] gives: BINARY.SIZE of IMAP. For a part that is encoded it
// decodes all of it.
func (m *Message) BinarySize(path []int) (int64, error) {
	r, err := m.Binary(path)
	if err != nil {
		return 0, err
	}
	if section, ok := r.(*io.SectionReader); ok {
		return section.Size(), nil
	}
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return 0, fmt.Errorf("mime: decoding a part: %w", err)
	}
	return n, nil
}

// A crlfReader puts a CR before each LF that has none.
type crlfReader struct {
	src  io.Reader
	buf  [8 << 10]byte
	have []byte // of buf, not given yet
	last byte   // that was given
	err  error
}

func (r *crlfReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.have) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		var n int
		n, r.err = r.src.Read(r.buf[:])
		r.have = r.buf[:n]
	}
	n := 0
	for n < len(p) && len(r.have) > 0 {
		if r.have[0] == '\n' && r.last != '\r' {
			p[n], r.last = '\r', '\r'
			n++
			continue
		}
		end := bytes.IndexByte(r.have[1:], '\n') + 1 // an LF at 0 has its CR
		if end == 0 {
			end = len(r.have)
		}
		end = copy(p[n:], r.have[:end])
		r.last = r.have[end-1]
		r.have = r.have[end:]
		n += end
	}
	return n, nil
}
