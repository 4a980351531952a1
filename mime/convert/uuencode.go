package convert

import (
	"cmp"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/transfer"
)

// flattenMessage makes a message without MIME: its text, and its attachments in uuencode.
func (c *conversion) flattenMessage() error {
	if c.secured() {
		return nil
	}
	unknown := false
	c.root.all(func(n *node) bool {
		kind, ok := n.notEncodable()
		if n.isLeaf() && kind == UnknownEncoding && !ok {
			c.problem(kind, n)
			unknown = true
		}
		return true
	})
	if unknown {
		return nil
	}
	f := &flat{}
	c.flatten(c.root, f, false)
	label := cmp.Or(c.o.NonMIMECharset, "us-ascii")
	if c.o.Encoding == transfer.SevenBit && !strings.HasPrefix(lower(charset.Canonical(label)), "iso-2022") {
		label = "us-ascii"
	}
	form := c.o.form(label, c.o.LineLength, safeLine(label))
	var pieces []opener
	lost := false
	for i, n := range f.texts {
		if i > 0 {
			pieces = append(pieces, line)
		}
		if err := n.settle(); err != nil {
			return err
		}
		source := *n
		open := func() io.Reader { return newTextReader(source.text(), form) }
		if i+1 < len(f.texts) || len(f.files) > 0 {
			open = wholeLines(open)
		}
		r := newTextReader(source.text(), form)
		if len(f.files) == 0 && len(f.texts) == 1 && c.isPlain(n) {
			_, same, err := compare(r, n.decoded(), c.lf)
			if same || err != nil {
				return err
			}
		} else if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		lost = lost || r.lost
		pieces = append(pieces, open)
	}
	taken := map[string]int{}
	for i, n := range f.files {
		if i > 0 || len(f.texts) > 0 {
			pieces = append(pieces, line)
		}
		file := transfer.File{Encoding: transfer.UUEncode, Name: ascii(c.name(n, taken)), Size: -1}
		pieces = append(pieces, encoded(n.file(c), func(w io.Writer) io.WriteCloser { return transfer.NewFileWriter(file, w) }))
	}
	c.change(UUEncoded, c.root)
	if lost {
		c.change(CharactersLost, c.root)
	}
	return c.becomePlain(func() io.Reader { return concat(pieces) })
}

// isPlain reports whether the root is a plain text, and its header says nothing of MIME.
func (c *conversion) isPlain(n *node) bool {
	if n != c.root || c.root.load() != nil {
		return false
	}
	for f := range n.header.All() {
		if low := lower(f.Name); low == "mime-version" || strings.HasPrefix(low, "content-") {
			return false
		}
	}
	return true
}

// becomePlain makes the message a plain text.
func (c *conversion) becomePlain(content opener) error {
	n := c.root
	if err := n.edit(); err != nil {
		return err
	}
	dropMIME(&n.header)
	c.root = &node{
		part: nil, mediaType: "text/plain", header: n.header, loaded: true, edited: true, touched: true, content: content,
		encoding: transfer.Binary,
	}
	return nil
}

// line is an empty line.
func line() io.Reader { return strings.NewReader("\r\n") }

// concat reads content one after the other, and opens each when its turn comes.
func concat(pieces []opener) io.Reader {
	segments := make([]segment, len(pieces))
	for i, open := range pieces {
		segments[i] = segment{open: open}
	}
	return &sequence{segments: segments}
}

// wholeLines adds an end of a line if the last one has none.
func wholeLines(open opener) opener { return func() io.Reader { return &lineEnder{r: open()} } }

type lineEnder struct {
	r    io.Reader
	last byte
	tail string
	err  error
}

// Read implements io.Reader.
func (l *lineEnder) Read(p []byte) (int, error) {
	if l.err == nil && len(p) > 0 {
		n, err := l.r.Read(p)
		if n > 0 {
			l.last = p[n-1]
		}
		if err == io.EOF && l.last != '\n' && l.last != 0 {
			l.tail = "\r\n"
		}
		l.err = err
		if n > 0 || err == nil {
			return n, nil
		}
	}
	n := copy(p, l.tail)
	l.tail = l.tail[n:]
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, l.err
}

// ascii writes "_" for what is beyond ASCII: the begin line of uuencode says no charset.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x7f {
			return '_'
		}
		return r
	}, s)
}
