package mime

import (
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// scan reads a content through its line ends.
func (p *planner) scan(s *segment, scan *scanner) error {
	var w io.Writer = scan
	var lines *lineWriter
	if s.lines {
		lines = &lineWriter{w: scan, ended: s.how == asText}
		w = lines
	}
	if err := p.read(s.content, w); err != nil {
		return err
	}
	if lines != nil {
		_ = lines.Close() // a scanner takes all
	}
	scan.finish()
	s.scanned, s.sum = true, scan.hash.Sum64()
	return nil
}

// measure works out how many octets a segment is written as.
func (p *planner) measure(s *segment, scan *scanner) error {
	size := s.content.Size()
	switch {
	case scan != nil:
		size = scan.size
	case s.lines:
		size = -1
	}
	s.size = -1
	switch {
	case size < 0:
	case s.encoding == transfer.Base64:
		s.size = base64Size(size)
	case isIdentity(s.encoding) && !s.end:
		s.size = size
	case isIdentity(s.encoding) && scan != nil:
		s.size = size
		if !scan.whole() {
			s.size += int64(len(crlf))
		}
	case scan != nil:
		var n counter
		w := s.writer(&n)
		if err := p.read(s.content, w); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		s.size = int64(n)
	}
	return nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// read reads a content.
func (p *planner) read(c Content, w io.Writer) error {
	r, err := openContent(c)
	if err != nil {
		return err
	}
	defer r.Close()
	p.chunk = r.buffer(p.chunk)
	for {
		n, err := r.read(p.chunk)
		if _, err := w.Write(p.chunk[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
