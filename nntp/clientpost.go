package nntp

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrUncertain is what an error wraps if the conversation was lost when the
// server had the whole article and had not answered: it may have taken it. If the
// article has a Message-ID it can safely be sent again.
var ErrUncertain = errors.New("nntp: not known whether the server took the article")

// Post posts an article (RFC 3977, 6.3.1): header, empty line and body, in lines
// that end in CRLF. 440 says that posting is not permitted, 441 that it failed.
//
// If article fails, or holds a bare CR, a bare LF or a NUL, it cannot be taken
// back but by ending the conversation. Draft makes articles that are clean.
func (c *Client) Post(ctx context.Context, article io.Reader) error {
	return c.during(ctx, func() error {
		if _, err := c.wanting(340, "POST", ""); err != nil {
			return err
		}
		return c.transfer(240, "POST", article)
	})
}

// IHave offers an article to a peer and sends it if it is wanted (RFC 3977,
// 6.3.2). 435 says that it is not wanted, 436 that it may be offered again
// later, 437 that it was rejected for good. See Post for the article. A Stream is
// faster where there is one.
func (c *Client) IHave(ctx context.Context, id string, article io.Reader) error {
	if !ValidMessageID(id) {
		return fmt.Errorf("%w: %q is no message identifier", ErrUnsafe, id)
	}
	return c.during(ctx, func() error {
		if _, err := c.wanting(335, "IHAVE", id); err != nil {
			return err
		}
		return c.transfer(235, "IHAVE", article)
	})
}

// transfer sends an article that the server waits for.
func (c *Client) transfer(code int, verb string, article io.Reader) error {
	if err := c.sendArticle(article); err != nil {
		return err
	}
	r, err := c.readReply(verb)
	switch {
	case err == nil && r.Code != code:
		return c.odd(r)
	case err != nil && r.Code == 0:
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return err
}

// sendArticle queues an article.
func (c *Client) sendArticle(article io.Reader) error {
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	w := c.wire.DotWriter()
	_, err := io.CopyBuffer(clientPlain{w}, article, *piece)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return c.lose(fmt.Errorf("nntp: article not sent: %w", err))
	}
	return nil
}

// clientPlain hides what else a writer can do.
type clientPlain struct{ io.Writer }
