package imap4

import (
	"context"
)

// Searches of several mailboxes (RFC 7377).

// multiRequest is what an ESEARCH command says.
type multiRequest struct {
	searchRequest
	scopes []scope // none: the open mailbox
}

// maxSearched bounds the mailboxes in one search.
const maxSearched = 1000

// multiArgs takes sources, result options, and a program.
func multiArgs(p *parser) (r multiRequest) {
	r.uid, r.extended, r.correlated = true, true, true
	p.space()
	if p.is("IN") {
		p.space()
		p.sources(&r)
		p.space()
	}
	if p.is("RETURN") {
		p.space()
		p.returnItems(&r.searchRequest)
		p.space()
	} else {
		r.ret = returnAll
	}
	r.program = p.program()
	p.end()
	p.needsFuzzy(r.ret&returnRelevancy != 0, &r.program)
	if !r.onlySelected() && r.ret&(returnSave|returnUpdate) != 0 {
		p.fail("SAVE and UPDATE are for the open mailbox alone") // RFC 7377, 2.2
	}
	return r
}

// sources takes which mailboxes to search.
func (p *parser) sources(r *multiRequest) {
	names := 0
	p.list(false, func() {
		if p.peek() == '(' { // scope options, of which there are none yet
			p.fail("scope option not known")
			return
		}
		s := p.scope("SUBTREE-ONE", subtreeOne)
		r.scopes = append(r.scopes, s)
		if names += len(s.names); names > maxScopeNames || len(r.scopes) > maxGroups {
			p.refuse(tooManyArgs)
		}
	})
}

// onlySelected reports whether only the open mailbox is to be searched.
func (r *multiRequest) onlySelected() bool {
	for i := range r.scopes {
		if r.scopes[i].kind != selected {
			return false
		}
	}
	return true
}

// selectedToo reports whether the open mailbox is among what is to be searched.
func (r *multiRequest) selectedToo() bool {
	for i := range r.scopes {
		if r.scopes[i].kind == selected {
			return true
		}
	}
	return len(r.scopes) == 0
}

// multiSearch searches mailboxes, one after the other. Those that the user may
// not read are passed over, as if they were not there (RFC 7377, 2.2).
func (c *Conn) multiSearch(ctx context.Context, r multiRequest) Reply {
	if r.selectedToo() && c.box == nil {
		return bad("no mailbox is selected")
	}
	if r.onlySelected() {
		return c.search(ctx, r.searchRequest)
	}
	for _, s := range r.sets {
		if s.set.saved {
			return bad("$ is for the open mailbox alone")
		}
	}
	if c.has(uidOnly) && r.program.numbers() {
		return uidRequired
	}
	boxes, err := c.searched(ctx, &r)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	if len(boxes) > maxSearched {
		return No("LIMIT", "too many mailboxes in one search") // RFC 7377, 2.4
	}
	for _, box := range boxes {
		err := c.searchIn(ctx, box, &r.searchRequest)
		if err != nil && !isGone(err) {
			return c.replyTo(ctx, err)
		}
		if c.lost != nil {
			return Reply{}
		}
	}
	return OK("", "search done")
}

// searched returns the mailboxes to search. What is not named has to be one that
// LIST tells of.
func (c *Conn) searched(ctx context.Context, r *multiRequest) (boxes []Mailbox, _ error) {
	foreign := c.foreign()
	for box, err := range c.account.Mailboxes(ctx) {
		if err != nil {
			return nil, err
		}
		if box.Missing || box.NoSelect || !hasAny(box.Rights, "r") {
			continue
		}
		in := false
		for i := range r.scopes {
			s := &r.scopes[i]
			in = in || s.isExplicit(box.Name) || hasAny(box.Rights, "l") && s.has(box.Name, box.Subscribed, foreign) ||
				s.kind == selected && c.isOpen(box.ID)
		}
		if in {
			boxes = append(boxes, box)
		}
	}
	return boxes, nil
}

// searchIn searches a mailbox as if it were the open one, which it may be.
func (c *Conn) searchIn(ctx context.Context, box Mailbox, r *searchRequest) error {
	v := &view{id: box.ID, path: box.Name, rights: box.Rights, readOnly: true}
	state, all, err := c.account.Scan(ctx, box.ID, 0)
	if err != nil {
		return err
	}
	v.validity, v.uidNext, v.modSeq = state.UIDValidity, state.UIDNext, state.ModSeq
	if err := v.load(all); err != nil {
		return err
	}
	v.exists = v.len()
	was := c.box
	c.box = v
	defer func() { c.box = was }()
	rows, err := c.runProgram(ctx, &r.program)
	if err == nil && len(rows) > 0 {
		c.tellESearch(r, rows)
	}
	return err
}

// appendCorrelator begins an ESEARCH response: with the tag of the command, and
// for that of the same name with the mailbox (RFC 7377, 2.1).
func (c *Conn) appendCorrelator(b []byte, r *searchRequest) []byte {
	b = appendString(append(b, "* ESEARCH (TAG "...), c.tag, false)
	if r.correlated {
		b = c.appendName(append(b, " MAILBOX "...), c.box.path)
		b = appendNumber(append(b, " UIDVALIDITY "...), c.box.validity)
	}
	b = append(b, ')')
	if r.uid {
		b = append(b, " UID"...)
	}
	return b
}
