package webdav

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"slices"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/mime/header"
)

// uploadTypes are what clients call a message that they PUT. All but the first are what they call anything.
var uploadTypes = []string{messageType, "message/global", "application/octet-stream", "text/plain", "application/x-www-form-urlencoded"}

const (
	uploadChunk  = 16 << 10
	maxFieldName = 1 << 10 // octets that are looked at to see whether a message begins
)

// An upload is a message that comes as the body of a request. It ends all lines in CRLF, as a store wants them.
type upload struct {
	in      *bufio.Reader
	chunk   []byte // what is mended
	out     []byte // what is to be read
	cr      bool   // the last octet was a CR
	changed bool   // what was read is not what was sent
	err     error  // what reading ended with
}

var (
	errNUL        = status(http.StatusUnsupportedMediaType, "a message has no NUL: encode its parts in base64")
	errNotMessage = status(http.StatusUnsupportedMediaType, "only messages are kept here: text that begins with a header (RFC 5322)")
)

// newUpload begins to read one.
func (q *request) newUpload() (*upload, error) {
	kind := q.Header.Get("Content-Type")
	if kind != "" {
		media, _, err := mime.ParseMediaType(kind)
		if err != nil || !slices.Contains(uploadTypes, media) {
			return nil, errNotMessage
		}
	}
	if q.ContentLength > q.h.maxMessage() {
		return nil, &http.MaxBytesError{Limit: q.h.maxMessage()}
	}
	body := http.MaxBytesReader(q.w.ResponseWriter, q.Body, q.h.maxMessage())
	u := &upload{in: bufio.NewReaderSize(body, uploadChunk), chunk: make([]byte, 0, 2*uploadChunk)}
	start, err := u.in.Peek(maxFieldName)
	if err != nil && err != io.EOF && len(start) < maxFieldName {
		return nil, readError(err)
	}
	if name, _, ok := bytes.Cut(start, []byte(":")); !ok || !header.ValidFieldName(string(bytes.TrimRight(name, " \t"))) {
		return nil, errNotMessage
	}
	return u, nil
}

// readError is why a body could not be read.
func readError(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if r, ok := errors.AsType[refusal](err); ok {
		return r
	}
	return status(http.StatusBadRequest, "the body did not come as a whole")
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// fill takes what has come: a CR or LF alone becomes a CRLF, which is at most twice as long.
func (u *upload) fill() {
	_, err := u.in.Peek(1)
	came, _ := u.in.Peek(u.in.Buffered())
	switch {
	case bytes.IndexByte(came, 0) >= 0:
		u.err = errNUL
		return
	case !u.cr && whole(came):
		u.out = came // which stays until the next Peek
	default:
		u.mend(came)
	}
	_, _ = u.in.Discard(len(came)) // they are there
	if err == io.EOF && u.cr {
		u.out, u.cr, u.changed = append(u.out, '\n'), false, true
	}
	u.err = err
}

// whole reports whether each CR and LF is part of a CRLF.
func whole(b []byte) bool {
	lf := bytes.Count(b, []byte{'\n'})
	return lf == bytes.Count(b, []byte{'\r'}) && lf == bytes.Count(b, []byte("\r\n"))
}

// mend puts what has come into out.
func (u *upload) mend(came []byte) {
	u.out = u.chunk[:0]
	for _, c := range came {
		switch {
		case u.cr && c != '\n':
			u.out, u.changed = append(u.out, '\n'), true
		case !u.cr && c == '\n':
			u.out, u.changed = append(u.out, '\r'), true
		}
		u.out = append(u.out, c)
		u.cr = c == '\r'
	}
}

// one yields the upload as the only message.
func one(m imap4.Incoming) iter.Seq2[imap4.Incoming, error] {
	return func(yield func(imap4.Incoming, error) bool) { yield(m, nil) }
}

// failed is the error of an operation that has read the upload: that of the reading, if there is one.
func (u *upload) failed(err error) error {
	if u.err != nil && u.err != io.EOF {
		return readError(u.err)
	}
	return err
}
