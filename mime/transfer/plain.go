package transfer

import "bytes"

// plainDecoder gives what it gets and looks for what 7bit and 8bit exclude (RFC 2045, 2.7 and 2.8).
type plainDecoder struct {
	lines lines
}

func (d *plainDecoder) decode(dst, src []byte, end bool) (wrote, took int) {
	if len(src) > len(dst) {
		src, end = src[:len(dst)], false
	}
	for took < len(src) {
		s := src[took:]
		i := bytes.IndexByte(s, '\n')
		switch {
		case i >= 0:
			s = s[:i+1]
			text, _ := cutLineEnd(s)
			d.check(text)
			d.lines.next(s)
		case end:
			d.check(s)
			d.lines.part(s)
		default:
			s = bytes.TrimSuffix(s, []byte("\r"))
			d.check(s)
			d.lines.part(s)
			took += len(s)
			return copy(dst, src[:took]), took
		}
		took += len(s)
	}
	return copy(dst, src[:took]), took
}

func (d *plainDecoder) check(s []byte) {
	if i := bytes.IndexByte(s, 0); i >= 0 {
		d.lines.add(NUL, i)
	}
	d.lines.check(s)
}
