package convert

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/wirepost/wirepost/mime/transfer"
)

// maxLine is how many octets a line has at most, without its end (RFC 5322, 2.1.1).
const maxLine = 998

// A profile is what octets there are, as far as that matters to a transport.
type profile struct {
	size    int64
	high    int64 // octets beyond ASCII
	nul     bool
	bare    bool // a CR without LF, or where lines end in CRLF, an LF without CR
	long    bool // a line longer than maxLine
	control bool // a control that no text has, which text in UTF-16 may
}

// needs is the rank of the least transport that takes it.
func (p profile) needs() int {
	switch {
	case p.nul || p.bare || p.long:
		return 2
	case p.high > 0:
		return 1
	}
	return 0
}

// A scanner is written octets and makes their profile.
type scanner struct {
	profile
	lf   bool // lines end in LF alone
	line int64
	cr   bool
}

// scan makes the profile of what r has.
func scan(r io.Reader, lf bool) (profile, error) {
	s := scanner{lf: lf}
	var buf []byte
	for {
		buf = larger(buf, chunk)
		n, err := r.Read(buf)
		s.write(buf[:n])
		if err == io.EOF {
			s.bare = s.bare || s.cr
			return s.profile, nil
		}
		if err != nil {
			return s.profile, err
		}
	}
}

func (s *scanner) write(b []byte) {
	s.size += int64(len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		end := i
		if i < 0 {
			end = len(b)
		}
		s.octets(b[:end])
		if i < 0 {
			return
		}
		s.bare = s.bare || !s.cr && !s.lf
		s.line, s.cr = 0, false
		b = b[i+1:]
	}
}

// octets takes octets of a line, without LF.
func (s *scanner) octets(b []byte) {
	if len(b) == 0 {
		return
	}
	s.bare = s.bare || s.cr // CR, and something else
	s.line += int64(len(b))
	s.cr = b[len(b)-1] == '\r'
	length := s.line
	if s.cr {
		length--
	}
	s.long = s.long || length > maxLine
	if s.cr {
		b = b[:len(b)-1]
	}
	for len(b) >= 8 {
		if !printable(b) {
			s.each(b[:8])
		}
		b = b[8:]
	}
	s.each(b)
}

func (s *scanner) each(b []byte) {
	for _, c := range b {
		switch {
		case c >= 0x80:
			s.high++
		case c >= ' ':
		case c == 0:
			s.nul = true
		case c == '\r':
			s.bare = true
		case c != '\t' && c != '\f' && c != 0x1b:
			s.control = true
		}
	}
}

// printable reports whether the first eight octets are ASCII without controls.
func printable(b []byte) bool {
	const high, blanks = 0x8080808080808080, 0x2020202020202020
	x := binary.LittleEndian.Uint64(b)
	return x&high == 0 && (x-blanks)&high == 0
}

// scanText makes the profile of octets at hand.
func scanText(b []byte, lf bool) profile {
	p, _ := scan(bytes.NewReader(b), lf) // it has no errors
	return p
}

// encodingFor chooses the encoding for content that a transport of a rank does not take as it is. Text that is mostly ASCII,
// and a short one, stays readable.
func encodingFor(p profile, isText bool) transfer.Encoding {
	const few = 30
	if !isText || p.nul || p.bare || p.control || p.high > few && p.high*6 > p.size {
		return transfer.Base64
	}
	return transfer.QuotedPrintable
}
