package mime

import (
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

const (
	plainText     = "text/plain"
	messageRFC822 = "message/rfc822" // RFC 2046, 5.2.1
	messageGlobal = "message/global" // RFC 6532, 3.7
)

// describe reads the fields that describe a part, and opens what is in it.
func (x *Indexer) describe(p *Part) {
	fields := ParseHeader(x.head.kept)
	value := func(name string) string { return x.single(p, &fields, name) }
	p.Type, p.Params = x.mediaType(p, value("Content-Type"), fields.Has("Content-Type"))
	if fields.Has("Content-Disposition") {
		p.Disposition, p.DispositionParams = x.params(p, value("Content-Disposition"))
		if p.Disposition == "" && len(p.DispositionParams) > 0 {
			p.Disposition = "attachment" // as what is not known (RFC 2183, 2.8)
		}
	}
	p.Encoding, p.KnownEncoding = transfer.SevenBit, true
	if p.EncodingLabel = value("Content-Transfer-Encoding"); p.EncodingLabel != "" {
		p.Encoding, p.KnownEncoding = transfer.Parse(p.EncodingLabel)
		switch {
		case !p.KnownEncoding:
			x.found(UnknownEncoding, p.Start)
		case hasComment(p.EncodingLabel):
			x.found(Comment, p.Start)
		case !equalFold(p.EncodingLabel, string(p.Encoding)):
			x.found(OddEncoding, p.Start)
		}
	}
	p.ID = value("Content-ID")
	p.Description = value("Content-Description")
	p.Language = value("Content-Language")
	p.Location = value("Content-Location")
	p.MD5 = value("Content-MD5")
	switch {
	case strings.HasPrefix(p.Type, "multipart/"):
		x.multipart(p)
	case p.Type == messageRFC822 || p.Type == messageGlobal:
		x.enclosed(p)
	}
}

// single returns the value of a field that there should be one of. The first one counts (RFC 7103, 7.5).
func (x *Indexer) single(p *Part, h *Header, name string) string {
	first, seen := "", false
	for f := range h.All() {
		if !equalFold(f.Name, name) {
			continue
		}
		switch value := f.Value(); {
		case !seen:
			first, seen = value, true
		case equalFold(value, first):
			x.found(RepeatedField, p.Start)
		default:
			x.found(ConflictingField, p.Start)
		}
	}
	return first
}

// mediaType reads a Content-Type. What has none, or one that can't be read, is text/plain (RFC 2045, 5.2), or a message if it is
// in a multipart/digest (RFC 2046, 5.1.5).
func (x *Indexer) mediaType(p *Part, value string, given bool) (string, header.Params) {
	if !given {
		if p.number > 0 && p.parent.Type == "multipart/digest" {
			return messageRFC822, nil
		}
		return plainText, nil
	}
	if hasComment(value) {
		x.found(Comment, p.Start)
	}
	mediaType, params := x.params(p, value)
	kind, subtype, ok := strings.Cut(mediaType, "/")
	if !ok || !isToken(kind) || !isToken(subtype) {
		x.found(BadType, p.Start)
		return plainText, params
	}
	return mediaType, params
}

func (x *Indexer) params(p *Part, value string) (string, header.Params) {
	var found defect.List
	v, params := header.ParseParams(value, &found)
	if found.Len() > 0 {
		x.found(BadParameters, p.Start)
	}
	return v, params
}

// multipart opens a multipart, if it has a boundary that can be used.
func (x *Indexer) multipart(p *Part) {
	if p.encoded() {
		x.found(EncodedMultipart, p.Start)
	}
	boundary := strings.TrimRight(p.Params.Get("boundary"), " \t")
	switch {
	case boundary == "" || len(boundary) > maxBoundary:
		x.found(NoBoundary, p.Start)
		return
	case !x.deeper(p):
		return
	case len(boundary) > 70:
		x.found(LongBoundary, p.Start)
	}
	x.bound(boundary)
}

// enclosed opens a message in a message, if it is not encoded.
func (x *Indexer) enclosed(p *Part) {
	switch {
	case p.encoded() || !p.KnownEncoding:
		if p.Type == messageRFC822 {
			x.found(EncodedMessage, p.Start)
		}
	case !x.deeper(p):
	case x.parts >= x.limits.Parts:
		x.found(PartsLimit, p.Start)
	default:
		x.open(p.BodyStart)
	}
}

// deeper reports whether there may be parts in p.
func (x *Indexer) deeper(p *Part) bool {
	if len(x.stack) > x.limits.Depth {
		x.found(DepthLimit, p.Start)
		return false
	}
	return true
}

// hasComment reports whether there is an opening parenthesis outside quotes.
func hasComment(value string) bool {
	quoted := false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '(' && !quoted:
			return true
		}
	}
	return false
}

// isToken reports whether s is a token of RFC 2045, 5.1.
func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
