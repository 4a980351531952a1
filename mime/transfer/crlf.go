package transfer

import (
	"bytes"
	"io"
)

// NewCRLFReader returns a reader of r's text with each line ended by CRLF, as protocols and formats of mail want it: for
// messages in files, whose lines end in LF mostly. LF, CR and CRLF each end a line of r, and the last line gets its CRLF if
// it has none. Other octets stay as they are. It reports no error but those of r, and may read ahead.
func NewCRLFReader(r io.Reader) io.Reader { return newReader(r, new(crlfDecoder)) }

// CRLFSize reads r to its end and counts the octets that NewCRLFReader makes of it. An error is one of r.
func CRLFSize(r io.Reader) (int64, error) { return io.Copy(io.Discard, NewCRLFReader(r)) }

// crlfDecoder ends lines.
type crlfDecoder struct {
	cr   bool // the last octet was a CR: an LF behind it is of the same line end
	open bool // the present line has octets
}

func (d *crlfDecoder) decode(dst, src []byte, end bool) (wrote, took int) {
	lf := -1 // the next LF, which is looked for once
	for took < len(src) {
		if lf < took {
			if lf = bytes.IndexByte(src[took:], '\n'); lf < 0 {
				lf = len(src)
			} else {
				lf += took
			}
		}
		run := src[took:lf]
		if i := bytes.IndexByte(run, '\r'); i >= 0 {
			run = run[:i]
		}
		if len(run) > 0 {
			n := copy(dst[wrote:], run)
			wrote, took = wrote+n, took+n
			if n > 0 {
				d.cr, d.open = false, true
			}
			if n < len(run) {
				return wrote, took
			}
			continue
		}
		c := src[took]
		if c == '\r' || !d.cr {
			if len(dst)-wrote < len("\r\n") {
				return wrote, took
			}
			wrote += copy(dst[wrote:], "\r\n")
		}
		d.cr, d.open = c == '\r', false
		took++
	}
	if end && d.open && len(dst)-wrote >= len("\r\n") {
		wrote += copy(dst[wrote:], "\r\n")
		d.open = false
	}
	return wrote, took
}
