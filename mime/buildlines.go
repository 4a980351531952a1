package mime

import (
	"bytes"
	"io"
)

// A lineWriter writes text with CRLF at the end of each line, whether that was CRLF, LF or CR.
type lineWriter struct {
	w     io.Writer
	ended bool // ends the last line too
	cr    bool // the last octet was a CR; its CRLF is written
	open  bool // the last line has no end yet
}

var crlf = []byte("\r\n")

func (l *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	if n == 0 {
		return 0, nil
	}
	if l.cr && p[0] == '\n' {
		p = p[1:]
	}
	l.cr = false
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		line := p
		if i >= 0 {
			line = p[:i]
		}
		if j := bytes.IndexByte(line, '\r'); j >= 0 {
			i, line = j, p[:j]
		}
		if i < 0 {
			l.open = true
			_, err := l.w.Write(line)
			return n, err
		}
		end := i + 1
		if p[i] == '\r' {
			l.cr = end == len(p)
			if end < len(p) && p[end] == '\n' {
				end++
			}
		}
		if end-i == 2 { // as it should be
			line = p[:end]
		}
		if _, err := l.w.Write(line); err != nil {
			return 0, err
		}
		if end-i != 2 {
			if _, err := l.w.Write(crlf); err != nil {
				return 0, err
			}
		}
		l.open = false
		p = p[end:]
	}
	return n, nil
}

// Close ends the last line.
func (l *lineWriter) Close() error {
	if !l.open || !l.ended {
		return nil
	}
	l.open = false
	_, err := l.w.Write(crlf)
	return err
}
