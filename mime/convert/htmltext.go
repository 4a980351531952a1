package convert

import (
	"bufio"
	"bytes"
	"html"
	"io"
	"strings"
)

// An htmlReader reads what HTML says as plain text: without tags, scripts, styles and comments, paragraphs as lines, and
// the address of a link behind its words. It goes over the HTML once and holds no more than a tag. It is not made to tell
// how HTML looks.
type htmlReader struct {
	src   *bufio.Reader
	out   bytes.Buffer
	err   error
	skip  string // the element whose content is no text that it is in
	pre   int    // depth of <pre>
	item  bool   // a <li> whose mark was not written
	blank bool   // there was white space that was not written
	lines int    // ends of lines at the end of what was written, two at the start
	href  string // the address of the link that it is in
	words []byte // what was written of the link, as far as it may be the address
}

func newHTMLReader(r io.Reader) *htmlReader {
	return &htmlReader{src: bufio.NewReaderSize(r, 16<<10), lines: 2}
}

// Read implements io.Reader.
func (h *htmlReader) Read(p []byte) (int, error) {
	for h.out.Len() < len(p) && h.err == nil {
		if h.next(); h.err == io.EOF && h.lines == 0 {
			h.newLines(1)
		}
	}
	if h.out.Len() > 0 || len(p) == 0 {
		return h.out.Read(p)
	}
	return 0, h.err
}

// maxTag is how much of a tag is looked at.
const maxTag = 4 << 10

// next takes a character, a tag, or a reference to a character.
func (h *htmlReader) next() {
	c, err := h.src.ReadByte()
	if err != nil {
		h.err = err
		return
	}
	switch {
	case c == '<':
		if after, _ := h.src.Peek(1); len(after) > 0 && (after[0] == '/' || h.skip == "" && opensTag(after[0])) {
			h.tag()
			return
		}
	case h.skip != "":
		return
	case c == '&':
		h.reference()
		return
	}
	if h.skip == "" {
		h.octet(c)
	}
}

func opensTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

// octet writes an octet of text.
func (h *htmlReader) octet(c byte) {
	switch {
	case h.pre > 0 && c == '\n':
		h.out.WriteString("\r\n")
		h.lines++
	case h.pre > 0 && c == '\r':
	case isSpace(c) && h.pre == 0:
		h.blank = h.lines == 0
	default:
		if h.item {
			h.out.WriteString("* ")
			h.item, h.blank = false, false
		}
		if h.blank {
			h.out.WriteByte(' ')
		}
		h.blank, h.lines = false, 0
		h.out.WriteByte(c)
		if h.href != "" && len(h.words) <= len(h.href) {
			h.words = append(h.words, c)
		}
	}
}

// reference writes the character that a reference names.
func (h *htmlReader) reference() {
	const longest = 32
	ahead, _ := h.src.Peek(longest)
	i := bytes.IndexByte(ahead, ';')
	if i < 0 || bytes.ContainsAny(ahead[:i], " <&\r\n") {
		h.octet('&')
		return
	}
	s := html.UnescapeString("&" + string(ahead[:i+1]))
	_, _ = h.src.Discard(i + 1) // it is there
	if s == "\u00a0" {
		s = " "
		h.blank = h.blank || h.lines == 0
		return
	}
	for j := range len(s) {
		h.octet(s[j])
	}
}

// tag takes a tag or a comment, behind its "<".
func (h *htmlReader) tag() {
	if ahead, _ := h.src.Peek(3); string(ahead) == "!--" && h.skip == "" {
		h.comment()
		return
	}
	var text []byte
	quote := byte(0)
	for {
		c, err := h.src.ReadByte()
		if err != nil {
			h.err = err
			break
		}
		if quote == 0 && c == '>' {
			break
		}
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'') && len(text) > 0 && text[len(text)-1] == '=':
			quote = c
		}
		if len(text) < maxTag {
			text = append(text, c)
		} else {
			quote = 0 // it may never end
		}
	}
	s := string(text)
	name := s
	if i := strings.IndexAny(s[min(1, len(s)):], " \t\r\n\f/"); i >= 0 {
		name = s[:i+min(1, len(s))]
	}
	name = lower(name)
	if h.skip != "" {
		if name == "/"+h.skip {
			h.skip = ""
		}
		return
	}
	h.element(name, s)
}

func (h *htmlReader) comment() {
	dashes := 0
	_, _ = h.src.Discard(3) // it is there
	for {
		c, err := h.src.ReadByte()
		switch {
		case err != nil:
			h.err = err
			return
		case c == '-':
			dashes++
		case c == '>' && dashes >= 2:
			return
		default:
			dashes = 0
		}
	}
}

// element does what the start or the end of an element does to the text.
func (h *htmlReader) element(name, tag string) {
	switch name {
	case "script", "style", "title", "template", "textarea":
		h.skip = name
	case "br":
		h.out.WriteString("\r\n")
		h.blank = false
		h.lines++
	case "p", "/p", "h1", "h2", "h3", "h4", "h5", "h6", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6", "ul", "/ul", "ol", "/ol",
		"table", "/table", "blockquote", "/blockquote", "dl", "/dl":
		h.newLines(2)
	case "div", "/div", "tr", "/tr", "dt", "dd", "/li", "section", "article", "header", "footer", "center", "form", "/form", "address":
		h.newLines(1)
	case "li":
		h.newLines(1)
		h.item = true
	case "hr":
		h.newLines(1)
		h.out.WriteString(strings.Repeat("-", 40))
		h.lines = 0
		h.newLines(1)
	case "td", "th":
		h.blank = h.lines == 0
	case "pre":
		h.newLines(2)
		h.pre++
	case "/pre":
		h.pre = max(h.pre-1, 0)
		h.newLines(2)
	case "a":
		h.href, h.words = href(tag), h.words[:0]
	case "/a":
		if h.href != "" && strings.TrimPrefix(h.href, "mailto:") != string(h.words) {
			h.out.WriteString(" <" + h.href + ">")
			h.lines = 0
		}
		h.href = ""
	}
}

// newLines sees that the text so far ends in so many ends of lines.
func (h *htmlReader) newLines(n int) {
	h.blank = false
	for ; h.lines < n; h.lines++ {
		h.out.WriteString("\r\n")
	}
}

// href is the address of a link, if it is one to show.
func href(tag string) string {
	i := strings.Index(lower(tag), "href=")
	if i < 0 {
		return ""
	}
	s := tag[i+len("href="):]
	end := " \t\r\n>"
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		end, s = s[:1], s[1:]
	}
	if j := strings.IndexAny(s, end); j >= 0 {
		s = s[:j]
	}
	s = strings.TrimSpace(html.UnescapeString(s))
	low := lower(s)
	for _, scheme := range []string{"http://", "https://", "mailto:", "ftp://"} {
		if strings.HasPrefix(low, scheme) && !strings.ContainsAny(s, "\r\n\x00<> ") && len(s) <= 900 {
			return s
		}
	}
	return ""
}
