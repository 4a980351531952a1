package imap4

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
)

// A catenation is a message made of pieces, of which some come from the client
// and some are pieces of other messages (RFC 4469).
type catenation struct {
	u     *upload
	ctx   context.Context // of the command
	p     *parser         // the list, from the next piece on
	piece io.Reader       // nil between two pieces
	text  bool            // it comes from the client
	open  *message        // it comes from
	any   bool            // there was a piece
	size  int64           // so far
	err   error
}

// Read implements io.Reader.
func (r *catenation) Read(b []byte) (int, error) {
	for r.err == nil {
		if r.piece == nil {
			r.next()
			continue
		}
		n, err := r.piece.Read(b)
		r.size += int64(n)
		if over(r.size, r.u.c.srv.limits().AppendSize) {
			r.refuse(messageTooBig)
			break
		}
		if err == io.EOF {
			err = nil
			r.endPiece()
		}
		if err != nil {
			r.end(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

func (r *catenation) refuse(why Reply) {
	r.u.refused = why
	r.end(errUpload)
}

// end ends all reading, if it has not ended.
func (r *catenation) end(err error) {
	r.close()
	if r.err == nil {
		r.err = err
	}
}

func (r *catenation) close() {
	if r.open != nil {
		r.open.close(r.ctx)
		r.open = nil
	}
}

// endPiece goes on behind a piece.
func (r *catenation) endPiece() {
	r.piece = nil
	r.close()
	if !r.text {
		return
	}
	line, ok := r.u.line()
	if !ok {
		r.err = errUpload
		return
	}
	r.p = r.u.c.parserOf(line)
}

// next begins the next piece, or ends the list.
func (r *catenation) next() {
	p := r.p
	if r.any && p.skip(')') {
		r.u.next.rest, r.u.listed = p.s[p.i:], true
		r.err = io.EOF
		return
	}
	if r.any {
		p.space()
	}
	r.any = true
	switch {
	case p.is("URL"):
		p.space()
		text := p.astring()
		if p.err == nil {
			r.text = false
			r.fetch(text)
		}
	case p.is("TEXT"):
		p.space()
		if p.announcement(); p.err == nil {
			if over(r.size+r.u.pending.size, r.u.c.srv.limits().AppendSize) {
				r.refuse(messageTooBig)
				return
			}
			r.text = true
			r.u.open()
			r.piece = &checked{u: r.u, r: r.u.body}
		}
	default:
		p.fail("TEXT or URL is missing")
	}
	if p.err != nil {
		r.refuse(p.refusal())
	}
}

// fetch opens a piece of another message.
func (r *catenation) fetch(text string) {
	bad := func(err error) {
		if err != nil && !isGone(err) && !errors.Is(err, mime.ErrNoPart) {
			r.u.c.srv.logger().InfoContext(r.ctx, "imap4: message not catenated", "err", err)
		}
		r.refuse(No("BADURL "+string(appendString(nil, text, false)), "no such piece of a message"))
	}
	u, err := parseURL(text)
	if err != nil {
		bad(err)
		return
	}
	m, err := r.u.c.lookUp(r.ctx, u)
	if err == nil {
		r.open = m
		var piece *io.SectionReader
		if piece, err = m.section(r.ctx, &fetchItem{section: u.section}); err == nil {
			if u.partial {
				piece = mime.Partial(piece, u.offset, u.count)
			}
			r.piece = piece
			return
		}
	}
	bad(err)
}

// A messageURL names a piece of a message, as seen from this account (RFC 5092).
type messageURL struct {
	box      string // its name; "" for the mailbox that is open
	validity uint32 // 0: not given
	uid      UID
	section  mime.Section
	partial  bool
	offset   int64
	count    int64
}

var errURL = errors.New("imap4: not the URL of a message here")

// parseURL reads a relative URL: "/box;UIDVALIDITY=1/;UID=2/;SECTION=1.MIME".
func parseURL(s string) (u messageURL, err error) {
	box, rest, found := cutFold(s, ";UID=")
	if !found || len(s) > maxURL {
		return u, errURL
	}
	box = strings.TrimSuffix(box, "/")
	if name, validity, ok := cutFold(box, ";UIDVALIDITY="); ok {
		n, err := strconv.ParseUint(validity, 10, 32)
		if err != nil {
			return u, errURL
		}
		box, u.validity = name, uint32(n)
	}
	if u.box, err = url.PathUnescape(strings.TrimPrefix(box, "/")); err != nil || strings.Contains(box, "//") {
		return u, errURL
	}
	rest, partial, hasPartial := cutFold(rest, "/;PARTIAL=")
	uid, section, hasSection := cutFold(rest, "/;SECTION=")
	n, err := strconv.ParseUint(uid, 10, 32)
	if err != nil || n == 0 {
		return u, errURL
	}
	u.uid = UID(n)
	if hasSection {
		text, err := url.PathUnescape(section)
		if err != nil {
			return u, errURL
		}
		if u.section, err = mime.ParseSection(text); err != nil {
			return u, fmt.Errorf("%w: %w", errURL, err)
		}
	}
	if hasPartial {
		u.partial, u.count = true, maxLiteral
		offset, count, hasCount := strings.Cut(partial, ".")
		if u.offset, err = strconv.ParseInt(offset, 10, 63); err == nil && hasCount {
			u.count, err = strconv.ParseInt(count, 10, 63)
		}
		if err != nil || u.offset < 0 || u.count < 0 {
			return u, errURL
		}
	}
	return u, nil
}

// maxURL bounds a URL.
const maxURL = 8 << 10

// cutFold is strings.Cut with ASCII letters in either case.
func cutFold(s, sep string) (before, after string, found bool) {
	if i := strings.Index(ascii.Upper(s), sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// lookUp opens the message that a URL names. Whoever may not read it is told as
// if it were not there.
func (c *Conn) lookUp(ctx context.Context, u messageURL) (*message, error) {
	v := c.box
	if u.box != "" {
		p := &parser{limits: c.srv.limits(), utf8: true}
		path := p.path(u.box)
		if p.err != nil {
			return nil, p.err
		}
		box, err := c.holder(ctx, path, "r")
		if err != nil {
			return nil, err
		}
		v = &view{id: box.ID}
	}
	if v == nil {
		return nil, ErrNotFound
	}
	state, _, err := c.account.Scan(ctx, v.id, 0)
	if err != nil {
		return nil, err
	}
	if u.validity != 0 && u.validity != state.UIDValidity {
		return nil, ErrNotFound
	}
	m := &message{c: c, box: v, found: &found{Meta: Meta{UID: u.uid}}}
	return m, m.open(ctx)
}
