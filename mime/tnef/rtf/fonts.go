package rtf

import "github.com/wirepost/wirepost/mime/tnef/internal/codepage"

// maxFonts bounds how many fonts of a document are remembered.
const maxFonts = 4096

// ofCharset returns the code page of \fcharset (RTF 1.9.1, "Font Table"), 0 for the document's own.
func ofCharset(n int) int {
	switch n {
	case 0:
		return codepage.Western
	case 77:
		return 10000
	case 128:
		return 932
	case 129, 130:
		return 949
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}

// fontWord takes the words that say in which code page the octets are. It reports whether t was one of them.
func (c *converter) fontWord(t token) bool {
	switch string(t.name) {
	case "f":
		if c.state.fonts {
			c.defined = t.param
		} else {
			c.state.font = t.param
		}
	case "fcharset":
		c.define(ofCharset(t.param))
	case "cpg":
		c.define(t.param)
	case "deff":
		c.deff = t.param
		c.state.font = t.param
	case "plain":
		c.state.font = c.deff
	case "ansicpg":
		c.page = t.param
	case "ansi":
		c.page = codepage.Western
	case "mac":
		c.page = 10000
	case "pc":
		c.page = 437
	case "pca":
		c.page = 850
	default:
		return false
	}
	return true
}

func (c *converter) define(page int) {
	if c.state.fonts && page != 0 && len(c.fonts) < maxFonts {
		c.fonts[c.defined] = page
	}
}

// pageNow is the code page of the octets that come next. The markup in \htmltag has no font.
func (c *converter) pageNow() int {
	if page, ok := c.fonts[c.state.font]; ok && !c.state.tag {
		return page
	}
	return c.page
}
