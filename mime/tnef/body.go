package tnef

import (
	"unicode/utf8"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/tnef/internal/codepage"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// A Body is the text of a message in the forms that it has.
type Body struct {
	Text string // PidTagBody or, without one, what the rich text shows; with CRLF as sent
	HTML string // PidTagHtml or, without one, the HTML that the rich text was made of
	RTF  []byte // decompressed
}

// Body finds the text of the message. The rich text is cut at maxRTF octets ([rtf.DefaultMaxSize] if it is 0), and what
// is wrong with it is told, with offsets in it.
func (m *Message) Body(maxRTF int) (Body, defect.List) {
	var b Body
	var defects defect.List
	if packed := m.Properties.Bytes(PidTagRtfCompressed); packed != nil {
		b.RTF = rtf.Decompress(packed, maxRTF, &defects)
	}
	b.HTML = m.html()
	if b.HTML == "" {
		b.HTML = rtf.HTML(b.RTF, &defects)
	}
	b.Text = m.Properties.Text(PidTagBody)
	if b.Text == "" && len(b.RTF) > 0 {
		b.Text = rtf.Text(b.RTF, &defects)
	}
	return b, defects
}

// html reads PidTagHtml, which is octets in a code page of their own, or PidTagBodyHtml, the same as text.
func (m *Message) html() string {
	p, _ := m.Properties.Find(PidTagHtml)
	octets, ok := p.Value.([]byte)
	if !ok {
		s, _ := p.Value.(string)
		return s
	}
	page, ok := m.Properties.Int(PidTagInternetCodepage)
	switch {
	case ok:
	case utf8.Valid(octets):
		page = codepage.UTF8
	default:
		page = int64(m.CodePage)
	}
	s, _ := codepage.Decode(int(page), octets)
	return s
}
