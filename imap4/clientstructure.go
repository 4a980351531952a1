package imap4

import (
	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// structure reads a BODY or BODYSTRUCTURE (RFC 9051, 7.5.2). How deep it nests is
// bounded by ClientLimits.Nesting.
func (p *clientParser) structure() *mime.BodyStructure {
	b := new(mime.BodyStructure)
	p.enter()
	p.take(' ') // as in list
	if p.peek() == '(' {
		p.multipart(b)
	} else {
		p.leaf(b)
	}
	for p.err == nil && p.further() { // of a later extension (RFC 9051, 7.5.2)
		p.skip()
	}
	p.expect(')')
	p.depth--
	return b
}

// multipart reads what is behind the opening parenthesis of a multipart.
func (p *clientParser) multipart(b *mime.BodyStructure) {
	b.Type = "multipart"
	for p.err == nil && p.peek() == '(' {
		b.Parts = append(b.Parts, p.structure())
		for p.peek() == ' ' && p.i+1 < len(p.b) && p.b[p.i+1] == '(' { // some have a space between parts
			p.i++
		}
	}
	p.space()
	b.Subtype = ascii.Lower(p.text())
	if p.further() {
		b.Params = p.params()
	}
	p.extension(b)
}

// leaf reads what is behind the opening parenthesis of a part that is no
// multipart. One that has none of its parts, ("mixed" ...) or (NIL "mixed" ...),
// as some servers send an empty one, comes out as a leaf.
func (p *clientParser) leaf(b *mime.BodyStructure) {
	b.Type = ascii.Lower(p.text())
	p.space()
	b.Subtype = ascii.Lower(p.text())
	p.space()
	b.Params = p.params()
	p.space()
	b.ID = p.nstring()
	p.space()
	b.Description = p.nstring()
	p.space()
	b.Encoding = ascii.Lower(p.text())
	p.space()
	b.Size = p.size64()
	switch {
	case b.Type == "text" && p.peek() == ' ':
		p.space()
		b.Lines, b.HasLines = p.size64(), true
	case b.Type == "message" && (b.Subtype == "rfc822" || b.Subtype == "global"):
		p.enclosed(b)
	}
	if p.further() {
		b.MD5 = p.nstring()
	}
	p.extension(b)
}

// enclosed reads what a message within a message has. Gmail and others leave that
// out of one that they cannot read, and what follows then is the MD5.
func (p *clientParser) enclosed(b *mime.BodyStructure) {
	if p.peek() != ' ' || p.i+1 < len(p.b) && p.b[p.i+1] != '(' {
		return
	}
	p.space()
	b.Envelope = p.envelope()
	p.space()
	b.Body = p.structure()
	p.space()
	b.Lines, b.HasLines = p.size64(), true
}

// size64 is a number, or NIL or a negative number, which are 0: some servers have
// them where they do not know.
func (p *clientParser) size64() int64 {
	if p.isNil() {
		return 0
	}
	negative := p.take('-')
	n := p.number()
	if negative {
		return 0
	}
	return int64(n)
}

// extension reads the data that BODY does not have, as far as it is there.
func (p *clientParser) extension(b *mime.BodyStructure) {
	if !p.further() {
		return
	}
	switch {
	case p.peek() == '(':
		p.enter()
		b.Disposition = ascii.Lower(p.text())
		if p.take(' ') {
			b.DispositionParams = p.params()
		}
		p.expect(')')
		p.depth--
	default: // NIL, or the disposition without its parentheses
		b.Disposition = ascii.Lower(p.text())
	}
	if !p.further() {
		return
	}
	if p.peek() == '(' {
		p.list(func() { b.Languages = append(b.Languages, p.text()) })
	} else if s := p.nstring(); s != nil {
		b.Languages = []string{*s}
	}
	if p.further() {
		b.Location = p.nstring()
	}
}

// further passes over the space before another value, and reports whether there is
// one. A space before the end of the list is let pass, as in list.
func (p *clientParser) further() bool {
	spaced := false
	for p.take(' ') {
		spaced = true
	}
	return spaced && p.peek() != ')'
}

// params reads a list of parameters, or NIL. Of a name that is there twice the
// first one counts.
func (p *clientParser) params() header.Params {
	var all header.Params
	p.maybeList(func() {
		name := ascii.Lower(p.text())
		if p.peek() == ')' { // a name without its value, from a few servers
			return
		}
		p.space()
		value := p.text()
		for _, have := range all[:min(len(all), clientMaxParams)] {
			if have.Name == name {
				return
			}
		}
		if len(all) < clientMaxParams {
			all = append(all, header.Param{Name: name, Value: value})
		}
	})
	return all
}

// clientMaxParams bounds the parameters of a part.
const clientMaxParams = 200
