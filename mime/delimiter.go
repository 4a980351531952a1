package mime

import (
	"bytes"
	"strings"
)

// maxBoundary is the longest boundary that is used, so that a delimiter fits in what counts of a line. RFC 2046, 5.1.1
// allows 70 octets.
const maxBoundary = 900

// delimiter takes a line if it is a delimiter of one of the multiparts that are open. The line is compared as a whole,
// the white space at its end aside (RFC 2046, 5.1.1), so that a boundary may begin like another one. The cost does not
// depend on how many are open.
func (x *Indexer) delimiter(l line) bool {
	if len(x.bounds) == 0 || len(l.text) < 2 || l.text[0] != '-' || l.text[1] != '-' || !l.whole() {
		return false
	}
	key := bytes.TrimRight(l.text[2:], " \t\r")
	level, ok := x.bounds[string(key)]
	closes := false
	if !ok {
		var open []byte
		if open, closes = bytes.CutSuffix(key, []byte("--")); closes {
			level, ok = x.bounds[string(open)]
		}
		if !ok {
			x.likeDelimiter(l.start, key)
			return false
		}
	}
	if x.stack[level].closed {
		x.found(AfterClose, l.start)
		return false
	}
	x.endHeaders(l.start)
	end, lines := l.start, x.lines
	if x.eol > 0 && level+1 < len(x.stack) {
		end -= int64(x.eol) // the line end before a delimiter is part of it
		lines--
	}
	x.endParts(level+1, end, lines)
	switch {
	case closes:
		x.stack[level].closed = true
		x.unshadow(level)
	case x.parts >= x.limits.Parts:
		if !x.stack[level].full {
			x.found(PartsLimit, l.start)
		}
		x.stack[level].full = true
	default:
		x.open(l.start + l.size)
	}
	return true
}

// likeDelimiter tells of a line that a boundary of the innermost multiparts is the start of.
func (x *Indexer) likeDelimiter(at int64, key []byte) {
	for level := len(x.stack) - 1; level >= max(len(x.stack)-3, 0); level-- {
		c := &x.stack[level]
		if c.boundary != "" && !c.closed && len(key) > len(c.boundary) && string(key[:len(c.boundary)]) == c.boundary {
			x.found(LikeDelimiter, at)
			return
		}
	}
}

// open starts a part within the one that is open last.
func (x *Indexer) open(start int64) *Part {
	p := &Part{Start: start, BodyStart: -1, doc: x.msg.doc}
	if n := len(x.stack); n > 0 {
		p.parent = x.stack[n-1].part
		if x.stack[n-1].boundary != "" {
			p.parent.Children = append(p.parent.Children, p)
			p.number = len(p.parent.Children)
		} else {
			p.parent.Message = p
		}
	}
	x.stack = append(x.stack, container{part: p, shadowed: -1})
	x.parts++
	x.inHeader = true
	x.head.reset()
	return p
}

// endParts ends the parts that are open from a level on, at the given place. What ends there is cut back to it: the line
// end before a delimiter may have been thought the end of a header.
func (x *Indexer) endParts(level int, end, lines int64) {
	if level < len(x.stack) {
		end = max(end, x.stack[level].part.BodyStart)
	}
	for n := len(x.stack) - 1; n >= level; n-- {
		c := &x.stack[n]
		p := c.part
		p.End = end
		p.BodyStart = min(p.BodyStart, end)
		p.Start = min(p.Start, end)
		p.Lines = max(lines-c.lines, 0)
		if c.boundary != "" {
			if !c.closed {
				x.found(NotClosed, p.Start)
				x.unshadow(n)
			} else if level, ok := x.bounds[c.boundary]; ok && level == n {
				delete(x.bounds, c.boundary)
			}
			if len(p.Children) == 0 {
				x.found(NoParts, p.Start)
			}
		}
	}
	x.stack = x.stack[:level]
}

// maxCompared is how many levels further out the boundaries are compared with a new one.
const maxCompared = 100

// bound makes the part that is open last a multipart with a boundary.
func (x *Indexer) bound(boundary string) {
	n := len(x.stack) - 1
	x.stack[n].boundary = boundary
	if level, ok := x.bounds[boundary]; ok && !x.stack[level].closed {
		x.found(SameBoundary, x.stack[n].part.Start)
		x.stack[n].shadowed = level
	}
	for level := max(n-maxCompared, 0); level < n; level++ {
		outer := x.stack[level].boundary
		if outer != "" && outer != boundary && (strings.HasPrefix(outer, boundary) || strings.HasPrefix(boundary, outer)) {
			x.found(PrefixBoundary, x.stack[n].part.Start)
			break
		}
	}
	x.bounds[boundary] = n
}

// unshadow gives the boundary of a multipart back to the one further out that has it too. If there is none, the boundary
// of a closed one is kept, to notice delimiters behind its end.
func (x *Indexer) unshadow(level int) {
	c := &x.stack[level]
	switch {
	case c.shadowed >= 0:
		x.bounds[c.boundary] = c.shadowed
	case !c.closed:
		delete(x.bounds, c.boundary)
	}
}
