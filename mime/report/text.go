package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/header"
)

// width is where lines for people are folded.
const width = 72

// A document is text for people.
type document struct {
	b bytes.Buffer
}

// bytes is the text without the blank line behind its last paragraph.
func (d *document) bytes() []byte {
	b := d.b.Bytes()
	if bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		return b[:len(b)-len("\r\n")]
	}
	return b
}

// paragraph writes text folded, and a blank line behind it.
func (d *document) paragraph(text string) {
	d.fold("", text)
	d.blank()
}

func (d *document) blank() { d.b.WriteString("\r\n") }

// fold writes text in lines that begin with indent.
func (d *document) fold(indent, text string) {
	line := indent
	for word := range strings.FieldsSeq(clean(text)) {
		if len(line) > len(indent) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			d.b.WriteString(line + "\r\n")
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	d.b.WriteString(line + "\r\n")
}

// lines writes lines as they are, but for those that are too long for a line of mail.
func (d *document) lines(text string) {
	for line := range strings.Lines(text) {
		if line = clean(strings.TrimRight(line, "\r\n")); len(line) > maxLine {
			d.fold("", line)
		} else {
			d.b.WriteString(line + "\r\n")
		}
	}
}

// maxQuote is how much of a remote host's text people are shown; the rest is for programs.
const maxQuote = 1000

// quote writes what somebody else has said.
func (d *document) quote(text string) {
	text = clean(text)
	if len(text) > maxQuote {
		text = clean(strings.ToValidUTF8(text[:maxQuote], "")) + " ..."
	}
	d.fold("        ", text)
}

// about names the message: "Your message of ... with the subject ...".
func (o *original) about(whose string) string {
	s := whose + " message"
	if date, ok := header.ParseDate(o.fields["date"], nil); ok && 1 <= date.Year() && date.Year() <= 9999 {
		s += " of " + header.FormatDate(date)
	}
	if subject := o.subject(); subject != "" {
		s += ` with the subject "` + subject + `"`
	}
	return s
}

// maxSubject is how much of a subject people are shown.
const maxSubject = 200

// subject is the subject of the message.
func (o *original) subject() string {
	s := clean(header.DecodeText(o.fields["subject"], nil))
	if len(s) > maxSubject {
		return clean(strings.ToValidUTF8(s[:maxSubject], "")) + " ..."
	}
	return s
}

// enclosed says what is behind the text.
func (l *Letter) enclosed(d *document) {
	s := "The second part of this report tells programs the same."
	if l.Original.Message != nil && l.Original.Return != ReturnNothing {
		s += " The third part is what is returned of the message."
	}
	d.paragraph(s)
}
