package mime

import "bytes"

// maxLine is how many octets of a line in a body count: more than any delimiter has.
const maxLine = 1000

// A line is one line of the message.
type line struct {
	text  []byte // without its end; the first octets only of one that is longer than counts
	start int64
	size  int64 // in the message, with its end
	eol   int   // length of its end, 0 for a last line without one
}

// whole reports whether text is all of the line.
func (l *line) whole() bool { return int64(len(l.text)+l.eol) == l.size }

// bodyLines passes over the lines of a body. This is where the time goes: what is no delimiter costs one search for the
// end of the line and a look at its first two octets.
func (x *Indexer) bodyLines(p []byte) []byte {
	start, lines := 0, int64(0)
	eol := x.eol
	for start < len(p) {
		n := bytes.IndexByte(p[start:], '\n')
		if n < 0 {
			break
		}
		end := start + n
		if n >= 2 && p[start] == '-' && p[start+1] == '-' && len(x.bounds) > 0 {
			x.at += int64(start)
			x.lines, x.eol = x.lines+lines, eol
			x.take(x.cut(p[start : end+1]))
			return p[end+1:]
		}
		eol = 2
		if n == 0 || p[end-1] != '\r' {
			eol = 1
			if x.bareLF < 0 {
				x.bareLF = x.at + int64(end)
			}
		}
		lines++
		start = end + 1
	}
	x.at += int64(start)
	x.lines, x.eol = x.lines+lines, eol
	x.hold(p[start:])
	return nil
}

// headerLine takes one line, if it is there.
func (x *Indexer) headerLine(p []byte) []byte {
	n := bytes.IndexByte(p, '\n')
	if n < 0 {
		x.hold(p)
		return nil
	}
	x.take(x.cut(p[:n+1]))
	return p[n+1:]
}

// cut makes a line, which starts at x.at, of its octets.
func (x *Indexer) cut(b []byte) line {
	text := trimEOL(b)
	eol := len(b) - len(text)
	return line{text[:min(len(text), x.room())], x.at, int64(len(b)), eol}
}

// room is how many octets of a line count: in a header, as many as may still come.
func (x *Indexer) room() int {
	if x.inHeader {
		return int(max(x.limits.HeaderBytes-x.headBytes, maxLine))
	}
	return maxLine
}

// hold keeps the start of a line whose end has not come.
func (x *Indexer) hold(p []byte) {
	if len(p) == 0 {
		return
	}
	if x.size == 0 {
		x.carry = x.carry[:0]
	}
	x.carry = append(x.carry, p[:min(len(p), x.room()-len(x.carry))]...)
	x.size += int64(len(p))
	x.last = p[len(p)-1]
}

// finishLine adds to the line that is held, and takes it if that makes it whole.
func (x *Indexer) finishLine(p []byte) []byte {
	before, after, ok := bytes.Cut(p, []byte{'\n'})
	if !ok {
		x.hold(p)
		return nil
	}
	x.hold(before)
	l := line{text: x.carry, start: x.at, size: x.size + 1, eol: 1}
	if x.last == '\r' {
		l.eol = 2
		l.text = l.text[:min(int64(len(l.text)), x.size-1)]
	}
	x.size = 0
	x.take(l)
	return after
}
