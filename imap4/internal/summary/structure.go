package summary

import (
	"strconv"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// structure writes a BODYSTRUCTURE, or a BODY, which is one without extension data (RFC 9051, 7.5.2). It calls itself as
// often as parts are nested, which package mime bounds.
func (r *renderer) structure(s *mime.BodyStructure, extended bool) {
	r.b = append(r.b, '(')
	if len(s.Parts) > 0 {
		for _, part := range s.Parts {
			r.structure(part, extended)
		}
		r.b = append(r.b, ' ')
		r.word(s.Subtype)
		if extended {
			r.b = append(r.b, ' ')
			r.params(s.Params)
		}
	} else {
		r.leaf(s, extended)
	}
	if extended {
		r.extension(s)
	}
	r.b = append(r.b, ')')
}

// leaf writes what is no multipart.
func (r *renderer) leaf(s *mime.BodyStructure, extended bool) {
	r.word(s.Type)
	r.b = append(r.b, ' ')
	r.word(s.Subtype)
	r.b = append(r.b, ' ')
	r.params(s.Params)
	r.b = append(r.b, ' ')
	r.nstring(s.ID)
	r.b = append(r.b, ' ')
	r.text(s.Description)
	r.b = append(r.b, ' ')
	r.word(s.Encoding)
	r.b = strconv.AppendInt(append(r.b, ' '), s.Size, 10)
	if s.Body != nil {
		r.b = append(r.b, ' ')
		r.envelope(s.Envelope)
		r.b = append(r.b, ' ')
		r.structure(s.Body, extended)
	}
	if s.HasLines {
		r.b = strconv.AppendInt(append(r.b, ' '), s.Lines, 10)
	}
	if extended {
		r.b = append(r.b, ' ')
		r.nstring(s.MD5)
	}
}

// extension writes what both kinds have at their end: disposition, languages and location.
func (r *renderer) extension(s *mime.BodyStructure) {
	r.b = append(r.b, ' ')
	if s.Disposition == "" {
		r.b = AppendNil(r.b)
	} else {
		r.b = append(r.b, '(')
		r.word(s.Disposition)
		r.b = append(r.b, ' ')
		r.params(s.DispositionParams)
		r.b = append(r.b, ')')
	}
	r.b = append(r.b, ' ')
	r.languages(s.Languages)
	r.b = append(r.b, ' ')
	r.nstring(s.Location)
}

// word writes what is ASCII, as a rule.
func (r *renderer) word(s string) { r.string(cutText(s, maxString), false) }

// languages writes NIL, a string or a list.
func (r *renderer) languages(tags []string) {
	switch len(tags) {
	case 0:
		r.b = AppendNil(r.b)
		return
	case 1:
		r.word(tags[0])
		return
	}
	for i, tag := range tags {
		r.b = append(r.b, " ("[max(0, 1-i)])
		r.word(tag)
	}
	r.b = append(r.b, ')')
}

// params writes parameters, or NIL. Values that are not ASCII are encoded as RFC 2231, 4 has it, as they are in messages:
// clients know how to read that, whatever they have enabled.
func (r *renderer) params(params header.Params) {
	if len(params) == 0 {
		r.b = AppendNil(r.b)
		return
	}
	for i, p := range params {
		r.b = append(r.b, " ("[max(0, 1-i)])
		name, value := p.Name, cutText(p.Value, maxString)
		if !ascii.Is(value) {
			name += "*"
			value = extendedValue(value, p.Language)
		}
		r.word(name)
		r.b = append(r.b, ' ')
		r.string(value, false)
	}
	r.b = append(r.b, ')')
}

// extendedValue is an extended-other-values of RFC 2231, 7, with its charset and language before it.
func extendedValue(value, language string) string {
	const hex = "0123456789ABCDEF"
	b := append(make([]byte, 0, 3*len(value)+len(language)+7), "utf-8'"...)
	for i := range len(language) {
		if isAttributeChar(language[i]) {
			b = append(b, language[i])
		}
	}
	b = append(b, '\'')
	for i := range len(value) {
		if c := value[i]; isAttributeChar(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// isAttributeChar reports whether c is an attribute-char (RFC 2231, 7), if a careful one: no octet that some programs take
// for a part of the syntax.
func isAttributeChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_'
}
