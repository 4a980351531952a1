package mime

import (
	"html"
	"strings"
)

// htmlText is the text of HTML, roughly: what stands between tags, without scripts, styles and comments. A tag that parts
// words in the text is a space. It is good for a preview; it is no filter that makes HTML safe.
func htmlText(s string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			i = len(s)
		}
		b.WriteString(s[:i])
		if s = s[i:]; len(s) < 2 {
			break
		}
		if c := s[1] | 0x20; (c < 'a' || 'z' < c) && s[1] != '/' && s[1] != '!' && s[1] != '?' {
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		var tag string
		tag, s = cutTag(s)
		switch tag {
		case "script", "style", "title", "template":
			s = skipElement(s, tag)
		}
		if !inline(tag) {
			b.WriteByte(' ')
		}
	}
	return html.UnescapeString(b.String())
}

// cutTag parts the tag or comment that s starts with from the rest, and returns its name in lower case.
func cutTag(s string) (name, rest string) {
	end := ">"
	if strings.HasPrefix(s, "<!--") {
		end = "-->"
	}
	i := strings.Index(s, end)
	if i < 0 {
		return "", ""
	}
	tag := strings.TrimLeft(s[1:i], "/")
	if n := strings.IndexAny(tag, " \t\r\n/"); n >= 0 {
		tag = tag[:n]
	}
	return lower(cut(tag, 20)), s[i+len(end):]
}

// skipElement skips to the end tag of an element whose content is no text.
func skipElement(s, tag string) string {
	for {
		i := strings.Index(s, "</")
		if i < 0 {
			return ""
		}
		end := s[i:]
		s = end[2:]
		if len(s) >= len(tag) && equalFold(s[:len(tag)], tag) {
			_, s = cutTag(end)
			return s
		}
	}
}

// inline reports whether a tag stands within words.
func inline(tag string) bool {
	switch tag {
	case "a", "abbr", "b", "big", "em", "font", "i", "ins", "del", "mark", "s", "small", "span", "strong", "sub", "sup", "u", "wbr":
		return true
	}
	return false
}
