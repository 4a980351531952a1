package smime

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// A splitter finds the two parts in the body of multipart/signed.
type splitter struct {
	br        *bufio.Reader
	delimiter []byte // with the two dashes
	at        int64  // octets read
	held      []byte // the line end, which belongs to the delimiter if one follows (RFC 2046, 5.1.1)
	midLine   bool
}

func newSplitter(body io.Reader, boundary string) (*splitter, error) {
	if boundary == "" || len(boundary) > 70 {
		return nil, fmt.Errorf("smime: %w: multipart/signed without a boundary of 1 to 70 octets", ErrMalformed)
	}
	return &splitter{br: bufio.NewReaderSize(body, 32<<10), delimiter: []byte("--" + boundary)}, nil
}

// part copies octets up to a delimiter line and says how many there were, and whether the delimiter was the last one. At
// the end of input, err is io.EOF.
func (s *splitter) part(w io.Writer) (n int64, last bool, err error) {
	s.held, s.midLine = s.held[:0], false
	write := func(p []byte) {
		if err == nil {
			_, err = w.Write(p)
			n += int64(len(p))
		}
	}
	for err == nil {
		chunk, readErr := s.br.ReadSlice('\n')
		s.at += int64(len(chunk))
		if !s.midLine && bytes.HasPrefix(chunk, s.delimiter) {
			last, err = s.isLast(chunk[len(s.delimiter):])
			return n, last, err
		}
		full := readErr == bufio.ErrBufferFull
		if s.midLine = full; full {
			readErr = nil
		}
		eol := lineEnd(chunk)
		if len(chunk) == 1 && len(eol) == 1 && len(s.held) == 1 && s.held[0] == '\r' {
			s.held = append(s.held, '\n')
			chunk = nil
		} else {
			write(s.held)
			write(chunk[:len(chunk)-len(eol)])
			s.held = append(s.held[:0], eol...)
		}
		if readErr != nil && err == nil {
			write(s.held)
			err = readErr
		}
	}
	return n, false, err
}

// lineEnd is the CRLF, LF or CR that chunk ends in.
func lineEnd(chunk []byte) []byte {
	i := len(chunk)
	if i > 0 && chunk[i-1] == '\n' {
		i--
	}
	if i > 0 && chunk[i-1] == '\r' {
		i--
	}
	return chunk[i:]
}

// isLast looks at what follows the boundary in its line. A line that only begins like a delimiter is refused: some readers
// end the part there and others do not, and so would not agree on what was signed.
func (s *splitter) isLast(after []byte) (bool, error) {
	after, last := bytes.CutPrefix(after, []byte("--"))
	if len(bytes.Trim(after, " \t\r\n")) > 0 || len(after) > 100 {
		return false, fmt.Errorf("smime: %w: a line begins like the boundary and is none", ErrMalformed)
	}
	return last, nil
}

// bounded collects at most limit octets. It does not embed its buffer, whose ReadFrom knows no limit.
type bounded struct {
	all   bytes.Buffer
	limit int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(b.all.Len()+len(p)) > b.limit {
		return 0, fmt.Errorf("smime: %w of %d octets", ErrTooLarge, b.limit)
	}
	return b.all.Write(p)
}

// splitSigned streams the signed part to w and returns its place in the body and the octets of the second part.
func splitSigned(body io.Reader, boundary string, w io.Writer, limit int64) (start, end int64, second []byte, err error) {
	s, err := newSplitter(body, boundary)
	if err != nil {
		return 0, 0, nil, err
	}
	if _, last, err := s.part(io.Discard); err != nil || last {
		return 0, 0, nil, parts(err)
	}
	start = s.at
	n, last, err := s.part(w)
	if err != nil || last {
		return 0, 0, nil, parts(err)
	}
	signature := bounded{limit: limit}
	_, last, err = s.part(&signature)
	if err == nil && !last {
		err = fmt.Errorf("smime: %w: multipart/signed of more than two parts", ErrMalformed)
	}
	if err != nil && err != io.EOF {
		return 0, 0, nil, err
	}
	return start, start + n, signature.all.Bytes(), nil
}

// parts is the error of a multipart that ends before its second part, unless something else was wrong.
func parts(err error) error {
	if err != nil && err != io.EOF {
		return err
	}
	return fmt.Errorf("smime: %w: multipart/signed of fewer than two parts", ErrMalformed)
}

// signatureOf reads the part with the signature (RFC 8551, 3.5.3.1).
func signatureOf(part []byte, limit int64) ([]byte, error) {
	e, err := ReadEntity(bytes.NewReader(part))
	if err != nil {
		return nil, err
	}
	if media, _ := mediaType(e.ContentType); !isSignature(media) {
		return nil, fmt.Errorf("smime: %w: the second part is no signature but %q", ErrMalformed, media)
	}
	return e.decoded(limit)
}
