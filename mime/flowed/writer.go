package flowed

import (
	"cmp"
	"io"
	"strings"
)

// A Writer writes paragraphs in lines.
type Writer struct {
	// Width is how many characters a line has at most, quote marks and the last blank included. 0 means 72; more than 78
	// is taken for 78 (RFC 3676, 4.2). Only a word that is longer makes a longer line.
	Width int

	w     io.Writer
	delSp bool
	buf   []byte
}

// Limits of lines.
const (
	defaultWidth = 72
	maxWidth     = 78  // RFC 3676, 4.2
	minRoom      = 20  // characters for text, however deep it is quoted
	maxQuote     = 200 // quote marks that are written
	maxLine      = 750 // octets of text: with quote marks less than the 998 of RFC 5322, 2.1.1
)

// NewWriter returns a Writer to w. With delSp set, lines may also be broken where there is no blank, as between Chinese
// characters, and the part needs the parameter delsp=yes.
func NewWriter(w io.Writer, delSp bool) *Writer { return &Writer{w: w, delSp: delSp} }

// WriteParagraph writes a paragraph. Blanks at its end are lost, but for those of [Signature]. A text with line ends in
// it is as many paragraphs. A word of more than 750 octets is parted, by a hard line break unless delSp is set.
func (w *Writer) WriteParagraph(p Paragraph) error {
	w.buf = w.buf[:0]
	for line := range strings.SplitSeq(p.Text, "\n") {
		w.paragraph(min(max(p.Quote, 0), maxQuote), strings.TrimSuffix(line, "\r"))
	}
	_, err := w.w.Write(w.buf)
	return err
}

// paragraph appends the lines of a paragraph. A CR within has no place in text.
func (w *Writer) paragraph(quote int, text string) {
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(text, "\r", " ")
	}
	if text != Signature {
		text = strings.TrimRight(text, " ")
	}
	room := max(min(cmp.Or(max(w.Width, 0), defaultWidth), maxWidth)-quote-1, minRoom)
	for {
		n, flows := w.cut(text, room)
		line := text[:n]
		text = text[n:]
		if flows && w.delSp {
			line += " "
		}
		w.buf = appendLine(w.buf, quote, line, quote == 0 && needsStuffing(line))
		if text == "" {
			return
		}
	}
}

// needsStuffing reports whether an unquoted line must have a blank before it (RFC 3676, 4.4).
func needsStuffing(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, ">") || strings.HasPrefix(line, "From ")
}

// Encode returns plain text as flowed text: each line becomes a paragraph, and quote marks at its start its depth.
// For delSp see [NewWriter].
func Encode(text string, delSp bool) string {
	var b strings.Builder
	w := NewWriter(&b, delSp)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		rest := strings.TrimLeft(line, ">")
		quote := len(line) - len(rest)
		if quote > 0 {
			rest = strings.TrimPrefix(rest, " ")
		}
		_ = w.WriteParagraph(Paragraph{quote, rest}) // a Builder takes all
	}
	return b.String()
}
