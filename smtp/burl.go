package smtp

import (
	"context"
	"io"
	"iter"
	neturl "net/url"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A URLFetcher is a Session that gets parts of a message from an IMAP server,
// so that a client need not send what is there already (RFC 4468). Without it
// BURL is not offered; it is for clients that have logged in.
type URLFetcher interface {
	// FetchURL returns what an IMAP URL (RFC 5092) names. One with
	// ";URLAUTH=submit+user" comes only if the client is that user (RFC 4468,
	// 3.3). To refuse, it returns a Reply: URLNotResolved, say.
	FetchURL(ctx context.Context, url string) (io.ReadCloser, error)
}

// URLNotResolved is the refusal of a URL that names nothing (RFC 4468, 3.4).
var URLNotResolved = R(554, Enhanced{5, 6, 6}, "URL resolution failed")

var notYourURL = R(554, Enhanced{5, 7, 0}, "that URL is for another user")

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
	if url == "" || len(url) > maxURL || strings.ContainsFunc(url, isNoURL) || more && !ascii.EqualFold(strings.Trim(last, " "), "LAST") {
		return urlRequest{}, errSyntax
	}
	return urlRequest{url, more}, nil
}

// isNoURL tells what no URL holds: all but printable ASCII.
func isNoURL(r rune) bool { return r <= ' ' || r > '~' }

// burl is bdat with octets from elsewhere.
func (c *Conn) burl(ctx context.Context, req urlRequest) Reply {
	if c.state == Failed {
		return c.refuseURL(req)
	}
	if r := c.mayFetch(req); r != (Reply{}) {
		return r
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

// refuseURL answers a BURL behind a part of the message that was refused. As
// the last one it ends the message, as BDAT does.
func (c *Conn) refuseURL(req urlRequest) Reply {
	r := outOfOrder(nil, Failed)
	if req.last {
		c.endFailed(r)
	}
	return r
}

// mayFetch is why a client may not have a URL resolved, if it may not.
func (c *Conn) mayFetch(req urlRequest) Reply {
	user := c.Identity().Name()
	if user == "" {
		return authRequired
	}
	for who := range submitters(req.url) {
		if who != user {
			return notYourURL
		}
	}
	return Reply{}
}

// submitters are the users in a URL's ";URLAUTH=submit+user:", which is for
// nobody else (RFC 4467, 3; RFC 4468, 3.3). There is one at most in a URL that
// reads as it should.
func submitters(url string) iter.Seq[string] {
	const access = ";URLAUTH=SUBMIT+"
	return func(yield func(string) bool) {
		upper := strings.ToUpper(url) // of the same length: url is ASCII
		for i := 0; ; {
			n := strings.Index(upper[i:], access)
			if n < 0 {
				return
			}
			i += n + len(access)
			encoded, _, _ := strings.Cut(url[i:], ":")
			user, err := neturl.PathUnescape(encoded)
			if err != nil {
				user = "" // nobody
			}
			if !yield(user) {
				return
			}
		}
	}
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
