package mime

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

const (
	maxPreview     = 200       // characters (RFC 8970, 3.3)
	maxPreviewRead = 128 << 10 // octets of text that are looked at: the styles of some HTML are long
)

// Preview is the start of the text of the message, for a list of messages: PREVIEW of IMAP (RFC 8970). It is the first plain
// text that is no attachment, or HTML without its markup where there is no plain text; at most 200 characters in one line,
// without control characters. It is "" where there is no text, or an encrypted one. It reads no more than the first 128
// KiB of a text. Its error is that of the source.
func (m *Message) Preview() (string, error) {
	plain, html := m.Root.previewParts()
	text := ""
	for _, p := range []*Part{plain, html} {
		if p == nil || text != "" {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p.Text(), maxPreviewRead))
		if err != nil {
			return "", fmt.Errorf("mime: reading a text: %w", err)
		}
		s := string(b)
		if p == html {
			s = htmlText(s)
		}
		text = oneLine(s, maxPreview)
	}
	return text, nil
}

// previewParts returns the first plain text and the first HTML that are to be shown, nil for none.
func (p *Part) previewParts() (plain, html *Part) {
	for q := range p.All() {
		switch {
		case q.Type == "multipart/encrypted":
			return nil, nil
		case q.Disposition == "attachment" || q.IsMultipart():
		case q.Type == plainText && plain == nil:
			plain = q
		case q.Type == "text/html" && html == nil:
			html = q
		}
	}
	return plain, html
}

// oneLine is the first characters of s, so many at most, with one space for each run of white space, and without what is not seen.
func oneLine(s string, most int) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.In(r, unicode.Cc, unicode.Cf) && r != '\u200d': // emoji are joined by U+200D
			continue
		}
		if space {
			if most--; most <= 0 {
				break
			}
			b.WriteByte(' ')
			space = false
		}
		if most--; most < 0 {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " ")
}
