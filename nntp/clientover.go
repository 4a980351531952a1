package nntp

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// Over yields the overview of the articles of a range in the current group (RFC
// 3977, 8.3), by XOVER from servers that know no other. A range without articles
// yields nothing.
func (c *Client) Over(ctx context.Context, r Range) iter.Seq2[Entry, error] {
	return clientEach(ctx, c, c.overQuery(r.String()), ParseEntry)
}

// OverID returns the overview of an article by its identifier, from servers that
// have the capability OVER MSGID. Its number is 0.
func (c *Client) OverID(ctx context.Context, id string) (Entry, error) {
	if !ValidMessageID(id) {
		return Entry{}, fmt.Errorf("%w: %q is no message identifier", ErrUnsafe, id)
	}
	q := c.overQuery(id)
	q.none = nil
	for e, err := range clientEach(ctx, c, q, ParseEntry) {
		return e, err
	}
	return Entry{}, fmt.Errorf("%w: an overview without a line", ErrReply)
}

func (c *Client) overQuery(arg string) clientQuery {
	old := clientQuery{code: 224, verb: "XOVER", args: arg, none: []int{420, 423}}
	if len(c.caps) == 0 || !c.caps.Has("OVER", "") {
		return old
	}
	return clientQuery{code: 224, verb: "OVER", args: arg, none: old.none, older: &old}
}

// A HeaderLine is one header field, or metadata item, of an article.
type HeaderLine struct {
	Number Number // 0 if the article was asked for by its identifier
	Value  string // unfolded; empty if the article has no such field
}

// Hdr yields one header field of the articles of a range in the current group
// (RFC 3977, 8.5), by XHDR from servers that know no other. field may be a
// metadata item such as ":bytes". A range without articles yields nothing.
func (c *Client) Hdr(ctx context.Context, field string, r Range) iter.Seq2[HeaderLine, error] {
	return c.hdr(ctx, field, r.String())
}

// HdrID returns one header field of an article by its identifier.
func (c *Client) HdrID(ctx context.Context, field, id string) (string, error) {
	if !ValidMessageID(id) {
		return "", fmt.Errorf("%w: %q is no message identifier", ErrUnsafe, id)
	}
	for line, err := range c.hdr(ctx, field, id) {
		return line.Value, err
	}
	return "", fmt.Errorf("%w: headers without a line", ErrReply)
}

func (c *Client) hdr(ctx context.Context, field, which string) iter.Seq2[HeaderLine, error] {
	wrong := clientCheckWord("field", field)
	args := field + " " + which
	old := clientQuery{code: 221, verb: "XHDR", args: args, wrong: wrong, none: []int{420, 423}}
	if len(c.caps) == 0 || !c.caps.Has("HDR", "") {
		return clientEach(ctx, c, old, clientParseXHdr)
	}
	q := clientQuery{code: 225, verb: "HDR", args: args, wrong: wrong, none: old.none}
	return clientEach(ctx, c, q, clientParseHdr)
}

// clientParseHdr reads "number value".
func clientParseHdr(line string) (HeaderLine, error) {
	num, value, _ := strings.Cut(line, " ")
	n, err := number(num)
	if err != nil || n > MaxNumber {
		return HeaderLine{}, ErrReply
	}
	return HeaderLine{Number: n, Value: value}, nil
}

// clientParseXHdr is the same for XHDR, which says "(none)" for nothing, and may
// tell the identifier that was asked for in place of a number (RFC 2980, 2.6).
func clientParseXHdr(line string) (HeaderLine, error) {
	which, value, _ := strings.Cut(line, " ")
	h := HeaderLine{Value: value}
	if !ValidMessageID(which) {
		var err error
		if h, err = clientParseHdr(line); err != nil {
			return h, err
		}
	}
	if h.Value == "(none)" {
		h.Value = ""
	}
	return h, nil
}
