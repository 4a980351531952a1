package nntp

import (
	"errors"
	"sync"

	"github.com/wirepost/wirepost/internal/wire"
)

// A textBuffer holds an article, while it is checked and stored.
type textBuffer struct{ b []byte }

var texts = sync.Pool{New: func() any { return &textBuffer{make([]byte, 0, 4<<10)} }}

// maxKept is the largest buffer that is kept for the next article.
const maxKept = 256 << 10

func (t *textBuffer) release() {
	if cap(t.b) > maxKept {
		return
	}
	t.b = t.b[:0]
	texts.Put(t)
}

// Write implements io.Writer.
func (t *textBuffer) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	return len(p), nil
}

// readArticle reads the article that follows, to its end, and whatever is wrong
// with it: so that nothing of it is taken for a command. The error is a refusal
// if there is an article but not a good one, and else one of the connection. The
// caller releases the buffer, unless there is an error.
func (c *Conn) readArticle(line int) (*textBuffer, error) {
	body := c.wire.DotReader(wire.BodyLimit{Size: c.srv.limits().Article, Line: max(0, line)})
	t := texts.Get().(*textBuffer)
	_, err := body.WriteTo(t)
	if end := body.Drain(); err == nil {
		err = end
	}
	if err == nil {
		return t, nil
	}
	t.release()
	return nil, flawOf(err)
}

// checkText is for articles that come from the program: it refuses what
// readArticle does.
func checkText(article []byte) error {
	var check wire.TextChecker
	err := check.Check(article)
	lacks, end := check.End()
	switch {
	case err == nil:
		err = end
	}
	if err == nil && lacks {
		return reject("the last line has no CRLF")
	}
	return flawOf(err)
}

// flawOf is the refusal of an article with a flaw, or err if that is not one.
func flawOf(err error) error {
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return reject("the article is too large")
	case errors.Is(err, wire.ErrLineTooLong):
		return reject("a line is too long")
	case errors.Is(err, wire.ErrBareLF):
		return reject("a line ends in LF, not in CRLF")
	case errors.Is(err, wire.ErrBareCR):
		return reject("a CR without LF")
	case errors.Is(err, wire.ErrNUL):
		return reject("a NUL")
	}
	return err
}
