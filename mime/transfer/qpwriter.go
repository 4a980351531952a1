package transfer

// qpWriter encodes text, or what is not text (RFC 2045, 6.7).
type qpWriter struct {
	out    output
	line   [maxEncodedLine]byte // the line so far, which is not settled: its end decides about a blank before it
	n      int
	blank  byte // a blank that was not written, or 0
	cr     bool // a CR that was not written
	binary bool // CR and LF are octets like others
}

func (q *qpWriter) Write(p []byte) (int, error) {
	if err := q.out.usable(); err != nil {
		return 0, err
	}
	for i := 0; i < len(p); {
		c := p[i]
		if c >= 0x80 && !q.cr && q.blank == 0 {
			q.escape(c)
		} else if n := q.run(p[i:]); n > 0 {
			i += n
			continue
		} else {
			q.octet(c)
		}
		i++
	}
	return len(p), q.out.err
}

// run writes as much of p as is plain and fits the line, if it may stand where it is.
func (q *qpWriter) run(p []byte) int {
	const from = len("From") // settle sees to the blank after it
	if q.cr || q.n == 0 || q.blank != 0 && (q.n <= from || !qpPlain[p[0]]) {
		return 0
	}
	left := maxEncodedLine - 1 - q.n
	if q.blank != 0 {
		left--
	}
	if left <= 0 {
		return 0
	}
	if q.blank != 0 {
		q.line[q.n] = q.blank
		q.n++
		q.blank = 0
	}
	n := 0
	for n < min(len(p), left) && (qpPlain[p[n]] || isBlank(p[n]) && q.n+n > from) {
		n++
	}
	if n > 0 && isBlank(p[n-1]) {
		n-- // it may be the last of its line
	}
	q.n += copy(q.line[q.n:], p[:n])
	return n
}

// qpPlain has the octets that stand for themselves at any place but the first of a line.
var qpPlain = func() (v [256]bool) {
	for c := byte('!'); c <= '~'; c++ {
		v[c] = c != '='
	}
	return v
}()

// octet takes one octet.
func (q *qpWriter) octet(c byte) {
	if q.cr {
		q.cr = false
		if c == '\n' {
			q.hardBreak()
			return
		}
		q.settle()
		q.escape('\r')
	}
	switch {
	case c == '\n' && !q.binary:
		q.hardBreak()
	case c == '\r' && !q.binary:
		q.cr = true
	case isBlank(c):
		q.settle()
		q.blank = c
	case qpPlain[c]:
		q.settle()
		q.put(c)
	default:
		q.settle()
		q.escape(c)
	}
}

// settle writes a pending blank, since something follows it on the line.
func (q *qpWriter) settle() {
	if c := q.blank; c != 0 {
		q.blank = 0
		if c == ' ' && q.n == 4 && string(q.line[:4]) == "From" {
			q.n = 0
			q.escape('F') // mbox writers would put ">" before it
			for _, c := range []byte("rom") {
				q.put(c)
			}
		}
		q.put(c)
	}
}

const upperHex = "0123456789ABCDEF"

// escape writes an octet in hexadecimal, which stays in one piece.
func (q *qpWriter) escape(c byte) {
	if q.n+3 > maxEncodedLine-1 {
		q.softBreak()
	}
	s := q.line[q.n : q.n+3 : q.n+3]
	s[0], s[1], s[2] = '=', upperHex[c>>4], upperHex[c&15]
	q.n += 3
}

// put writes an octet as it is, unless it is a dot that SMTP would have to stuff.
func (q *qpWriter) put(c byte) {
	if q.n+1 > maxEncodedLine-1 {
		q.softBreak()
	}
	if c == '.' && q.n == 0 {
		q.escape(c)
		return
	}
	q.line[q.n] = c
	q.n++
}

// softBreak ends a line, but not one of the text.
func (q *qpWriter) softBreak() {
	q.line[q.n] = '='
	q.n++
	q.endLine()
}

// hardBreak ends a line of the text.
func (q *qpWriter) hardBreak() {
	q.escapeBlank()
	q.endLine()
}

// escapeBlank writes a pending blank at the end of a line.
func (q *qpWriter) escapeBlank() {
	if c := q.blank; c != 0 {
		q.blank = 0
		q.escape(c)
	}
}

func (q *qpWriter) endLine() {
	q.out.buf = append(append(q.out.room(q.n+2), q.line[:q.n]...), '\r', '\n')
	q.n = 0
}

func (q *qpWriter) Close() error {
	if q.out.closed {
		return q.out.close()
	}
	if q.cr {
		q.cr = false
		q.settle()
		q.escape('\r')
	}
	q.escapeBlank()
	q.out.write(q.line[:q.n])
	q.n = 0
	return q.out.close()
}
