package transfer

import (
	"bytes"
	"encoding/binary"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of uuencode, besides those of files.
const (
	// UUShort is a line that has fewer characters than it says. It is filled up with zeros, for some transports drop the
	// blanks that stand for them.
	UUShort defect.Kind = "a uuencoded line that was cut"
	// UUHollow is a line that is not filled up, since what was filled up before it has used up the three octets of output
	// that there may be for one of input.
	UUHollow defect.Kind = "more uuencoded lines that were cut than are filled up"
)

// What ends a uuencoded block, and a begin-base64 one.
const (
	uuEnd     = "end"
	base64End = "===="
)

const (
	uuMax   = 63 // octets on a line
	uuExtra = 2  // characters after those that the length asks for: a checksum, or padding
)

// uuMost is how many octets may be written for one that is read: lines of zeros that lost all their blanks would make 63.
const uuMost = 3

// uuEncoded is how many characters stand for n octets.
func uuEncoded(n int) int { return (n + 2) / 3 * 4 }

// uuLength returns how many octets a line says that it has, and whether the line is one of uuencode. It may be too short.
func uuLength(text []byte) (n int, ok bool) {
	if len(text) == 0 || !uuPlain(text) {
		return 0, false
	}
	n = int(text[0]-' ') & uuMax
	return n, len(text)-1 <= uuEncoded(n)+uuExtra
}

// uuPlain reports whether all octets are those of uuencode, " " to "`".
func uuPlain(s []byte) bool {
	const high, low, top = 0x8080808080808080, 0x2020202020202020, 0xE0E0E0E0E0E0E0E0
	for ; len(s) >= 8; s = s[8:] {
		v := binary.LittleEndian.Uint64(s)
		if v&high != 0 || ((v|high)-low)&high != high || (top-v)&high != high {
			return false
		}
	}
	for _, c := range s {
		if c < ' ' || c > '`' {
			return false
		}
	}
	return true
}

// uuBlock decodes what follows a begin line.
type uuBlock struct {
	report *report
	zero   bool  // the line that says "no octets" was there
	credit int64 // octets that may still be written
}

func (u *uuBlock) decode(dst, src []byte, pos int64, end bool) (wrote, took int, done bool) {
	for took < len(src) && len(dst)-wrote >= uuMax+3 {
		s := src[took:]
		i := bytes.IndexByte(s, '\n')
		if i < 0 && !end && len(s) < maxToken {
			return wrote, took, false
		}
		text, length := s, len(s)
		if i >= 0 {
			text, _ = cutLineEnd(s[:i+1])
			length = i + 1
		}
		if string(bytes.TrimRight(text, " \t")) == uuEnd {
			return wrote, took + length, true
		}
		n, ok := uuLength(text)
		if u.zero || !ok && len(text) > 0 {
			u.report.add(MissingEnd, pos+int64(took))
			return wrote, took, true
		}
		u.zero = n == 0 // an empty line, too: the blank that was there is lost
		u.credit += uuMost * int64(length)
		if uuEncoded(n) > len(text)-1 && n > 0 {
			u.report.add(UUShort, pos+int64(took))
			if int64(n) > u.credit {
				u.report.add(UUHollow, pos+int64(took))
				n = min(n, (len(text)-1)*6/8)
			}
		}
		u.credit -= int64(n)
		if n > 0 {
			wrote += uuDecode(dst[wrote:], text[1:], n)
		}
		took += length
	}
	if end && took == len(src) {
		u.report.add(MissingEnd, pos+int64(took))
		return wrote, took, true
	}
	return wrote, took, false
}

// uuDecode writes n octets. Characters that are missing are blanks, which some transports drop at the end of a line.
func uuDecode(dst, s []byte, n int) int {
	var padded [(uuMax + 2) / 3 * 4]byte
	if len(s) < uuEncoded(n) {
		for i := copy(padded[:], s); i < len(padded); i++ {
			padded[i] = ' '
		}
		s = padded[:]
	}
	for i := 0; i < n; i += 3 {
		q := s[:4:4]
		putTriple(dst[i:], uint32(q[0]-' ')&63<<18|uint32(q[1]-' ')&63<<12|uint32(q[2]-' ')&63<<6|uint32(q[3]-' ')&63)
		s = s[4:]
	}
	return n
}
