package nntp

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// A Ref names an article for a Client: by its identifier, or by its number in
// the current group. The zero Ref is the current article.
type Ref struct {
	MessageID string // counts if it is not empty
	Number    Number
}

// arg is the Ref as an argument.
func (r Ref) arg() (string, error) {
	switch {
	case r.MessageID != "" && !ValidMessageID(r.MessageID):
		return "", fmt.Errorf("%w: %q is no message identifier", ErrUnsafe, r.MessageID)
	case r.MessageID != "":
		return r.MessageID, nil
	case r.Number != 0:
		return strconv.FormatUint(uint64(r.Number), 10), nil
	}
	return "", nil
}

// Group makes a newsgroup the current one, and its first article the current
// article. Of the result only Name, Low, High and Count are known; Count may be
// an estimate (RFC 3977, 6.1.1.2).
func (c *Client) Group(ctx context.Context, name string) (Group, error) {
	if err := clientCheckWord("newsgroup", name); err != nil {
		return Group{}, err
	}
	r, err := c.method(ctx, 211, "GROUP", name)
	if err != nil {
		return Group{}, err
	}
	g, err := clientParseGroup(r.Text)
	if err != nil {
		return Group{}, c.lose(fmt.Errorf("%w: %q", err, r.Error()))
	}
	g.Name = name
	return g, nil
}

// clientParseGroup reads "count low high" and what is behind it.
func clientParseGroup(text string) (Group, error) {
	w := strings.Fields(text)
	if len(w) < 3 {
		return Group{}, ErrReply
	}
	count, err := strconv.ParseUint(w[0], 10, 63)
	if err != nil {
		return Group{}, ErrReply
	}
	low, high, err := clientMarks(w[1], w[2])
	return Group{Count: int64(count), Low: low, High: high}, err
}

// clientMarks reads water marks. An empty group can have any, and a mark beyond
// MaxNumber is none that an article can have (RFC 3977, 6.1.1.2).
func clientMarks(low, high string) (lo, hi Number, err error) {
	if lo, err = number(low); err == nil {
		hi, err = number(high)
	}
	if err != nil || lo > MaxNumber || hi > MaxNumber {
		return 0, 0, ErrReply
	}
	return lo, hi, nil
}

// ListGroup makes a newsgroup the current one and yields the numbers of its
// articles that are in r. The zero Range is all of them, and asks so in a way that
// older servers know too.
func (c *Client) ListGroup(ctx context.Context, name string, r Range) iter.Seq2[Number, error] {
	q := clientQuery{code: 211, verb: "LISTGROUP", args: name, wrong: clientCheckWord("newsgroup", name)}
	if r != (Range{}) {
		q.args += " " + r.String()
	}
	return clientEach(ctx, c, q, func(line string) (Number, error) { return number(strings.TrimSpace(line)) })
}

// Next goes to the article behind the current one; 421 says that there is none.
func (c *Client) Next(ctx context.Context) (Ref, error) { return c.stat(ctx, "NEXT", "") }

// Last goes to the article before the current one; 422 says that there is none.
func (c *Client) Last(ctx context.Context) (Ref, error) { return c.stat(ctx, "LAST", "") }

// Stat asks whether there is an article, and makes it the current one if ref
// has its number. 423 and 430 say that there is none.
func (c *Client) Stat(ctx context.Context, ref Ref) (Ref, error) {
	arg, err := ref.arg()
	if err != nil {
		return Ref{}, err
	}
	return c.stat(ctx, "STAT", arg)
}

func (c *Client) stat(ctx context.Context, verb, arg string) (Ref, error) {
	r, err := c.method(ctx, 223, verb, arg)
	if err != nil {
		return Ref{}, err
	}
	return c.located(r)
}

// located reads the number and the identifier of a reply.
func (c *Client) located(r Reply) (Ref, error) {
	ref, err := clientParseRef(r.Text)
	if err != nil {
		return Ref{}, c.lose(fmt.Errorf("%w: %q", err, r.Error()))
	}
	return ref, nil
}

// clientParseRef reads "number <id>" and what is behind it. Articles of old may
// have an identifier that is none; then there is just the number.
func clientParseRef(text string) (Ref, error) {
	num, rest, _ := strings.Cut(text, " ")
	n, err := number(num)
	if err != nil || n > MaxNumber {
		return Ref{}, ErrReply
	}
	id, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !ValidMessageID(id) {
		id = ""
	}
	return Ref{Number: n, MessageID: id}, nil
}
