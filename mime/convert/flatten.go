package convert

import (
	"io"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// flat is a message without its structure: what is read, and what is attached.
type flat struct {
	texts []*node // text/plain or text/html
	html  *node   // the HTML of an alternative, if that is asked for
	files []*node
}

// flatten sorts the leaves of a message. Of alternatives it takes the plain text, else HTML, else the last one; with
// richest, the HTML is noted besides.
func (c *conversion) flatten(n *node, f *flat, richest bool) {
	switch {
	case n.isLeaf() || isEnclosed(n.kids[0]):
		switch {
		case n.isPlainText(), n.mediaType == "text/html" && n.disposition != "attachment" && n.filename == "":
			f.texts = append(f.texts, n)
		default:
			f.files = append(f.files, n)
		}
	case n.mediaType == "multipart/alternative":
		c.alternative(n, f, richest)
	case n.mediaType == "multipart/related":
		start := n.kids[0]
		if id := n.params.Get("start"); id != "" {
			for _, kid := range n.kids {
				if kid.part != nil && strings.Trim(kid.part.ID, "<>") == strings.Trim(id, "<>") {
					start = kid
				}
			}
		}
		c.flatten(start, f, richest)
		for _, kid := range n.kids {
			if kid != start {
				c.flatten(kid, f, richest)
			}
		}
	default:
		for _, kid := range n.kids {
			c.flatten(kid, f, richest)
		}
	}
}

// alternative takes one of alternatives. Files within the others, such as the pictures of HTML, are kept.
func (c *conversion) alternative(n *node, f *flat, richest bool) {
	best := -1
	found := make([]flat, len(n.kids))
	for i, kid := range n.kids {
		c.flatten(kid, &found[i], richest)
		switch {
		case len(found[i].texts) == 0:
		case best < 0, found[best].texts[0].mediaType != "text/plain" && found[i].texts[0].mediaType == "text/plain":
			best = i
		}
	}
	if best < 0 {
		best = len(n.kids) - 1
	}
	for i := range found {
		if i == best {
			f.texts = append(f.texts, found[i].texts...)
			f.files = append(f.files, found[i].files...)
			continue
		}
		if len(found[i].texts) == 0 {
			c.change(AlternativeGone, n.kids[i])
			continue
		}
		for _, text := range found[i].texts {
			if richest && f.html == nil && text.mediaType == "text/html" {
				f.html = text
			} else {
				c.change(AlternativeGone, text)
			}
		}
		f.files = append(f.files, found[i].files...)
	}
	for i := range found {
		if f.html == nil {
			f.html = found[i].html
		}
	}
}

// text opens what a text says, in UTF-8 without markup.
func (n *node) text() io.Reader {
	if n.mediaType == "text/html" {
		return newHTMLReader(n.utf8Text())
	}
	return n.utf8Text()
}

// file opens what a leaf holds as a file, or an enclosed message.
func (n *node) file(c *conversion) opener {
	if n.isLeaf() {
		return n.holds()
	}
	return n.kids[0].opened(c)
}

// name is a safe name for a file, made up of its type and number if it has none. taken has those that are in use,
// and how often.
func (c *conversion) name(n *node, taken map[string]int) string {
	name := n.filename
	if name == "" {
		name = "attachment" + strconv.Itoa(len(taken)+1) + c.o.Types.Extension(n.mediaType)
	}
	name = mime.SafeFilename(name)
	key := lower(name)
	for taken[key] > 0 {
		taken[key]++
		stem, ext := name, ""
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			stem, ext = name[:dot], name[dot:]
		}
		name = stem + "-" + strconv.Itoa(taken[key]) + ext
		key = lower(name)
	}
	taken[key] = 1
	return name
}

// dropMIME takes the fields of MIME out of a header.
func dropMIME(h *mime.Header) {
	var names []string
	for f := range h.All() {
		if low := lower(f.Name); low == "mime-version" || strings.HasPrefix(low, "content-") {
			names = append(names, f.Name)
		}
	}
	for _, name := range names {
		h.Del(name)
	}
}

// attach makes the header of a part that is a file.
func attach(n *node, name string, params header.Params) {
	if name != "" {
		params = setParam(params, "name", name)
	}
	n.setContentType(n.mediaType, params)
	var disposition header.Params
	if name != "" {
		disposition = header.Params{{Name: "filename", Value: name}}
	}
	if value, err := header.FormatParams("attachment", disposition, header.ASCII); err == nil {
		n.set("Content-Disposition", value)
	}
}
