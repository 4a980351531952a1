package mime

import (
	"bytes"
	"io"

	"github.com/wirepost/wirepost/mime/defect"
)

// An Indexer is written a message and makes its index, so that a program can index while it stores. It holds no more of
// the message than a line, and of that no more than counts. Its work is linear in what is written, whatever it nests, and
// its result does not depend on how that is cut into pieces. It is for one message.
type Indexer struct {
	limits Limits
	msg    *Message
	stack  []container    // the parts that are open, outermost first
	bounds map[string]int // from boundary to the innermost multipart in stack that has it
	parts  int
	told   map[defect.Kind]int
	err    error

	at      int64 // where the next line starts
	written int64
	lines   int64 // line ends before at
	eol     int   // length of the last of them
	bareLF  int64 // where the first was found, -1 if there was none
	bareCR  int64
	nul     int64
	endsCR  bool // what was written ends in CR

	carry []byte // the start of a line that has not come whole
	size  int64  // of what has come of it
	last  byte   // that has come

	inHeader  bool
	head      partHeader
	headBytes int64 // of all headers so far
	fields    int
}

// A container is a part that is open: its end is not known yet.
type container struct {
	part     *Part
	lines    int64  // line ends before its body
	boundary string // of a multipart
	shadowed int    // the multipart further out that has the same boundary, -1 for none
	closed   bool   // its close delimiter was there
	full     bool   // it has parts that are beyond the limit
}

// NewIndexer returns an Indexer of one message.
func NewIndexer(limits Limits) *Indexer {
	x := &Indexer{limits: limits.withDefaults(), bareLF: -1, bareCR: -1, nul: -1, bounds: map[string]int{}, told: map[defect.Kind]int{}}
	x.msg = &Message{doc: &document{}}
	x.msg.Root = x.open(0)
	return x
}

// Write takes the next octets of the message. Its error is [ErrLimit], and then for good.
func (x *Indexer) Write(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	n := len(p)
	if x.nul < 0 {
		if i := bytes.IndexByte(p, 0); i >= 0 {
			x.nul = x.written + int64(i)
		}
	}
	whole := p
	x.written += int64(n)
	for len(p) > 0 && x.err == nil {
		switch {
		case x.size > 0:
			p = x.finishLine(p)
		case x.inHeader:
			p = x.headerLine(p)
		default:
			p = x.bodyLines(p)
		}
	}
	if x.err != nil {
		return 0, x.err
	}
	if x.bareCR < 0 && n > 0 {
		x.findBareCR(whole)
	}
	return n, nil
}

// findBareCR looks for the first CR that no LF follows in what was written last. To look at each CR takes as long as all the
// rest, so they are counted first: as long as no LF is bare, there is one for each CR.
func (x *Indexer) findBareCR(p []byte) {
	start := x.written - int64(len(p))
	if x.endsCR && p[0] != '\n' {
		x.bareCR = start - 1
		return
	}
	crs := bytes.Count(p, []byte{'\r'})
	paired := crs
	if x.endsCR {
		paired++
	}
	if x.endsCR = p[len(p)-1] == '\r'; x.endsCR {
		paired--
	}
	if crs == 0 || x.bareLF < 0 && paired == bytes.Count(p, []byte{'\n'}) {
		return
	}
	for i := 0; ; {
		n := bytes.IndexByte(p[i:], '\r')
		if i += n + 1; n < 0 || i == len(p) {
			return
		}
		if p[i] != '\n' {
			x.bareCR = start + int64(i-1)
			return
		}
	}
}

// Finish ends the message and returns its index, which has no source yet. Its error is [ErrLimit].
func (x *Indexer) Finish() (*Message, error) {
	if x.size > 0 && x.err == nil {
		l := line{text: x.carry, start: x.at, size: x.size}
		x.size = 0
		x.take(l)
	}
	if len(x.stack) > 0 && x.err == nil {
		x.endHeaders(x.at)
		x.endParts(0, x.written, x.lines)
		if x.bareLF >= 0 {
			x.found(BareLF, x.bareLF)
		}
		if x.endsCR && x.bareCR < 0 {
			x.bareCR = x.written - 1
		}
		if x.bareCR >= 0 {
			x.found(BareCR, x.bareCR)
		}
		if x.nul >= 0 {
			x.found(NUL, x.nul)
		}
	}
	if x.err != nil {
		return nil, x.err
	}
	x.msg.Size = x.written
	return x.msg, nil
}

// take does what a line asks for.
func (x *Indexer) take(l line) {
	switch {
	case x.delimiter(l):
		x.pass(l)
	case x.inHeader:
		x.header(l)
	default:
		x.pass(l)
	}
}

// pass moves behind a line.
func (x *Indexer) pass(l line) {
	x.at = l.start + l.size
	if l.eol > 0 {
		x.lines++
		x.eol = l.eol
	}
	if l.eol == 1 && x.bareLF < 0 {
		x.bareLF = x.at - 1
	}
}

// maxTold is how often a kind of defect is told, so that one kind does not keep the others out of the list.
const maxTold = 4

// found notes a defect.
func (x *Indexer) found(kind defect.Kind, offset int64) {
	if x.told[kind]++; x.told[kind] <= maxTold {
		x.msg.Defects.Add(kind, offset)
	}
	if x.limits.Strict && (kind == DepthLimit || kind == PartsLimit || kind == HeaderLimit) {
		x.err = ErrLimit
	}
}

var _ io.Writer = (*Indexer)(nil)
