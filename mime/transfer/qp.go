package transfer

import (
	"bytes"

	"github.com/wirepost/wirepost/mime/defect"
)

// Defects of quoted-printable (RFC 2045, 6.7), besides those of lines.
const (
	QPLowerCase     defect.Kind = "lower-case hexadecimal digits in quoted-printable"
	QPEscape        defect.Kind = "an equals sign that starts no escape in quoted-printable"
	QPTrailingBlank defect.Kind = "blanks at the end of a quoted-printable line"
	QPSoftEnd       defect.Kind = "quoted-printable that ends in a soft line break"
)

// maxBlanks is how many blanks are held back to see whether a line ends after them. A longer run is text: it is kept in
// steps of so many.
const maxBlanks = 1000

// qpDecoder decodes line by line where whole lines are at hand. Else it holds back what may be the start of something:
// blanks and CR at the end, and an equals sign with up to one octet.
type qpDecoder struct {
	lines lines
}

func (d *qpDecoder) decode(dst, src []byte, end bool) (wrote, took int) {
	if len(src) > len(dst) {
		src, end = src[:len(dst)], false // the output is never longer
	}
	for took < len(src) {
		i := bytes.IndexByte(src[took:], '\n')
		if i < 0 {
			w, t := d.partLine(dst[wrote:], src[took:], end)
			wrote += w
			took += t
			break
		}
		wrote += d.line(dst[wrote:], src[took:took+i+1])
		took += i + 1
	}
	return wrote, took
}

// line decodes a line, or the rest of one, with its end.
func (d *qpDecoder) line(dst, s []byte) (wrote int) {
	text, lineEnd := cutLineEnd(s)
	kept := len(text) - blanksAtEnd(text)
	if kept < len(text) {
		d.lines.add(QPTrailingBlank, kept)
		text = text[:kept] // some transport put them there (RFC 2045, 6.7, rule 3)
	}
	if n := len(text); n > 0 && text[n-1] == '=' {
		text, lineEnd = text[:n-1], nil
	}
	wrote = d.unescape(dst, text)
	wrote += copy(dst[wrote:], lineEnd)
	d.lines.next(s)
	return wrote
}

// partLine decodes the start of a line whose end has not come yet.
func (d *qpDecoder) partLine(dst, s []byte, end bool) (wrote, took int) {
	if end {
		return d.lastLine(dst, s), len(s)
	}
	text := bytes.TrimSuffix(s, []byte("\r"))
	took = len(text) - blanksAtEnd(text)
	switch {
	case took > 0 && s[took-1] == '=':
		took--
	case took == len(s) && took > 1 && s[took-2] == '=':
		took -= 2
	}
	wrote = d.unescape(dst, s[:took])
	d.lines.part(s[:took])
	return wrote, took
}

// lastLine decodes what has no line end.
func (d *qpDecoder) lastLine(dst, s []byte) (wrote int) {
	kept := len(s) - blanksAtEnd(s)
	if kept < len(s) {
		d.lines.add(QPTrailingBlank, kept)
	}
	text := s[:kept]
	if kept > 0 && s[kept-1] == '=' {
		d.lines.add(QPSoftEnd, kept-1)
		text = s[:kept-1]
	}
	wrote = d.unescape(dst, text)
	d.lines.part(s)
	return wrote
}

// unescape decodes what holds no line end, and no escape that is cut.
func (d *qpDecoder) unescape(dst, s []byte) (wrote int) {
	d.lines.check(s)
	for i := 0; i < len(s); {
		if s[i] != '=' {
			n := bytes.IndexByte(s[i:], '=')
			if n < 0 {
				return wrote + copy(dst[wrote:], s[i:])
			}
			wrote += copy(dst[wrote:], s[i:i+n])
			i += n
		}
		switch high, low := hexAt(s, i+1), hexAt(s, i+2); {
		case high|low < 0x10:
			dst[wrote] = high<<4 | low
			wrote++
			i += 3
		case high|low < 0x40:
			d.lines.add(QPLowerCase, i)
			dst[wrote] = high<<4 | low&0x0f
			wrote++
			i += 3
		case i+1 < len(s) && s[i+1] == '\r': // a soft line break whose LF was lost
			i += 2
		default:
			d.lines.add(QPEscape, i)
			dst[wrote] = '='
			wrote++
			i++
		}
	}
	return wrote
}

// hexValues has the value of each hexadecimal digit, with 0x20 added if it is in lower case, and 0x40 for other octets.
var hexValues = func() (v [256]byte) {
	for c := range v {
		v[c] = 0x40
	}
	for i, c := range "0123456789ABCDEF" {
		v[c] = byte(i)
	}
	for i, c := range "abcdef" {
		v[c] = byte(0x2a + i)
	}
	return v
}()

func hexAt(s []byte, i int) byte {
	if i < len(s) {
		return hexValues[s[i]]
	}
	return 0x40
}

// blanksAtEnd counts the blanks at the end of s that may be dropped.
func blanksAtEnd(s []byte) int {
	n := 0
	for n < len(s) && isBlank(s[len(s)-1-n]) {
		n++
	}
	return n % maxBlanks
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// cutLineEnd parts a line from its CRLF or LF.
func cutLineEnd(s []byte) (text, lineEnd []byte) {
	n := len(s) - 1
	if n > 0 && s[n-1] == '\r' {
		n--
	}
	return s[:n], s[n:]
}
