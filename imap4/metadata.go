package imap4

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

// Annotations of mailboxes and of the server (RFC 5464).

func (c *Conn) hasMetadata() bool {
	_, ok := as[MetadataStore](c.account)
	return ok
}

// annotated returns the mailbox of a request, with ID 0 for the server, for
// somebody who may see its annotations: "l", and one of "r", "s", "w", "i" and
// "p" (RFC 5464, 3.3). Mailboxes without messages have annotations too.
func (c *Conn) annotated(ctx context.Context, path []string) (Mailbox, error) {
	if path == nil {
		return Mailbox{}, nil
	}
	box, err := c.named(ctx, path, "l")
	if err == nil && !hasAny(box.Rights, "rswip") {
		err = ErrNoPermission
	}
	return box, err
}

// getMetadata tells annotations.
func (c *Conn) getMetadata(ctx context.Context, r metadataRequest) Reply {
	box, err := c.annotated(ctx, r.name)
	var longest int64
	if err == nil {
		longest, err = c.tellMetadata(ctx, box, &r)
	}
	if err != nil {
		return c.replyTo(ctx, err)
	}
	if longest > 0 {
		return OK(string(appendNumber([]byte("METADATA LONGENTRIES "), longest)), "some values are longer than that")
	}
	return OK("", "annotations told")
}

// tellMetadata tells annotations, those that were asked for by name and are not
// there as NIL. It returns the size of the longest value that was left out.
func (c *Conn) tellMetadata(ctx context.Context, box Mailbox, r *metadataRequest) (longest int64, _ error) {
	store, _ := as[MetadataStore](c.account)
	there := make(map[string]bool, len(r.names))
	b := c.appendMetadata(nil, box)
	at := len(b)
	for e, err := range store.Metadata(ctx, box.ID, r.names, r.depth) {
		switch size := int64(len(e.Value)); {
		case err != nil:
			return longest, err
		case e.Value == nil:
			continue
		case r.maxSize >= 0 && size > r.maxSize:
			there[e.Name] = true
			longest = max(longest, size)
			continue
		}
		there[e.Name] = true
		b = appendString(append(b, ' '), e.Name, false)
		b = appendValue(append(b, ' '), e.Value)
		if len(b) > pieceSize {
			b[at] = '('
			c.put(append(b, ")\r\n"...))
			b = c.appendMetadata(b[:0], box)
			at = len(b)
		}
	}
	for _, name := range r.names {
		if r.depth == 0 && !there[name] {
			b = append(appendString(append(b, ' '), name, false), " NIL"...)
		}
	}
	if len(b) > at {
		b[at] = '('
		c.put(append(b, ")\r\n"...))
	}
	return longest, nil
}

// appendMetadata begins a METADATA response. A space and what there is to tell
// follow.
func (c *Conn) appendMetadata(b []byte, box Mailbox) []byte {
	b = append(b, "* METADATA "...)
	if box.ID == 0 {
		return append(b, `"" `...)
	}
	return append(c.appendName(b, box.Name), ' ')
}

// appendValue appends a value: a literal8 if there is a NUL in it.
func appendValue(b, value []byte) []byte {
	if bytes.IndexByte(value, 0) >= 0 {
		return append(summary.AppendLiteral8(b, int64(len(value))), value...)
	}
	return appendString(b, string(value), false)
}

// setMetadata changes annotations, all or none. What only the user sees needs no
// right besides; what others see must not be changed by those who may only read.
func (c *Conn) setMetadata(ctx context.Context, r metadataRequest) Reply {
	store, _ := as[MetadataStore](c.account)
	box, err := c.annotated(ctx, r.name)
	if err != nil {
		return c.replyTo(ctx, err)
	}
	for _, e := range r.entries {
		if strings.HasPrefix(e.Name, "/shared/") && !hasAny(box.Rights, "w") || box.ID == 0 && e.Name == "/shared/admin" {
			return noPermission // RFC 5464, 3.2.1.1: /shared/admin is never changed by a client
		}
	}
	if limit := c.srv.limits().Command; limit > 0 { // which is left to those commands that stream
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	switch err := store.SetMetadata(ctx, box.ID, r.entries); {
	case err == nil:
		c.watch.wrote(box.ID, r.entries)
		return OK("", "annotations set")
	case errors.Is(err, ErrLimit):
		return No("METADATA TOOMANY", "too many annotations")
	case errors.Is(err, ErrCannot) && slices.ContainsFunc(r.entries, MetadataEntry.private):
		return No("METADATA NOPRIVATE", "no such annotations are kept here")
	default:
		return c.replyTo(ctx, err)
	}
}

// private reports whether an entry is each user's own.
func (e MetadataEntry) private() bool { return strings.HasPrefix(e.Name, "/private/") }

// listMetadataArgs takes the argument of the return option METADATA of LIST
// (RFC 9590, 3).
func listMetadataArgs(p *parser, r *listRequest) {
	p.space()
	if p.peek() != '(' {
		p.fail("METADATA takes a list of entries")
		return
	}
	r.entries = p.entryNames()
}

// listMetadata is that option. What cannot be looked up is not told.
func listMetadata(ctx context.Context, c *Conn, box *listed, r *listRequest) error {
	if box.Missing || !box.wanted || box.ID == 0 || !hasAny(box.Rights, "rswip") {
		return nil
	}
	_, err := c.tellMetadata(ctx, box.Mailbox, &metadataRequest{names: r.entries, maxSize: -1})
	if isGone(err) {
		return nil
	}
	return err
}
