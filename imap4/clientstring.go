package imap4

import (
	"bytes"
	"io"
	"strings"
)

// astring reads a string, or an atom as it is (RFC 9051, 4.3).
func (p *clientParser) astring() string {
	switch p.peek() {
	case '"', '{', '~':
		return p.str()
	}
	return p.atom()
}

// optional reads a string; ok is false for NIL. Atoms are taken too: Courier and
// some others send numbers, and words without specials, unquoted.
func (p *clientParser) optional() (s string, ok bool) {
	switch p.peek() {
	case '"', '{', '~':
		return p.str(), true
	}
	if p.isNil() {
		return "", false
	}
	return p.atom(), true
}

// nstring is optional where NIL is nil.
func (p *clientParser) nstring() *string {
	s, ok := p.optional()
	if !ok {
		return nil
	}
	return &s
}

// text is optional where NIL and "" are one.
func (p *clientParser) text() string {
	s, _ := p.optional()
	return s
}

// str reads a quoted string or a literal.
func (p *clientParser) str() string {
	if p.peek() == '"' {
		return p.quoted()
	}
	n := p.literal()
	if p.err != nil {
		return ""
	}
	return string(p.bytes(n))
}

func (p *clientParser) quoted() string {
	p.i++
	b := p.b[p.i:]
	end := bytes.IndexByte(b, '"')
	if end >= 0 && bytes.IndexByte(b[:end], '\\') < 0 {
		p.i += end + 1
		return string(b[:end])
	}
	var s strings.Builder
	for p.i < len(p.b) {
		c := p.b[p.i]
		p.i++
		switch {
		case c == '"':
			return s.String()
		case c == '\\' && (p.peek() == '"' || p.peek() == '\\'):
			c = p.b[p.i]
			p.i++
			// A backslash before anything else stands for itself: some
			// servers do not escape it.
		}
		s.WriteByte(c)
	}
	p.fail("the end of a quoted string")
	return ""
}

// literal reads the announcement of a literal, up to the end of its line.
func (p *clientParser) literal() int64 {
	if p.w == nil {
		p.fail("no literal within a response code")
	}
	p.take('~') // RFC 3516: it may hold NUL
	p.expect('{')
	n := p.number()
	p.take('+') // only clients send it, but a proxy may hand it on
	p.expect('}')
	if p.i < len(p.b) {
		p.fail("the end of the line behind a literal's size")
	}
	return int64(n)
}

// bytes reads a literal into memory, in pieces, so that a size that is only
// claimed takes none. Then it reads the line that goes on.
func (p *clientParser) bytes(n int64) []byte {
	if n > int64(p.limits.Literal) || n > int64(p.limits.Response-p.size) {
		p.stop(clientMalformed("a literal of %d octets, which ClientLimits do not allow", n))
		return nil
	}
	b := make([]byte, 0, min(n, clientReadSize))
	for int64(len(b)) < n {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		room := b[len(b):min(int64(cap(b)), n)]
		k, err := p.w.octets(room)
		if err != nil {
			p.stop(err)
			return nil
		}
		b = b[:len(b)+k]
	}
	p.size += len(b)
	p.next()
	return b
}

// Read hands out a literal of which p.lit octets are left.
func (p *clientParser) Read(b []byte) (int, error) {
	switch {
	case p.err != nil:
		return 0, p.err
	case p.lit == 0:
		return 0, io.EOF
	case len(b) == 0:
		return 0, nil
	}
	n, err := p.w.octets(b[:min(int64(len(b)), p.lit)])
	p.lit -= int64(n)
	p.stop(err)
	return n, err
}

// closeLiteral drains what was not read of one, and reads the line that goes
// on.
func (p *clientParser) closeLiteral() {
	var scrap []byte
	for p.lit > 0 && p.err == nil {
		if scrap == nil {
			scrap = make([]byte, clientReadSize)
		}
		// The error is p.err.
		_, _ = p.Read(scrap)
	}
	if p.err == nil {
		p.next()
	}
}
