package convert

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/tnef"
	"github.com/wirepost/wirepost/mime/tnef/rtf"
)

// errTooLarge stops the making of rich text.
var errTooLarge = errors.New("rich text exceeds its limit")

// makeRichText puts the message into a winmail.dat, beside its plain text for those who can't read that.
func (c *conversion) makeRichText() error {
	has := !c.root.all(func(n *node) bool { return n.isSecured() || !n.isLeaf() || !n.isRichText() })
	if has || c.secured() {
		return nil
	}
	before := len(c.result.Changes)
	f := &flat{}
	c.flatten(c.root, f, true)
	c.result.Changes = c.result.Changes[:before] // no alternative is left out
	if len(f.texts) > 0 && f.html == nil && f.texts[0].mediaType == "text/html" {
		f.html = f.texts[0]
	}
	plain, octets, err := c.richText(f)
	if errors.Is(err, errTooLarge) {
		c.problem(TooLarge, c.root)
		return nil
	}
	if err != nil {
		return err
	}
	c.change(RichTextMade, c.root)
	n := c.root
	if err := n.edit(); err != nil {
		return err
	}
	dropMIME(&n.header)
	n.set("MIME-Version", "1.0")
	return c.makeMultipart(n, "multipart/mixed", c.textPart("text/plain", plain), c.filePart("application/ms-tnef", "winmail.dat", octets))
}

// richText writes TNEF, and returns the plain text as well.
func (c *conversion) richText(f *flat) (plain, octets []byte, err error) {
	left := c.maxRichText()
	read := func(r io.Reader) ([]byte, error) {
		b, err := io.ReadAll(io.LimitReader(r, left+1))
		if left -= int64(len(b)); left < 0 {
			return nil, errTooLarge
		}
		return b, err
	}
	for i, n := range f.texts {
		if err := n.settle(); err != nil {
			return nil, nil, err
		}
		b, err := read(n.text())
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			plain = append(plain, "\r\n"...)
		}
		plain = append(plain, b...)
	}
	m := &tnef.Message{CodePage: 65001}
	p := &m.Properties
	if err := c.root.load(); err != nil {
		return nil, nil, err
	}
	p.Set(tnef.PidTagMessageClass, "IPM.Note")
	p.Set(tnef.PidTagSubject, header.DecodeText(c.root.header.Get("Subject"), nil))
	p.Set(tnef.PidTagBody, string(bytes.ToValidUTF8(bytes.ReplaceAll(plain, []byte{0}, nil), []byte("\uFFFD"))))
	if date, ok := header.ParseDate(c.root.header.Get("Date"), nil); ok && date.Year() > 1900 && date.Year() < 9999 {
		p.Set(tnef.PidTagClientSubmitTime, date.UTC())
	}
	if f.html != nil {
		if err := f.html.settle(); err != nil {
			return nil, nil, err
		}
		html, err := read(f.html.utf8Text())
		if err != nil {
			return nil, nil, err
		}
		p.Set(tnef.PidTagInternetCodepage, int32(65001))
		p.Set(tnef.PidTagHtml, html)
	} else {
		p.Set(tnef.PidTagRtfCompressed, rtf.Compress(rtf.FromText(string(plain))))
	}
	taken := map[string]int{}
	for i, n := range f.files {
		var b []byte
		if n.part != nil && !n.part.KnownEncoding && n.part.EncodingLabel != "" {
			c.problem(UnknownEncoding, n)
		}
		if b, err = read(n.file(c)()); err != nil {
			return nil, nil, err
		}
		if i >= maxAttachments {
			return nil, nil, errTooLarge
		}
		a := tnef.NewAttachment(c.name(n, taken), n.mediaType, b)
		if n.part != nil && n.part.ID != "" {
			a.Properties.Set(tnef.PidTagAttachContentId, strings.ToValidUTF8(strings.Trim(n.part.ID, "<>"), "_"))
		}
		m.Attachments = append(m.Attachments, a)
	}
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return nil, nil, err
	}
	return plain, out.Bytes(), nil
}

// maxAttachments is how many attachments a reader of TNEF is sure to take, see tnef.Limits.
const maxAttachments = 1000
