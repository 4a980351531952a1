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
		n := q.run(p[i:])
		if n == 0 {
			q.octet(p[i])
			n = 1
		}
		i += n
	}
	return len(p), q.out.err
}

// Classes of octets in the middle of a line. Those that are in none need a closer look.
const (
	qpPlain  = 1 + iota // stands for itself at any place but the first of a line
	qpBlank             // stands for itself if something follows on the line
	qpEscape            // is escaped anywhere
)

var qpClasses = func() (v [256]uint8) {
	for c := range v {
		switch {
		case c == ' ' || c == '\t':
			v[c] = qpBlank
		case c >= 0x80 || c == '=':
			v[c] = qpEscape
		case ' ' < c && c <= '~':
			v[c] = qpPlain
		}
	}
	return v
}()

// run writes as much of p as fits the line and needs no closer look.
func (q *qpWriter) run(p []byte) int {
	const (
		from = len("From")        // settle sees to the blank after it
		room = maxEncodedLine - 1 // the soft line break takes one
	)
	n := q.n
	if q.cr || n == 0 {
		return 0
	}
	if q.blank != 0 {
		if n <= from || n+4 > room || qpClasses[p[0]] == 0 {
			return 0
		}
		q.line[n] = q.blank
		q.blank = 0
		n++
	}
	i := 0
line:
	for ; i < len(p) && n < room; i++ {
		c := p[i]
		switch qpClasses[c] {
		case qpBlank:
			if n <= from {
				break line
			}
			fallthrough
		case qpPlain:
			q.line[n] = c
			n++
		case qpEscape:
			if n+3 > room {
				break line
			}
			q.line[n], q.line[n+1], q.line[n+2] = '=', upperHex[c>>4], upperHex[c&15]
			n += 3
		default:
			break line
		}
	}
	if i > 0 && isBlank(p[i-1]) { // it may be the last of its line
		i--
		n--
	}
	q.n = n
	return i
}

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
	case qpClasses[c] == qpPlain:
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
