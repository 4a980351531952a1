package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// Decode returns b, in the charset of that label, as UTF-8. Octets that mean nothing become U+FFFD, and the mark for the
// byte order at the start goes. For a label that is not known, b is UTF-8 if it is valid as such and windows-1252 if it
// is not, and Decode reports false.
func Decode(label string, b []byte) (text string, known bool) {
	c := lookup(label)
	if c == nil {
		c = guess(b)
	} else {
		known = true
	}
	return c.decode(b), known
}

// guess chooses how to read text in an unknown charset.
func guess(b []byte) *charset {
	if utf8.Valid(b) {
		return lookup("UTF-8")
	}
	return lookup("windows-1252")
}

func (c *charset) decode(b []byte) string {
	if c.plain(b) {
		return string(b)
	}
	if c.single != nil {
		return c.single.tables().decode(b)
	}
	text, _, _ := transform.Bytes(c.decoder(), b) // decoders don't fail
	return string(text)
}

// plain reports whether b stands for itself.
func (c *charset) plain(b []byte) bool {
	switch {
	case c.wide:
		return false
	case c.name == "UTF-8":
		return utf8.Valid(b) && !bytes.HasPrefix(b, []byte(bom))
	}
	return asciiPrefix(b) == len(b) && (c.shifts == "" || !bytes.ContainsAny(b, c.shifts))
}

// decoder returns a new one, at the start of a text.
func (c *charset) decoder() transform.Transformer {
	switch {
	case c.single != nil:
		return c.single.tables()
	case c.reader != nil:
		return c.reader()
	}
	return toTheEnd{c.multi.NewDecoder()}
}

// toTheEnd puts U+FFFD for a character that the end of the text cuts, where its decoder would fail.
type toTheEnd struct{ transform.Transformer }

func (d toTheEnd) Transform(dst, src []byte, atEOF bool) (wrote, took int, err error) {
	wrote, took, err = d.Transformer.Transform(dst, src, atEOF)
	if !atEOF || err != transform.ErrShortSrc {
		return wrote, took, err
	}
	if len(dst)-wrote < utf8.UTFMax {
		return wrote, took, transform.ErrShortDst
	}
	return wrote + utf8.EncodeRune(dst[wrote:], utf8.RuneError), len(src), nil
}

// marked reads Unicode in a byte order that is named, though a mark at the start may say another one.
func marked(e encoding.Encoding) func() transform.Transformer {
	return func() transform.Transformer { return toTheEnd{e.NewDecoder()} }
}

// newGB reads GB2312 and GBK as what has them all.
func newGB() transform.Transformer { return simplifiedchinese.GB18030.NewDecoder() }
