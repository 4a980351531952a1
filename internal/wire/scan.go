package wire

import (
	"bytes"
	"math"
)

// A scanner looks through text for line ends and flaws. It sees the text in
// pieces of any size.
type scanner struct {
	limit int // longest line without its CRLF; 0 is no limit
	line  int // octets of the line that the last piece ended in
}

// next returns the length of the longest run at the start of b that can be
// handed on as it is: up to and including a CRLF that is the last thing in b
// or has a dot behind it (bol is then true: the next octet begins a line),
// or else all of b but a final CR, whose LF may be still to come. clean
// reports that the run has no flaw.
//
// Finding LF, counting CR and finding NUL are each done in bulk, which is
// several times faster than a look at every octet.
func (s *scanner) next(b []byte) (n int, bol, clean bool) {
	i, crlf := 0, 0
	clean = true
	for !bol {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			break
		}
		lf := i + j
		if lf == 0 || b[lf-1] != '\r' {
			clean = false
		} else {
			crlf++
			clean = clean && !s.tooLong(lf-1-i)
			bol = lf+1 == len(b) || b[lf+1] == '.'
		}
		s.line = 0
		i = lf + 1
	}
	n = i
	if !bol {
		n = len(b)
		if n > 0 && b[n-1] == '\r' {
			n--
		}
		clean = clean && !s.tooLong(n-i)
		s.line += n - i
	}
	// Those of the line ends must be all the CRs there are.
	clean = clean && bytes.Count(b[:n], cr) == crlf && bytes.IndexByte(b[:n], 0) < 0
	return n, bol, clean
}

// tooLong tells whether n octets more would be too many for the line.
func (s *scanner) tooLong(n int) bool { return s.limit > 0 && s.line+n > s.limit }

var cr = []byte{'\r'}

// noLimit is a room that no body fills.
const noLimit = math.MaxInt64

// flaw returns the first flaw of a run that is not clean, or longer than
// room, given the scanner as it was before the run. Octet by octet, so that
// which flaw a body has does not depend on the pieces that it came in.
func (s scanner) flaw(run []byte, room int64) error {
	for i, o := range run {
		switch {
		case o == '\n' && (i == 0 || run[i-1] != '\r'):
			return ErrBareLF
		case o == '\r' && (i+1 == len(run) || run[i+1] != '\n'):
			return ErrBareCR
		case o == 0:
			return ErrNUL
		case int64(i) >= room:
			return ErrTooLarge
		case o == '\n':
			s.line = 0
		case o != '\r':
			s.line++
		}
		if s.tooLong(0) {
			return ErrLineTooLong
		}
	}
	return nil
}
