package smtp

import (
	"context"
	"io"
	"strings"
)

// A URLFetcher is a Session that gets parts of a message from an IMAP server,
// so that a client need not send what is there already (RFC 4468). Without it
// BURL is not offered; it is for clients that have logged in.
type URLFetcher interface {
	// FetchURL returns what an IMAP URL (RFC 5092) names. To refuse, it returns
	// a Reply: URLNotResolved, say.
	FetchURL(ctx context.Context, url string) (io.ReadCloser, error)
}

// URLNotResolved is the refusal of a URL that names nothing (RFC 4468, 3.4).
var URLNotResolved = R(554, Enhanced{5, 6, 6}, "URL resolution failed")

// A urlRequest is what a BURL command says.
type urlRequest struct {
	url  string
	last bool
}

// maxURL is the longest URL (RFC 4468, 3.3 has the line limit do).
const maxURL = 2000

// burlArgs takes a URL and LAST.
func burlArgs(s string) (urlRequest, error) {
	url, last, more := strings.Cut(strings.Trim(s, " "), " ")
	if url == "" || len(url) > maxURL || !isASCII(url) || more && !foldEqual(strings.Trim(last, " "), "LAST") {
		return urlRequest{}, errSyntax
	}
	return urlRequest{url, more}, nil
}

// burl is bdat with octets from elsewhere.
func (c *Conn) burl(ctx context.Context, req urlRequest) Reply {
	if c.Identity().Name() == "" {
		return authRequired
	}
	if r := c.dataStart(ctx); r != (Reply{}) {
		c.reset()
		return r
	}
	body := c.newChunkReader(ctx)
	if err := body.beginURL(req); err != nil {
		c.reset()
		return c.replyTo(ctx, err)
	}
	return c.receive(ctx, body)
}

// beginURL makes what a URL names the current chunk.
func (b *chunkReader) beginURL(req urlRequest) error {
	f, _ := as[URLFetcher](b.c.sess)
	part, err := f.FetchURL(b.ctx, req.url)
	if err != nil {
		return err
	}
	b.chunk, b.close, b.here, b.last = urlPart{part}, urlPart{part}.Close, 0, req.last
	return nil
}

// A urlError is why what a URL names could not be read to its end. The client's
// connection is as good as before.
type urlError struct{ err error }

func (e *urlError) Error() string { return "smtp: reading a URL: " + e.err.Error() }
func (e *urlError) Unwrap() error { return e.err }

// A urlPart tells its own errors from those of the connection.
type urlPart struct{ part io.ReadCloser }

func (p urlPart) Read(b []byte) (int, error) {
	n, err := p.part.Read(b)
	if err != nil && err != io.EOF {
		err = &urlError{err}
	}
	return n, err
}

func (p urlPart) Close() error {
	if err := p.part.Close(); err != nil {
		return &urlError{err}
	}
	return nil
}

func (c *Conn) hasBURL() bool { _, ok := as[URLFetcher](c.sess); return ok }

func (c *Conn) offerBURL() (string, bool) {
	return "imap", c.hasBURL() && c.Identity().Name() != ""
}
