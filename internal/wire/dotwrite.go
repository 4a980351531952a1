package wire

import (
	"bytes"
	"errors"
	"io"
)

var errWriterClosed = errors.New("wire: body is already closed")

// A DotWriter sends one body dot-stuffed. It takes lines that end in CRLF and
// refuses bare CR, bare LF and NUL (ErrBareCR, ErrBareLF, ErrNUL) before the
// run that has them is queued: a receiver that is less strict could take them
// for the end of the body. After an error the body cannot be ended, and the
// connection must be closed.
type DotWriter struct {
	// Mend makes CRLF of a bare CR or LF, and 0x80 of a NUL, instead of
	// refusing them. It is set before the first Write.
	Mend bool

	c    *Conn
	scan scanner
	bol  bool // the next octet begins a line
	cr   bool // the last piece ended in a CR, which is not queued yet
	err  error
}

// DotWriter returns a writer of a body. Close ends the body; the next reply
// must wait for it.
func (c *Conn) DotWriter() *DotWriter { return &DotWriter{c: c, bol: true} }

// Write queues p.
func (d *DotWriter) Write(p []byte) (int, error) {
	total := len(p)
	if d.cr && total > 0 && d.err == nil {
		if p[0] != '\n' && !d.Mend {
			d.err = ErrBareCR
			return 0, d.err
		}
		d.cr = false
		d.endLine()
		if p[0] == '\n' {
			p = p[1:]
		}
	}
	for len(p) > 0 && d.err == nil {
		p = d.run(p)
	}
	return total - len(p), d.err
}

// run queues the first run of p and returns what is behind it.
func (d *DotWriter) run(p []byte) []byte {
	n, bol, clean := d.scan.next(p)
	switch {
	case !clean && d.Mend:
		d.mend(p[:n])
		return p[n:]
	case !clean:
		d.err = d.scan.flaw(p[:n], noLimit)
		return p
	case n == 0: // a lone CR
		d.cr = true
		return nil
	}
	if d.bol && p[0] == '.' {
		d.queue([]byte{'.'})
	}
	d.queue(p[:n])
	d.bol = bol
	return p[n:]
}

// mend queues a run that is not clean. A CR that it ends in is bare, for a run
// does not part a CR from its LF.
func (d *DotWriter) mend(run []byte) {
	for len(run) > 0 {
		line, rest, ended := run, []byte(nil), false
		if i := bytes.IndexByte(run, '\n'); i >= 0 {
			line, rest, ended = bytes.TrimSuffix(run[:i], cr), run[i+1:], true
		}
		if bytes.IndexByte(line, '\r') >= 0 || bytes.IndexByte(line, 0) >= 0 {
			d.mendLine(line)
		} else {
			d.text(line)
		}
		if ended {
			d.endLine()
		}
		run = rest
	}
}

// mendLine queues a line in which there are bare CRs or NULs.
func (d *DotWriter) mendLine(line []byte) {
	start := 0
	for i, o := range line {
		if o != '\r' && o != 0 {
			continue
		}
		d.text(line[start:i])
		start = i + 1
		if o == '\r' {
			d.endLine()
		} else {
			d.text([]byte{0x80})
		}
	}
	d.text(line[start:])
}

// text queues octets that end no line.
func (d *DotWriter) text(p []byte) {
	if len(p) == 0 {
		return
	}
	if d.bol && p[0] == '.' {
		d.queue([]byte{'.'})
	}
	d.queue(p)
	d.bol = false
}

func (d *DotWriter) endLine() {
	d.queue([]byte("\r\n"))
	d.bol = true
}

func (d *DotWriter) queue(p []byte) {
	if d.err == nil {
		_, d.err = d.c.Write(p)
	}
}

// Close queues the end of the body. A last line that has no CRLF gets one.
func (d *DotWriter) Close() error {
	switch {
	case d.err != nil:
		return d.err
	case d.cr && !d.Mend:
		d.err = ErrBareCR
		return d.err
	case d.cr || !d.bol:
		d.queue([]byte("\r\n"))
	}
	d.queue([]byte(endLine))
	err := d.err
	if err == nil {
		d.err = errWriterClosed
	}
	return err
}

var _ io.WriteCloser = (*DotWriter)(nil)
