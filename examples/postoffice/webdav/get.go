package webdav

import (
	"io"
	"net/http"

	"github.com/wirepost/wirepost/imap4"
)

const messageType = "message/rfc822"

// get answers GET and HEAD with a message, or a collection's page. It does not set \Seen, since it is safe (RFC 9110,
// 9.2.1): PROPPATCH of read does.
func (q *request) get() error {
	if q.res.isCollection() {
		return q.page()
	}
	if !hasAny(q.res.box.Rights, "r") {
		return errForbidden
	}
	body, err := q.account.Body(q.Context(), q.res.box.ID, q.res.meta.UID)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // it was only read
	header := q.w.Header()
	header.Set("Content-Type", messageType)
	header.Set("ETag", q.res.etag())
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Content-Location", q.h.href(q.res.loc, false))
	read := &bodyReader{body: body}
	http.ServeContent(q.w, q.Request, "", q.res.modified(), io.NewSectionReader(read, 0, body.Size()))
	return read.err
}

// A bodyReader remembers why a body could not be read, which http.ServeContent keeps to itself.
type bodyReader struct {
	body imap4.Body
	err  error
}

// ReadAt implements io.ReaderAt.
func (r *bodyReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.body.ReadAt(p, off)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
