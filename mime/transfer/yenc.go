package transfer

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of yEnc (yEnc draft 1.3).
const (
	YEncHeader defect.Kind = "a yEnc header with a part number but no part line"
	YEncEscape defect.Kind = "a yEnc escape with nothing after it"
	YEncSize   defect.Kind = "a yEnc file whose size is not the one that it says"
	YEncCRC    defect.Kind = "a yEnc file whose checksum is wrong"
)

// yBlock decodes what follows the header lines.
type yBlock struct {
	report *report
	file   *File
	noPart bool
	inLine bool
	size   int64
	crc    uint32
}

func newYBlock(f *File, r *report, noPart bool) *yBlock {
	return &yBlock{report: r, file: f, noPart: noPart}
}

func (y *yBlock) decode(dst, src []byte, pos int64, end bool) (wrote, took int, done bool) {
	if y.noPart {
		y.report.add(YEncHeader, pos)
		y.noPart = false
	}
	defer func() {
		y.size += int64(wrote)
		y.crc = crc32.Update(y.crc, crc32.IEEETable, dst[:wrote])
	}()
	if len(src) > len(dst) {
		src, end = src[:len(dst)], false
	}
	for took < len(src) {
		s := src[took:]
		if !y.inLine && s[0] == '=' && (len(s) == 1 || s[1] == 'y') {
			if wrote > 0 {
				return wrote, took, false // the checksum comes first
			}
			line, known := controlLine(s, end)
			if !known {
				return wrote, took, false
			}
			if line != nil {
				n, done := y.control(line, pos+int64(took))
				took += n
				if done {
					return wrote, took, true
				}
				continue
			}
		}
		w, t := y.data(dst[wrote:], s, pos+int64(took), end)
		wrote += w
		took += t
		if t == 0 {
			return wrote, took, false
		}
	}
	if end && took == len(src) {
		y.report.add(MissingEnd, pos+int64(took))
		return wrote, took, true
	}
	return wrote, took, false
}

// controlLine returns the line that s starts with, with its end, if it is one of "=y". It is known whether it is.
func controlLine(s []byte, end bool) (line []byte, known bool) {
	if len(s) == 1 {
		return nil, end
	}
	i := bytes.IndexByte(s[:min(len(s), maxHeaderLine)], '\n')
	switch {
	case i >= 0:
		return s[:i+1], true
	case len(s) >= maxHeaderLine:
		return nil, true
	case end:
		return s, true
	}
	return nil, false
}

// control takes a line that starts with "=y", and says how much of it and whether it ends the file.
func (y *yBlock) control(line []byte, pos int64) (took int, done bool) {
	text := strings.TrimRight(string(line), "\r\n")
	word, attrs, _ := strings.Cut(text, " ")
	switch word {
	case "=yend":
		y.verify(attrs, pos)
		return len(line), true
	case "=ybegin":
		y.report.add(MissingEnd, pos)
		return 0, true
	}
	y.report.add(YEncHeader, pos)
	return len(line), false
}

// verify compares what the trailer says.
func (y *yBlock) verify(attrs string, pos int64) {
	declared, known, crcKey := y.file.Size, true, "crc32"
	if y.file.Part > 0 {
		declared, known, crcKey = y.file.PartSize, y.file.PartSize > 0, "pcrc32"
	}
	if size, ok := yNumber(attrs, "size"); ok && size != y.size || known && declared != y.size {
		y.report.add(YEncSize, pos)
	}
	value, ok := yValue(attrs, crcKey)
	if !ok && crcKey == "crc32" {
		value, ok = yValue(attrs, "pcrc32")
	}
	if !ok {
		return // the checksum is optional
	}
	sum, err := strconv.ParseUint(value, 16, 64)
	if err != nil || uint32(sum) != y.crc {
		y.report.add(YEncCRC, pos)
	}
}

// data decodes octets up to the end of a line.
func (y *yBlock) data(dst, s []byte, pos int64, end bool) (wrote, took int) {
	i := bytes.IndexByte(s, '\n')
	text, took := s, len(s)
	switch {
	case i >= 0:
		text, _ = cutLineEnd(s[:i+1])
		took = i + 1
	case !end:
		text = bytes.TrimSuffix(bytes.TrimSuffix(s, []byte("\r")), []byte("=")) // what follows decides about these
		took = len(text)
	}
	y.inLine = i < 0 && (took > 0 || y.inLine)
	last := pos + int64(len(text)) - 1
	for {
		i := bytes.IndexByte(text, '=')
		if i < 0 {
			return wrote + yShift(dst[wrote:], text, 42), took
		}
		wrote += yShift(dst[wrote:], text[:i], 42)
		for text = text[i:]; len(text) > 1 && text[0] == '='; text = text[2:] {
			dst[wrote] = text[1] - 64 - 42
			wrote++
		}
		if len(text) == 1 && text[0] == '=' {
			y.report.add(YEncEscape, last)
			return wrote, took
		}
	}
}

// yShift writes s with n taken from each octet, but leaves CR out, which is never data.
func yShift(dst, s []byte, n byte) (wrote int) {
	for {
		i := bytes.IndexByte(s, '\r')
		part := s
		if i >= 0 {
			part = s[:i]
		}
		wrote += subtract(dst[wrote:], part, n)
		if i < 0 {
			return wrote
		}
		s = s[i+1:]
	}
}

// subtract writes src with n taken from each octet, eight at a time.
func subtract(dst, src []byte, n byte) int {
	const high = 0x8080808080808080
	each := uint64(n) * 0x0101010101010101
	i := 0
	for ; len(src)-i >= 8; i += 8 {
		v := binary.LittleEndian.Uint64(src[i:])
		v = ((v | high) - each) ^ ((v ^ high) & high) // n is below 128: no octet borrows from the next
		binary.LittleEndian.PutUint64(dst[i:], v)
	}
	for ; i < len(src); i++ {
		dst[i] = src[i] - n
	}
	return i
}
