package convert

import (
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/mime/transfer"
)

// convertTexts wraps the plain texts of a MIME message and puts them into the charset that is asked for. Texts with
// format=flowed have their own way to wrap (RFC 3676), and attachments are files.
func (c *conversion) convertTexts() error {
	if c.o.Charset == "" && c.o.LineLength == 0 {
		return nil
	}
	return c.convertTextsIn(c.root)
}

func (c *conversion) convertTextsIn(n *node) error {
	switch {
	case n.isSecured():
		c.problem(Signed, n)
		return nil
	case n.isLeaf() && n.isPlainText():
		if kind, ok := n.notEncodable(); !ok {
			c.problem(kind, n)
			return nil
		}
		return c.convertText(n)
	}
	for _, kid := range n.kids {
		if n.parent != nil || !isEnclosed(kid) { // an enclosed message is as its sender wrote it
			if err := c.convertTextsIn(kid); err != nil {
				return err
			}
		}
	}
	return nil
}

// isEnclosed reports whether a node is a message within another one.
func isEnclosed(n *node) bool { return n.parent != nil && !n.parent.isMultipart() }

// isPlainText reports whether a leaf is a plain text that is shown with the message.
func (n *node) isPlainText() bool {
	return n.mediaType == "text/plain" && n.disposition != "attachment" && n.filename == ""
}

func (n *node) isFlowed() bool { return lower(n.params.Get("format")) == "flowed" }

// convertText converts one text.
func (c *conversion) convertText(n *node) error {
	if err := n.settle(); err != nil {
		return err
	}
	width := c.o.LineLength
	if n.isFlowed() {
		width = 0
	}
	label := c.o.Charset
	was := charset.Canonical(n.params.Get("charset"))
	if label == "" {
		if label = was; !writable(label) {
			label = "utf-8"
		}
	}
	most := 0
	if width > 0 {
		most = safeLine(label)
	}
	form := c.o.form(label, width, most)
	text := newTextReader(n.utf8Text(), form)
	p, same, err := compare(text, n.decoded(), c.lf)
	if err != nil {
		return err
	}
	if same && (was == charset.Canonical(label) || !text.wide) {
		return nil
	}
	c.change(TextConverted, n)
	if text.lost {
		c.change(CharactersLost, n)
	}
	e := n.encoding
	switch {
	case p.needs() > 1 || rank(e) == 0 && e != transfer.SevenBit || e == transfer.SevenBit && p.high > 0:
		e = encodingFor(p, true)
	case p.high == 0 && !p.long:
		e = transfer.SevenBit
	}
	if err := c.describe(n, p); err != nil {
		return err
	}
	source := n.utf8TextOpener()
	if err := n.replace(func() io.Reader { return newTextReader(source(), form) }, e, true); err != nil {
		return err
	}
	n.setContentType(n.mediaType, setParam(n.params, "charset", lower(charset.Canonical(label))))
	return nil
}

// utf8TextOpener is utf8Text of the content that the node has now.
func (n *node) utf8TextOpener() opener {
	now := *n
	return now.utf8Text
}

// writable reports whether text can be written in a charset, with ASCII as it is. Some can only be read.
func writable(label string) bool {
	switch charset.Canonical(label) {
	case "", "UTF-7", "ISO-2022-KR", "ISO-2022-CN", "ISO-2022-JP-1", "ISO-2022-JP-2":
		return false
	}
	const sample = "\tAZaz~\\\r\n"
	octets, whole := charset.Encode(label, sample)
	return whole && string(octets) == sample
}

// safeLine is how many octets of UTF-8 make no line that is too long in a charset. Those with escapes may need nine octets
// for four.
func safeLine(label string) int {
	if low := lower(charset.Canonical(label)); strings.HasPrefix(low, "iso-2022") || strings.HasPrefix(low, "gb") {
		return maxLine * 4 / 9
	}
	return maxLine
}

// compare reads a to its end: its profile, and whether it has what b has.
func compare(a, b io.Reader, lf bool) (p profile, same bool, err error) {
	s := scanner{}
	var x, y []byte
	if lf {
		b = crlfReader(b)
	}
	same = true
	for {
		x, y = larger(x, chunk), larger(y, chunk)
		n, errA := io.ReadFull(a, x)
		s.write(x[:n])
		if same {
			m, errB := io.ReadFull(b, y)
			if errB != nil && errB != io.EOF && errB != io.ErrUnexpectedEOF {
				return s.profile, false, errB
			}
			same = string(x[:n]) == string(y[:m])
		}
		if errA == io.EOF || errA == io.ErrUnexpectedEOF {
			return s.profile, same, nil
		}
		if errA != nil {
			return s.profile, false, errA
		}
	}
}

// crlfReader reads text with CRLF for each end of a line.
func crlfReader(r io.Reader) io.Reader { return newTextReader(r, textForm{charset: "utf-8"}) }
