package mime

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/transfer"
)

// maxOutLine is the longest line that may be sent, without its end (RFC 5322, 2.1.1).
const maxOutLine = 998

// A scanner is written a content, and knows then how it can be transferred.
type scanner struct {
	marks *marks // where delimiters are noted, nil if none can be in it

	size    int64
	escapes int64 // octets that quoted-printable writes as three
	high    bool  // an octet beyond ASCII
	nul     bool
	loose   bool // a CR or LF alone
	fragile bool // a blank at the end of a line, or "From " at its start: some transports change that
	escape  bool // an ESC: it may be ISO-2022, and not ASCII
	utf8    bool // there is nothing that is not UTF-8
	longest int64

	line   int64 // octets of the line so far
	start  []byte
	before byte // the last octet but CR
	cr     bool // the last octet was a CR
	rune   []byte
	hash   maphash.Hash
}

func newScanner(m *marks, seed maphash.Seed) *scanner {
	s := &scanner{marks: m, utf8: true}
	s.hash.SetSeed(seed)
	return s
}

// escaped has the octets that quoted-printable can't write as they are.
var escaped = func() (v [256]uint8) {
	for c := range v {
		if c != '\t' && c != '\r' && c != '\n' && (c < ' ' || c > '~' || c == '=') {
			v[c] = 1
		}
	}
	return v
}()

func (s *scanner) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	_, _ = s.hash.Write(p) // it takes all
	if s.marks != nil {
		s.marks.look(p)
	}
	s.escapes += countEscaped(p)
	s.high = s.high || !isASCII(p)
	s.nul = s.nul || bytes.IndexByte(p, 0) >= 0
	s.escape = s.escape || bytes.IndexByte(p, 0x1b) >= 0
	s.characters(p)
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			s.piece(rest)
			break
		}
		s.piece(rest[:i])
		s.endLine()
		rest = rest[i+1:]
	}
	return len(p), nil
}

// countEscaped counts in several sums, so that none has to wait for another.
func countEscaped(p []byte) int64 {
	var a, b, c, d int64
	for ; len(p) >= 4; p = p[4:] {
		a += int64(escaped[p[0]])
		b += int64(escaped[p[1]])
		c += int64(escaped[p[2]])
		d += int64(escaped[p[3]])
	}
	for _, o := range p {
		a += int64(escaped[o])
	}
	return a + b + c + d
}

// piece takes a piece of a line.
func (s *scanner) piece(b []byte) {
	n := len(b)
	if n == 0 {
		return
	}
	s.loose = s.loose || s.cr || bytes.IndexByte(b[:n-1], '\r') >= 0
	if s.cr = b[n-1] == '\r'; !s.cr {
		s.before = b[n-1]
	} else if n > 1 {
		s.before = b[n-2]
	}
	if len(s.start) < 5 {
		s.start = append(s.start, b[:min(n, 5-len(s.start))]...)
	}
	s.line += int64(n)
}

// endLine takes the LF at the end of a line.
func (s *scanner) endLine() {
	s.loose = s.loose || !s.cr
	s.measure()
	s.line, s.start, s.before, s.cr = 0, s.start[:0], 0, false
}

func (s *scanner) measure() {
	if s.cr {
		s.line--
	}
	s.longest = max(s.longest, s.line)
	s.fragile = s.fragile || isBlank(s.before) || string(s.start) == "From "
}

// characters checks whether what comes is UTF-8.
func (s *scanner) characters(p []byte) {
	if !s.utf8 || len(s.rune) == 0 && isASCII(p) {
		return
	}
	for len(s.rune) > 0 && len(p) > 0 {
		s.rune, p = append(s.rune, p[0]), p[1:]
		if utf8.FullRune(s.rune) {
			s.utf8 = utf8.Valid(s.rune)
			s.rune = s.rune[:0]
		}
	}
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if tail := p[len(p)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				s.rune = append(s.rune, tail...)
				p = p[:len(p)-i]
			}
			break
		}
	}
	s.utf8 = s.utf8 && utf8.Valid(p)
}

// finish ends the content.
func (s *scanner) finish() {
	s.utf8 = s.utf8 && len(s.rune) == 0
	s.loose = s.loose || s.cr
	if s.line > 0 {
		open := s.line
		s.measure()
		s.line = open
	}
}

// whole reports whether the content ends with a line.
func (s *scanner) whole() bool { return s.line == 0 }

// class is the narrowest encoding that transfers the content as it is (RFC 2045, 2.7 to 2.9).
func (s *scanner) class() transfer.Encoding {
	switch {
	case s.nul || s.loose || s.longest > maxOutLine:
		return transfer.Binary
	case s.high:
		return transfer.EightBit
	}
	return transfer.SevenBit
}

// charset is what the content can be said to be in, "" if that is not known.
func (s *scanner) charset() string {
	switch {
	case s.high && s.utf8:
		return "utf-8"
	case !s.high && !s.escape:
		return "us-ascii"
	}
	return ""
}
