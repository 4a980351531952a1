package imap4

import (
	"context"
	"errors"
	"io"

	"github.com/wirepost/wirepost/internal/wire"
)

// An upload is the messages of one command, as they come from the client. It is
// read by the Account; what that leaves is dropped, so that the next command
// begins where it should.
type upload struct {
	c      *Conn
	next   messageArgs
	n      int             // messages so far
	single bool            // there must be no more than one
	rights string          // those of the user in the mailbox that they go to
	listed bool            // the list of CATENATE has come to its end
	ctx    context.Context // of the command

	pending literal // announced by the last line, and not begun
	more    bool    // there is such a one
	body    *wire.CountedReader
	mender  *mender     // what reads it, if it is a text
	pieces  *catenation // what the message is made of, nil if it comes as a whole

	done    bool  // the command has come to its end
	refused Reply // why it is refused
	lost    error // why the client is gone
}

// errUpload is what an Account is told of a message that does not come whole. Why
// is in refused or lost.
var errUpload = errors.New("imap4: the message did not come whole")

// newUpload begins with the message that args, what was read so far, end in.
func newUpload(ctx context.Context, c *Conn, first messageArgs) *upload {
	u := &upload{c: c, ctx: ctx, next: first}
	if u.pending, u.more = first.literal, true; first.pieces {
		u.pending, u.more = announced(first.rest)
	}
	return u
}

// all yields the messages.
func (u *upload) all(yield func(Incoming, error) bool) {
	for !u.done {
		m, ok := u.begin()
		if !ok {
			yield(Incoming{}, errUpload)
			return
		}
		if !yield(m, nil) {
			return
		}
		if !u.end() {
			yield(Incoming{}, errUpload)
			return
		}
	}
}

// begin admits the next message.
func (u *upload) begin() (Incoming, bool) {
	l := u.c.srv.limits()
	m := Incoming{Flags: permitted(u.rights, u.next.flags), Received: u.next.received}
	switch u.n++; {
	case u.n > l.Appends:
		u.refused = tooManyArgs
	case l.Messages > 0 && u.n > l.Messages:
		u.refused = tooMany(messageLimit(l.Messages))
	case u.next.pieces:
		u.pieces, u.listed = &catenation{u: u, ctx: u.ctx, p: u.c.parserOf(u.next.rest)}, false
		m.R = &checked{u: u, r: &mender{r: u.pieces}, pieces: true}
	case u.pending.size == 0:
		u.refused = emptyMessage
	case over(u.pending.size, l.AppendSize):
		u.refused = messageTooBig
	default:
		m.Size, m.Binary = u.pending.size, u.pending.binary && !u.next.utf8
		u.open()
		m.R = &checked{u: u, r: u.body}
		if !m.Binary {
			u.mender = &mender{r: u.body}
			m.R = &checked{u: u, r: u.mender}
		}
	}
	return m, u.refused.isNone()
}

// open begins to read the literal that is pending.
func (u *upload) open() {
	if u.pending.sync {
		u.c.goAhead()
	}
	u.body, u.more = u.c.wire.CountedReader(u.pending.size), false
}

// line reads what follows the literal, whose rest it drops.
func (u *upload) line() (string, bool) {
	if u.mender != nil {
		u.mender.release() // in case that somebody has kept it
		u.mender = nil
	}
	err := u.body.Drain()
	if u.body = nil; err != nil {
		u.lost = lostInside(err)
		return "", false
	}
	line, err := u.c.readLine()
	if err != nil {
		u.lost = err
		return "", false
	}
	u.pending, u.more = announced(line)
	return string(line), true
}

// end reads up to the next message, or the end of the command.
func (u *upload) end() bool {
	if u.next.pieces {
		// The Account has read up to the end of the list, or not all of it.
		u.closePieces()
		return u.refused.isNone() && u.lost == nil && u.listed && u.follow(u.next.rest)
	}
	line, ok := u.line()
	return ok && u.refused.isNone() && u.follow(line)
}

// follow reads what stands behind a message.
func (u *upload) follow(line string) bool {
	p := u.c.parserOf(line)
	if u.next.utf8 {
		p.need(')')
	}
	if p.err == nil && p.i == len(p.s) {
		u.done = true
		return true
	}
	if u.single {
		p.end()
	}
	if u.next = p.messageArgs(); p.err != nil {
		u.refused = p.refusal()
		return false
	}
	return true
}

// closePieces lets go of what the message is made of, in case that somebody has
// not read it to its end.
func (u *upload) closePieces() {
	if u.pieces != nil {
		u.pieces.end(io.ErrClosedPipe)
		u.pieces = nil
	}
}

// drop reads what is left of the command.
func (u *upload) drop() {
	u.closePieces()
	if u.lost == nil && u.body != nil {
		u.line()
	}
	if u.lost == nil && u.more {
		u.lost = u.c.dropRest(u.pending, u.c.srv.limits().AppendSize)
	}
}

// A checked reader notes what keeps a message from coming.
type checked struct {
	u      *upload
	r      io.Reader
	pieces bool // which have noted all but a NUL
}

func (r *checked) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	switch {
	case err == nil || err == io.EOF:
	case errors.Is(err, wire.ErrNUL):
		r.u.refused = No("CANNOT", "a message without ~ must not hold a NUL")
	case !r.pieces && !errors.Is(err, io.ErrClosedPipe):
		r.u.lost = lostInside(err)
	}
	return n, err
}
