package transfer

import (
	"encoding/binary"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of base64 (RFC 2045, 6.8), besides those of lines.
const (
	Base64Junk      defect.Kind = "a character that is not of base64"
	Base64Padding   defect.Kind = "base64 padding that is missing, or where none belongs"
	Base64Truncated defect.Kind = "base64 that ends within an octet"
	Base64Restart   defect.Kind = "base64 that goes on after its padding"
)

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// no64 marks what is no character of base64, in any of four places.
const no64 = 1 << 31

// base64Values has the value of each character in each of the four places of a quantum. Four tables spare the shifts.
var base64Values = func() (v [4][256]uint32) {
	for place := range v {
		for c := range v[place] {
			v[place][c] = no64
		}
		for i := range len(base64Alphabet) {
			v[place][base64Alphabet[i]] = uint32(i) << (18 - 6*place)
		}
	}
	return v
}()

// base64Decoder decodes quantum by quantum, and character by character where something else comes between. Line ends
// are such a thing, so nothing depends on the lines.
type base64Decoder struct {
	report *report
	pos    int64  // of src[0]
	line   int64  // where the line starts
	cr     int64  // the last CR
	quad   uint32 // the characters of an unfinished quantum
	n      int    // how many
	equals int    // how many "=" may still come
	padded bool   // the last quantum had padding
}

func (d *base64Decoder) decode(dst, src []byte, end bool) (wrote, took int) {
	for took < len(src) && wrote+3 <= len(dst) {
		if d.n == 0 && d.equals == 0 && !d.padded {
			w, t := decodeQuads(dst[wrote:], src[took:])
			wrote += w
			took += t
			if took == len(src) || wrote+3 > len(dst) {
				break
			}
		}
		wrote += d.char(dst[wrote:], src[took], d.pos+int64(took))
		took++
	}
	if end && took == len(src) && wrote+3 <= len(dst) {
		wrote += d.finish(dst[wrote:], d.pos+int64(took))
	}
	d.pos += int64(took)
	return wrote, took
}

// decodeQuads decodes while whole quanta follow each other.
func decodeQuads(dst, src []byte) (wrote, took int) {
	v0, v1, v2, v3 := &base64Values[0], &base64Values[1], &base64Values[2], &base64Values[3]
	for len(src)-took >= 8 && len(dst)-wrote >= 8 {
		s := src[took : took+8 : took+8]
		a := v0[s[0]] | v1[s[1]] | v2[s[2]] | v3[s[3]]
		b := v0[s[4]] | v1[s[5]] | v2[s[6]] | v3[s[7]]
		if (a|b)&no64 != 0 {
			break
		}
		binary.BigEndian.PutUint64(dst[wrote:], uint64(a)<<40|uint64(b)<<16)
		took += 8
		wrote += 6
	}
	for len(src)-took >= 4 && len(dst)-wrote >= 3 {
		s := src[took : took+4 : took+4]
		a := v0[s[0]] | v1[s[1]] | v2[s[2]] | v3[s[3]]
		if a&no64 != 0 {
			break
		}
		putTriple(dst[wrote:], a)
		took += 4
		wrote += 3
	}
	return wrote, took
}

func putTriple(dst []byte, v uint32) {
	_ = dst[2]
	dst[0], dst[1], dst[2] = byte(v>>16), byte(v>>8), byte(v)
}

// char takes one octet.
func (d *base64Decoder) char(dst []byte, c byte, at int64) (wrote int) {
	switch v := base64Values[3][c]; {
	case v != no64:
		return d.value(dst, v, at)
	case c == '\n':
		d.lineEnd(at)
	case c == '\r':
		d.cr = at
	case c == '=':
		return d.padding(dst, at)
	case !isBlank(c):
		d.report.add(Base64Junk, at)
	}
	return 0
}

// value takes the value of one character.
func (d *base64Decoder) value(dst []byte, v uint32, at int64) (wrote int) {
	if d.padded {
		// Two blocks were put one after the other, as by programs that encode in pieces (RFC 7103 has no word on it).
		d.report.add(Base64Restart, at)
		d.padded = false
	}
	if d.equals > 0 {
		d.report.add(Base64Padding, at)
		d.equals = 0
	}
	d.quad = d.quad<<6 | v
	if d.n++; d.n < 4 {
		return 0
	}
	putTriple(dst, d.quad)
	d.quad, d.n = 0, 0
	return 3
}

// padding takes "=".
func (d *base64Decoder) padding(dst []byte, at int64) (wrote int) {
	switch {
	case d.n >= 2:
		d.equals, d.padded = 3-d.n, true
		return d.rest(dst)
	case d.n == 1:
		d.report.add(Base64Truncated, at)
		d.quad, d.n = 0, 0
		d.padded = true
	case d.equals > 0:
		d.equals--
	default:
		d.report.add(Base64Padding, at)
	}
	return 0
}

// rest writes the octets of an unfinished quantum.
func (d *base64Decoder) rest(dst []byte) (wrote int) {
	wrote = d.n * 6 / 8
	v := d.quad << (6 * (4 - d.n))
	for i := range wrote {
		dst[i] = byte(v >> (16 - 8*i))
	}
	d.quad, d.n = 0, 0
	return wrote
}

// finish takes the end of the input.
func (d *base64Decoder) finish(dst []byte, at int64) (wrote int) {
	switch {
	case d.n == 1:
		d.report.add(Base64Truncated, at)
		d.n = 0
	case d.n > 1:
		d.report.add(Base64Padding, at)
	case d.equals > 0:
		d.report.add(Base64Padding, at)
		d.equals = 0
	}
	return d.rest(dst)
}

// lineEnd takes LF.
func (d *base64Decoder) lineEnd(at int64) {
	end := at
	if d.cr == at-1 && at > 0 {
		at--
	} else {
		d.report.add(BareLF, at)
	}
	if at-d.line > maxEncodedLine {
		d.report.add(LongLine, d.line)
	}
	d.line = end + 1
}
