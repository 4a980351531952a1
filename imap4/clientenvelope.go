package imap4

import (
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// envelope reads an ENVELOPE (RFC 9051, 7.5.2). NIL, which no message has, is
// what some servers send of one that they cannot read.
func (p *clientParser) envelope() *mime.Envelope {
	e := new(mime.Envelope)
	if p.isNil() {
		return e
	}
	p.enter()
	e.Date = p.nstring()
	p.space()
	e.Subject = p.nstring()
	for _, to := range []*[]header.Address{&e.From, &e.Sender, &e.ReplyTo, &e.To, &e.Cc, &e.Bcc} {
		p.space()
		*to = p.addresses()
	}
	p.space()
	e.InReplyTo = p.nstring()
	p.space()
	e.MessageID = p.nstring()
	p.expect(')')
	p.depth--
	return e
}

// addresses reads a list of addresses, or NIL. An empty string in the place of a
// list (some servers have it for an empty one) is NIL too.
func (p *clientParser) addresses() []header.Address {
	if p.peek() == '"' {
		if p.quoted() != "" {
			p.fail("a list of addresses")
		}
		return nil
	}
	var all []header.Address
	p.maybeList(func() {
		if p.isNil() { // some have it for an address that they cannot read
			return
		}
		p.enter()
		name := p.text()
		p.space()
		route := p.text()
		p.space()
		mailbox, hasMailbox := p.optional()
		p.space()
		host, hasHost := p.optional()
		p.expect(')')
		p.depth--
		// Without a host it is a mark of a group (RFC 9051, 7.5.2).
		a := header.Address{Name: name, Local: mailbox, Domain: host, Route: route}
		switch {
		case !hasHost && !hasMailbox:
			a = header.Address{Mark: header.GroupEnd}
		case !hasHost:
			a = header.Address{Name: mailbox, Mark: header.GroupStart}
		}
		all = append(all, a)
	})
	return all
}
