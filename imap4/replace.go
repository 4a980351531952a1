package imap4

import (
	"context"
	"io"
)

// replaceRequest is what a REPLACE command says up to its message (RFC 8508,
// 3.2).
type replaceRequest struct {
	set   sequenceSet // of one number
	uid   bool
	name  []string
	first messageArgs
}

func replaceArgs(p *parser) (r replaceRequest) {
	r.uid = p.uid
	p.space()
	n := p.setNumber()
	r.set.ranges = []setRange{{n, n}}
	p.space()
	r.name = p.mailbox()
	r.first = p.messageArgs()
	return r
}

// replaceStreams reports whether a REPLACE has come to its message.
func replaceStreams(p *parser) (bool, Reply) {
	replaceArgs(p)
	if p.err != nil {
		return false, p.refusal()
	}
	return true, Reply{}
}

// replace puts a message into a mailbox and removes another one from the open
// mailbox (RFC 8508, 3.4).
func (c *Conn) replace(ctx context.Context, r replaceRequest) Reply {
	u := newUpload(ctx, c, r.first)
	u.single = true
	old, err := c.replaced(&r)
	var box Mailbox
	if err == nil {
		box, err = c.holder(ctx, r.name, "i")
	}
	u.rights = box.Rights
	var done Appended
	if err == nil {
		done, err = c.exchangeMessage(ctx, u, old, box.ID)
	}
	if reply := c.uploaded(ctx, u, err); reply.Status != StatusOK {
		return reply
	}
	b := appendNumber([]byte("* OK [APPENDUID "), done.UIDValidity)
	for _, m := range done.Messages[:min(1, len(done.Messages))] {
		c.made(box.ID, []UID{m.UID})
		b = appendNumber(append(b, ' '), m.UID)
	}
	c.put(append(b, "] message taken\r\n"...)) // before the EXPUNGE (RFC 8508, 4.3)
	if err := c.news(ctx, true, false); err != nil {
		return c.replyTo(ctx, err)
	}
	c.vanish([]UID{old})
	return c.withModSeq(ctx, OK("", "message replaced"))
}

// replaced returns the message that is to be replaced, if the user may: what it
// needs is what it takes to mark it as deleted and to expunge it (RFC 8508, 4.1).
func (c *Conn) replaced(r *replaceRequest) (UID, error) {
	v := c.box
	if v.readOnly {
		return 0, readOnlyBox
	}
	if err := allowed(v.rights, "te"); err != nil {
		return 0, err
	}
	rows, ok := c.resolve(&r.set, r.uid)
	switch {
	case !ok:
		return 0, badSet
	case len(rows) == 0:
		return 0, No("NONEXISTENT", "there is no such message")
	}
	return v.uids[rows[0].first], nil
}

// exchangeMessage does it: in one commit, if the store can.
func (c *Conn) exchangeMessage(ctx context.Context, u *upload, old UID, to MailboxID) (Appended, error) {
	from := c.box.id
	if store, ok := as[Replacer](c.account); ok {
		m, ok := u.begin()
		if !ok {
			return Appended{}, errUpload
		}
		m.R = &lastReader{u: u, r: m.R}
		return store.Replace(ctx, from, old, to, m)
	}
	done, err := c.account.Append(ctx, to, u.all)
	if err != nil {
		return done, err
	}
	gone, err := c.account.Expunge(ctx, from, NewUIDSet(old))
	if err == nil && len(gone) > 0 {
		return done, nil
	}
	if err == nil {
		err = No("EXPUNGEISSUED", "the message to be replaced is gone")
	} else if !c.isThere(ctx, from, old) {
		return done, err // one of the two has to stay
	}
	for _, m := range done.Messages { // as if nothing had been done
		if _, undo := c.account.Expunge(ctx, to, NewUIDSet(m.UID)); undo != nil {
			c.srv.logger().ErrorContext(ctx, "imap4: a message that replaced none stays", "user", c.identity.Name(), "uid", m.UID, "err", undo)
		}
	}
	return done, err
}

// isThere reports whether a message is certain to be there, for an Expunge that
// has failed may have been carried out.
func (c *Conn) isThere(ctx context.Context, box MailboxID, u UID) bool {
	body, err := c.account.Body(ctx, box, u)
	if err != nil {
		return false
	}
	// It was not read.
	_ = body.Close()
	return true
}

// A lastReader is a message behind which nothing may come: at its end it reads
// the end of the command, so that whoever has all of it can commit.
type lastReader struct {
	u   *upload
	r   io.Reader
	err error
}

func (l *lastReader) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.r.Read(p)
	if err == io.EOF && !l.u.end() {
		err = errUpload
	}
	l.err = err
	return n, err
}
