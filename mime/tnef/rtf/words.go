package rtf

// symbol takes a control symbol.
func (c *converter) symbol(char byte) {
	if char == '*' {
		c.starred = true
		return
	}
	c.starred = false
	if c.ignored() {
		return
	}
	switch char {
	case '\\', '{', '}':
		c.octets([]byte{char})
	case '~':
		c.either("\u00a0", "&nbsp;")
	case '_':
		c.either("\u2011", "&shy;")
	case '\t':
		c.write("\t")
	case '\r', '\n':
		c.write("\r\n")
	}
}

// word takes a control word.
func (c *converter) word(t token) {
	starred := c.starred
	c.starred = false
	if c.beyond > 0 {
		return
	}
	if string(t.name) == "u" {
		if !c.ignored() {
			c.unicode(t.param)
		}
		return
	}
	if c.ignored() {
		return
	}
	switch string(t.name) {
	case "uc":
		c.state.uc = max(0, min(t.param, 16))
	case "fonttbl":
		c.flush()
		c.state.fonts = true
	case "htmlrtf":
		c.flush()
		c.state.htmlrtf = !t.hasParam || t.param != 0
	case "htmltag":
		c.flush()
		c.state.tag = true
		c.state.skip = c.state.skip || !c.toHTML
	default:
		if starred || unseen(t.name) {
			c.flush()
			c.state.skip = true
			return
		}
		if !c.fontWord(t) {
			c.character(t.name)
		}
	}
}

// unseen are the destinations whose content is no text of the document (RTF 1.9.1, "Destinations"). Those of later
// versions have a \* before them.
func unseen(name []byte) bool {
	switch string(name) {
	case "colortbl", "stylesheet", "info", "pict", "objdata", "objclass", "objname", "fldinst", "filetbl", "listtable",
		"listoverridetable", "revtbl", "rsidtbl", "generator", "themedata", "datastore", "latentstyles", "mhtmltag",
		"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "ftnsep", "ftnsepc",
		"xe", "tc", "rxe", "nonshppict", "template", "private", "bkmkstart", "bkmkend", "pntext", "xmlnstbl":
		return true
	}
	return false
}

// character takes the words that stand for characters. MS-OXRTFEX has them come back as HTML entities.
func (c *converter) character(name []byte) {
	switch string(name) {
	case "par", "line", "sect", "page", "row", "nestrow":
		c.write("\r\n")
	case "tab", "cell", "nestcell":
		c.write("\t")
	case "lquote":
		c.either("\u2018", "&lsquo;")
	case "rquote":
		c.either("\u2019", "&rsquo;")
	case "ldblquote":
		c.either("\u201c", "&ldquo;")
	case "rdblquote":
		c.either("\u201d", "&rdquo;")
	case "bullet":
		c.either("\u2022", "&bull;")
	case "endash":
		c.either("\u2013", "&ndash;")
	case "emdash":
		c.either("\u2014", "&mdash;")
	case "enspace":
		c.either("\u2002", "&ensp;")
	case "emspace":
		c.either("\u2003", "&emsp;")
	case "zwj":
		c.either("\u200d", "&zwj;")
	case "zwnj":
		c.either("\u200c", "&zwnj;")
	}
}

func (c *converter) either(text, html string) {
	if c.toHTML {
		c.write(html)
	} else {
		c.write(text)
	}
}
