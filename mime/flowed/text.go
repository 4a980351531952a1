package flowed

import "io"

// NewTextReader returns a reader of the flowed text r as plain text: one line, ended by CRLF, for each paragraph, after
// as many ">" as it is quoted deep and a blank. For delSp see [NewReader]. A line that would look like a quotation though
// it is none has a blank before it.
func NewTextReader(r io.Reader, delSp bool) io.Reader {
	return &textReader{src: NewReader(r, delSp)}
}

type textReader struct {
	src  *Reader
	line []byte // the memory of left
	left []byte
}

func (t *textReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(t.left) == 0 {
		next, err := t.src.Next()
		if err != nil {
			return 0, err
		}
		t.line = appendLine(t.line[:0], next.Quote, next.Text, next.Quote == 0 && len(next.Text) > 0 && next.Text[0] == '>')
		t.left = t.line
	}
	n := copy(p, t.left)
	t.left = t.left[n:]
	return n, nil
}

// appendLine appends a line with its end. A blank is put before the text if stuffed is set or there are quote marks.
func appendLine(dst []byte, quote int, text string, stuffed bool) []byte {
	for range quote {
		dst = append(dst, '>')
	}
	if stuffed || quote > 0 && text != "" {
		dst = append(dst, ' ')
	}
	dst = append(dst, text...)
	return append(dst, '\r', '\n')
}
