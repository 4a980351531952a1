package nntp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
)

// A part is what of an article is asked for.
type part uint8

const (
	wholeArticle part = iota
	headOnly
	bodyOnly
	statOnly
)

// The codes of ARTICLE, HEAD, BODY and STAT (RFC 3977, 6.2).
var partCode = [...]int{wholeArticle: 220, headOnly: 221, bodyOnly: 222, statOnly: 223}

func (c *Conn) article(ctx context.Context, req articleRequest) Reply {
	return c.fetch(ctx, req, wholeArticle)
}

func (c *Conn) head(ctx context.Context, req articleRequest) Reply {
	return c.fetch(ctx, req, headOnly)
}

func (c *Conn) body(ctx context.Context, req articleRequest) Reply {
	return c.fetch(ctx, req, bodyOnly)
}

func (c *Conn) stat(ctx context.Context, req articleRequest) Reply {
	return c.fetch(ctx, req, statOnly)
}

// fetch finds an article. Only one that is asked for by its number becomes the
// current one (RFC 3977, 6.2.1.2).
func (c *Conn) fetch(ctx context.Context, req articleRequest, what part) Reply {
	if req.id != "" {
		a, err := c.srv.Store.Find(ctx, req.id)
		if err == nil && !c.mayReadAny(a.Places) {
			a.Text.Close()
			err = ErrNoArticle
		}
		if errors.Is(err, ErrNoArticle) {
			return noSuchID
		}
		return c.answerArticle(ctx, a, err, 0, what)
	}
	n, refusal := c.numberOf(req)
	if !refusal.isNone() {
		return refusal
	}
	if what == statOnly {
		return c.found(ctx, Range{n, n}, req.missing())
	}
	a, err := c.srv.Store.Article(ctx, c.group.name, n)
	if errors.Is(err, ErrNoArticle) || errors.Is(err, ErrNoGroup) {
		return req.missing()
	}
	if err == nil {
		c.group.current = n
	}
	return c.answerArticle(ctx, a, err, n, what)
}

// numberOf is the number of the article that is asked for.
func (c *Conn) numberOf(req articleRequest) (Number, Reply) {
	switch {
	case c.group.name == "":
		return 0, noGroup
	case req.numbered:
		return req.number, Reply{}
	case c.group.current == 0:
		return 0, noCurrent
	}
	return c.group.current, Reply{}
}

// missing is the answer if there is no such article.
func (req articleRequest) missing() Reply {
	if req.numbered {
		return noSuchNumber
	}
	return noCurrent // it was there when it became the current one
}

func (c *Conn) answerArticle(ctx context.Context, a Article, err error, n Number, what part) Reply {
	if err != nil {
		return c.replyTo(ctx, err)
	}
	r := R(partCode[what], articleText(n, a.MessageID))
	if what == statOnly {
		if err := a.Text.Close(); err != nil {
			return c.replyTo(ctx, err)
		}
		return r
	}
	r.body = &articleBody{article: a, part: what, server: c.srv.hostname()}
	return r
}

// articleText is the arguments of a reply that names an article.
func articleText(n Number, id string) string {
	b := strconv.AppendUint(make([]byte, 0, len(id)+11), uint64(n), 10)
	return string(append(append(b, ' '), id...))
}

// mayReadAny reports whether the client may read one of the groups that an
// article is in.
func (c *Conn) mayReadAny(places []Place) bool {
	for i := range places {
		if c.access.Read.Match(places[i].Group) {
			return true
		}
	}
	return false
}

// An articleBody is an article that is to be sent, or a part of it.
type articleBody struct {
	article Article
	part    part
	server  string
}

// Close closes the article.
func (a *articleBody) Close() error { return a.article.Text.Close() }

var errNoSeparator = errors.New("nntp: stored article has no empty line behind its header")

// WriteTo implements io.WriterTo. Xref, which is not in the text since it
// depends on where the article is filed, comes first.
func (a *articleBody) WriteTo(w io.Writer) (int64, error) {
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	text := a.article.Text
	from, to := int64(0), text.Size()
	if a.part != wholeArticle {
		head, err := headSize(text, *piece)
		switch {
		case err != nil:
			return 0, err
		case a.part == headOnly:
			to = head
		default:
			from = min(head+int64(len("\r\n")), to)
		}
	}
	b := (*piece)[:0]
	if places := a.article.Places; a.part != bodyOnly && len(places) > 0 {
		b = append(appendXref(append(b, "Xref: "...), a.server, places), "\r\n"...)
	}
	var total int64
	for from < to || len(b) > 0 {
		if room := b[len(b):cap(b)]; from < to && len(room) > 0 {
			n, err := readAt(text, room[:min(int64(len(room)), to-from)], from)
			if err != nil {
				return total, err
			}
			b = b[:len(b)+n]
			from += int64(n)
		}
		n, err := w.Write(b)
		total += int64(n)
		if err != nil {
			return total, err
		}
		b = (*piece)[:0]
	}
	return total, nil
}

// readAt reads all of p. That the text ends at the same time is no error.
func readAt(text Text, p []byte, at int64) (int, error) {
	n, err := text.ReadAt(p, at)
	switch {
	case n == len(p):
		return n, nil
	case err == nil || err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// headSize finds how long the header is, with the CRLF of its last line.
func headSize(text Text, room []byte) (int64, error) {
	const end = "\r\n\r\n"
	size := text.Size()
	for at := int64(0); at < size; {
		n, err := readAt(text, room[:min(int64(len(room)), size-at)], at)
		if err != nil {
			return 0, err
		}
		if i := bytes.Index(room[:n], []byte(end)); i >= 0 {
			return at + int64(i) + 2, nil
		}
		if at+int64(n) == size {
			break
		}
		at += int64(n - len(end) + 1) // the end may be cut
	}
	return 0, errNoSeparator
}

// isNetwork tells an error of the connection.
func isNetwork(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrShortWrite)
}
