package nntp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Stream offers articles to a peer without waiting for the answer to one before
// the next (RFC 4644): Check and TakeThis send, Result tells the answers in the
// same order. While there are answers to come, the Client's other methods
// return an error.
//
//	s := c.Stream(50)
//	for s.Pending() < s.Window() && more() { s.Check(ctx, id) }
//	r, err := s.Result(ctx)
//	if r.Reply.Code == 238 { s.TakeThis(ctx, r.MessageID, article) }
type Stream struct {
	c      *Client
	window int
	queue  []StreamResult // without Reply, the oldest first
}

// A StreamResult is the answer to one Check or TakeThis.
type StreamResult struct {
	MessageID string
	TakeThis  bool

	// Reply is: to Check 238 the article is wanted, 431 try again later, 438 not
	// wanted; to TakeThis 239 it was taken, 439 it was not and never will be. Other
	// refusals, such as 480, mean that the peer does not let us feed it.
	Reply Reply
}

// clientMaxWindow is how many answers may be to come: few enough that a peer can
// always send them, whether we read or not, so that it never stops to read what
// we send.
const clientMaxWindow = 100

// ErrWindow is what Check and TakeThis return if Pending is Window, and Result if
// it is none.
var ErrWindow = errors.New("nntp: wrong number of answers to come for that")

// Stream returns the client's stream, with at most so many answers to come; 100
// at most, and if window is none. Ask by ModeStream first whether the server
// takes it.
func (c *Client) Stream(window int) *Stream {
	if window <= 0 {
		window = clientMaxWindow
	}
	if c.stream == nil {
		c.stream = &Stream{c: c}
	}
	c.stream.window = min(window, clientMaxWindow)
	return c.stream
}

// Window is how many answers may be to come.
func (s *Stream) Window() int { return s.window }

// Pending is how many answers are to come.
func (s *Stream) Pending() int { return len(s.queue) }

// Check asks whether an article is wanted.
func (s *Stream) Check(ctx context.Context, id string) error {
	return s.send(ctx, "CHECK", id, func() error { return nil })
}

// TakeThis sends an article, asked for or not. See Client.Post for the article.
func (s *Stream) TakeThis(ctx context.Context, id string, article io.Reader) error {
	return s.send(ctx, "TAKETHIS", id, func() error { return s.c.sendArticle(article) })
}

func (s *Stream) send(ctx context.Context, verb, id string, rest func() error) error {
	c := s.c
	switch {
	case len(s.queue) >= s.window:
		return ErrWindow
	case !ValidMessageID(id):
		return fmt.Errorf("%w: %q is no message identifier", ErrUnsafe, id)
	case c.reading != nil && c.reading.alone:
		_ = c.reading.Close() // as in enter
	}
	if err := c.enterAmid(ctx, false); err != nil {
		return err
	}
	return c.leave(func() error {
		if len(s.queue) == 0 {
			if err := c.unasked(); err != nil {
				return err
			}
		}
		if err := c.say(verb, id); err != nil {
			return err
		}
		if err := rest(); err != nil {
			return err
		}
		s.queue = append(s.queue, StreamResult{MessageID: id, TakeThis: verb == "TAKETHIS"})
		return nil
	}())
}

// Result waits for the next answer. The error is one of the connection, or the
// Reply by which the server ends it; then no answers are to come any more, and
// all that were are for Lost to tell.
func (s *Stream) Result(ctx context.Context) (StreamResult, error) {
	c := s.c
	if len(s.queue) == 0 {
		return StreamResult{}, ErrWindow
	}
	if err := c.enterAmid(ctx, false); err != nil {
		return StreamResult{}, err
	}
	result := s.queue[0]
	err := c.leave(func() (err error) {
		verb := "CHECK"
		if result.TakeThis {
			verb = "TAKETHIS"
		}
		if result.Reply, err = c.readReply(verb); err != nil {
			return err
		}
		return s.match(&result)
	}())
	if err != nil {
		return StreamResult{}, err
	}
	s.queue[0] = StreamResult{}
	if s.queue = s.queue[1:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return result, nil
}

// Lost returns what was asked and not answered, once the conversation is over.
func (s *Stream) Lost() []StreamResult { return s.queue }

// match makes sure that the answer is one to the question.
func (s *Stream) match(r *StreamResult) error {
	want := 238
	if r.TakeThis {
		want = 239
	}
	named := false
	switch r.Reply.Code {
	case 238, 239:
		if r.Reply.Code != want {
			return s.c.odd(r.Reply)
		}
		named = true
	case 431, 438, 439:
		named = true
	default:
		if !r.Reply.refuses() {
			return s.c.odd(r.Reply)
		}
	}
	id, _, _ := strings.Cut(r.Reply.Text, " ")
	if named && ValidMessageID(id) && id != r.MessageID {
		return s.c.lose(fmt.Errorf("%w: %s was asked about, and %q came", ErrReply, r.MessageID, r.Reply.Error()))
	}
	return nil
}
