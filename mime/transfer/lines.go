package transfer

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of lines and octets that several encodings share.
const (
	LongLine  defect.Kind = "a line that is too long"
	BareLF    defect.Kind = "a line that ends in LF alone"
	BareCR    defect.Kind = "a CR without LF"
	HighOctet defect.Kind = "an octet above 127 where none belongs"
	NUL       defect.Kind = "a NUL where none belongs"
)

// Longest lines, their ends not counted.
const (
	maxEncodedLine = 76  // RFC 2045, 6.7 and 6.8
	maxTextLine    = 998 // RFC 5322, 2.1.1
)

// lines watches over lines while they are decoded. Each method but add takes the octets that come next.
type lines struct {
	report *report
	pos    int64 // of the octet that comes next
	start  int64 // of its line
	max    int64 // the longest line
}

// add tells a defect i octets further on.
func (l *lines) add(kind defect.Kind, i int) { l.report.add(kind, l.pos+int64(i)) }

// check looks for octets that should not be there. It takes nothing.
func (l *lines) check(s []byte) {
	if l.report.list == nil {
		return
	}
	if !l.report.has(HighOctet) {
		if i := indexHigh(s); i >= 0 {
			l.add(HighOctet, i)
		}
	}
	if i := bytes.IndexByte(s, '\r'); i >= 0 {
		l.add(BareCR, i)
	}
}

// next takes a line, or the rest of one, with its end.
func (l *lines) next(s []byte) {
	text, lineEnd := cutLineEnd(s)
	if len(lineEnd) == 1 {
		l.add(BareLF, len(text))
	}
	l.pos += int64(len(text))
	l.checkLength()
	l.pos += int64(len(lineEnd))
	l.start = l.pos
}

// part takes octets without a line end.
func (l *lines) part(s []byte) {
	l.pos += int64(len(s))
	l.checkLength()
}

// checkLength looks at the line as far as it was taken.
func (l *lines) checkLength() {
	if l.pos-l.start > l.max {
		l.report.add(LongLine, l.start)
	}
}

// indexHigh finds the first octet above 127, or says -1.
func indexHigh(s []byte) int {
	const high = 0x8080808080808080
	i := 0
	for ; len(s)-i >= 8; i += 8 {
		if v := binary.LittleEndian.Uint64(s[i:]) & high; v != 0 {
			return i + bits.TrailingZeros64(v)/8
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= 0x80 {
			return i
		}
	}
	return -1
}
