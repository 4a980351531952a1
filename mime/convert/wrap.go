package convert

import (
	"bytes"
	"unicode/utf8"
)

// cutLine parts the first line to be written from the rest of a line. It has at most width characters, if there is a blank
// to break it at, and at most so many octets in any case. The marks of a quotation at the start of the line are put before
// the rest as well, unless they fill half of it. A limit of 0 is none.
func cutLine(b []byte, width, most int) (line, rest []byte) {
	if (width == 0 || len(b) <= width || len(b) <= width*utf8.UTFMax && utf8.RuneCount(b) <= width) && (most == 0 || len(b) <= most) {
		return b, nil
	}
	if b = bytes.TrimRight(b, " \t"); len(b) == 0 {
		return b, nil
	}
	half := most / 2
	if width > 0 {
		half = width / 2
	}
	marks := quoteMarks(b)
	if len(marks) > half {
		marks = nil
	}
	start := len(marks)
	for start < len(b) && isBlank(b[start]) { // nothing is gained by a break there
		start++
	}
	if start > half {
		b = append(marks[:len(marks):len(marks)], b[start:]...)
		start = len(marks)
	}
	at := breakAt(b, start, width, most)
	if at < 0 {
		return b, nil
	}
	line = bytes.TrimRight(b[:at], " \t")
	rest = bytes.TrimLeft(b[at:], " \t")
	if len(rest) > 0 && len(marks) > 0 {
		rest = append(marks[:len(marks):len(marks)], rest...)
	}
	return line, rest
}

// breakAt finds where the line is to end, behind start, -1 for nowhere.
func breakAt(b []byte, start, width, most int) int {
	best := -1
	chars := utf8.RuneCount(b[:start])
	for i := start; i < len(b); {
		_, n := utf8.DecodeRune(b[i:])
		if most > 0 && i+n > most {
			if best >= 0 {
				return best
			}
			return i
		}
		if isBlank(b[i]) && !isBlank(b[i-1]) && mayStart(b[i:]) {
			if width > 0 && chars > width {
				if best < 0 {
					best = i // the first one after too long a word
				}
				return best
			}
			best = i
		}
		if width > 0 && chars >= width && best >= 0 {
			return best
		}
		i += n
		chars++
	}
	if width > 0 && chars > width && best >= 0 {
		return best
	}
	return -1
}

// mayStart reports whether what follows blanks may start a line: not what would look like a quotation there, or like a
// file in uuencode.
func mayStart(b []byte) bool {
	n := 0
	for n < len(b) && isBlank(b[n]) {
		if n++; n > 80 {
			return false
		}
	}
	b = b[n:]
	return len(b) > 0 && b[0] != '>' && !bytes.HasPrefix(b, []byte("begin ")) && !bytes.HasPrefix(b, []byte("=ybegin"))
}

// quoteMarks are the marks of a quotation at the start of a line: ">" with blanks between and after.
func quoteMarks(b []byte) []byte {
	end := 0
	for i := 0; i < len(b) && (b[i] == '>' || b[i] == ' '); i++ {
		if b[i] == '>' {
			end = i + 1
		}
	}
	if end > 0 && end < len(b) && b[end] == ' ' {
		end++
	}
	return b[:end]
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
