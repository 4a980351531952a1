package wire

import (
	"bytes"
	"io"
)

// A verdict is what a naive reading of a whole dot-stuffed body finds.
type verdict struct {
	body []byte // up to the first flaw, if there is one
	end  int    // octets up to and including CRLF.CRLF
	flaw error
	cut  bool // there is no end
}

// drained is what Drain makes of it.
func (v verdict) drained() error {
	if v.cut {
		return io.ErrUnexpectedEOF
	}
	return v.flaw
}

// read is what Read ends in.
func (v verdict) read() error {
	switch {
	case v.flaw != nil:
		return v.flaw
	case v.cut:
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}

// naiveDot reads b as RFC 5321, 4.1.1.4 and 4.5.2 say it: the end is the
// first CRLF.CRLF, of which the first CRLF may be that of the command; a dot
// behind a CRLF was added.
func naiveDot(b []byte, limit BodyLimit) verdict {
	const crlf = "\r\n"
	b = append([]byte(crlf), b...)
	var v verdict
	raw, _, found := bytes.Cut(b, []byte("\r\n.\r\n"))
	if found {
		v.end = len(raw) + len(".\r\n")
		raw = b[:len(raw)+len(crlf)]
	} else {
		v.cut = true
		v.end = len(b) - len(crlf)
		raw = undecided(b)
	}
	v.body = bytes.ReplaceAll(raw, []byte("\r\n."), []byte(crlf))[len(crlf):]
	n, flaw := naiveFlaw(v.body, limit)
	v.body, v.flaw = v.body[:n], flaw
	return v
}

// undecided takes off what can only be told with what comes next.
func undecided(b []byte) []byte {
	for _, end := range []string{"\r\n.\r", "\r\n."} {
		if bytes.HasSuffix(b, []byte(end)) {
			return b[:len(b)-len(end)+2]
		}
	}
	return bytes.TrimSuffix(b, []byte("\r"))
}

// naiveFlaw returns the first flaw of b, and where it is.
func naiveFlaw(b []byte, limit BodyLimit) (int, error) {
	line := 0
	for i, c := range b {
		paired := c == '\r' && i+1 < len(b) && b[i+1] == '\n' || c == '\n' && i > 0 && b[i-1] == '\r'
		switch {
		case c == '\n' && !paired:
			return i, ErrBareLF
		case c == '\r' && !paired:
			return i, ErrBareCR
		case c == 0:
			return i, ErrNUL
		case limit.Size > 0 && int64(i) >= limit.Size:
			return i, ErrTooLarge
		case paired:
			line = 0
			continue
		}
		if line++; limit.Line > 0 && line > limit.Line {
			return i, ErrLineTooLong
		}
	}
	return len(b), nil
}

// naiveStuff is the body b as it is sent.
func naiveStuff(b []byte) []byte {
	if len(b) > 0 && !bytes.HasSuffix(b, []byte("\r\n")) {
		b = append(bytes.Clone(b), "\r\n"...)
	}
	stuffed := bytes.ReplaceAll(append([]byte("\r\n"), b...), []byte("\r\n."), []byte("\r\n.."))[2:]
	return append(stuffed, ".\r\n"...)
}
