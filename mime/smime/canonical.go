package smime

import (
	"bytes"
	"errors"
	"io"
)

// A canonical hands on what is written to it with each line end as CRLF, which is the form that is signed whatever the
// form in which a message is stored (RFC 8551, 3.1.1). Nothing else is changed.
type canonical struct {
	w     io.Writer
	cr    bool // the last octet was CR
	check bool // refuse what does not survive the way as it is
	line  int  // octets in this line so far
}

var crlf = []byte("\r\n")

func (c *canonical) Write(p []byte) (n int, err error) {
	done := 0 // octets of p handed on
	for at := 0; at < len(p); {
		end := bytes.IndexByte(p[at:], '\n')
		if end < 0 {
			end = len(p)
		} else {
			end += at
		}
		if c.check {
			if err := c.survives(p[at:end], end < len(p)); err != nil {
				return 0, err
			}
		}
		if end > at {
			c.cr = p[end-1] == '\r'
		}
		if at = end + 1; end == len(p) || c.cr {
			c.cr = c.cr && end == len(p)
			continue
		}
		if _, err := c.w.Write(p[done:end]); err != nil {
			return 0, err
		}
		if _, err := c.w.Write(crlf); err != nil {
			return 0, err
		}
		done = at
	}
	if done < len(p) {
		if _, err := c.w.Write(p[done:]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

const maxLine = 998 // RFC 5322, 2.1.1

var (
	errEightBit = errors.New("smime: the entity has octets above 127 or NUL: encode its parts, or sign it opaque")
	errBareCR   = errors.New("smime: the entity has a CR without LF: encode its parts, or sign it opaque")
	errLongLine = errors.New("smime: the entity has a line of more than 998 octets: encode its parts, or sign it opaque")
)

// survives checks a piece of a line, and whether it is the last piece, against what 7bit allows (RFC 8551, 3.1.3).
func (c *canonical) survives(text []byte, last bool) error {
	if c.cr && (len(text) > 0 || !last) {
		return errBareCR
	}
	if i := bytes.IndexByte(text, '\r'); i >= 0 && i < len(text)-1 {
		return errBareCR
	}
	for _, b := range text {
		if b == 0 || b > 127 {
			return errEightBit
		}
	}
	if c.line += len(text); c.line > maxLine+1 {
		return errLongLine
	}
	if last {
		c.line = 0
	}
	return nil
}
