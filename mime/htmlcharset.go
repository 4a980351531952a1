package mime

import "strings"

// maxMeta is how much of HTML is searched for a <meta>, as browsers do.
const maxMeta = 1024

// metaCharset is the charset that a <meta> in the start of HTML says, "" if there is none: <meta charset=x>, or <meta
// http-equiv=Content-Type content="text/html; charset=x">.
func metaCharset(b []byte) string {
	for s := lower(string(b)); ; {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return ""
		}
		end := 1
		if s = s[i:]; strings.HasPrefix(s, "<!--") {
			end = strings.Index(s, "-->")
		} else if rest, ok := strings.CutPrefix(s, "<meta"); ok && rest != "" && strings.IndexByte(" \t\r\n\f/", rest[0]) >= 0 {
			if end = strings.IndexByte(s, '>'); end >= 0 {
				if label := charsetIn(s[:end]); label != "" {
					return label
				}
			}
		}
		if end < 0 {
			return ""
		}
		s = s[end:]
	}
}

// charsetIn is the value of what is named charset in a tag, be it an attribute or a part of one.
func charsetIn(tag string) string {
	const blanks = " \t\r\n\f"
	for {
		_, rest, ok := strings.Cut(tag, "charset")
		if !ok {
			return ""
		}
		tag = rest
		value, ok := strings.CutPrefix(strings.TrimLeft(rest, blanks), "=")
		if !ok {
			continue
		}
		value = strings.TrimLeft(value, blanks+`"'`)
		if end := strings.IndexAny(value, blanks+`"';/>`); end >= 0 {
			value = value[:end]
		}
		return value
	}
}
