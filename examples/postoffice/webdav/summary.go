package webdav

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// How much of a message is read to find the end of its header: at first, and at most.
const (
	headStart = 4 << 10
	headMost  = 64 << 10
)

// A summary is what a message's header says of it, decoded.
type summary struct {
	subject, from, to string
	date              time.Time
}

// summarize reads the header of a message. One that is gone since has an empty summary.
func (q *request) summarize(res *resource) (*summary, error) {
	if res.summary != nil {
		return res.summary, nil
	}
	res.summary = new(summary)
	body, err := q.account.Body(q.Context(), res.box.ID, res.meta.UID)
	if errors.Is(err, imap4.ErrNotFound) {
		return res.summary, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }() // it was only read
	head, err := q.head(body)
	if err != nil {
		return nil, err
	}
	h := mime.ParseHeader(head)
	res.summary.subject = header.DecodeText(h.Get("Subject"), nil)
	res.summary.from = addresses(h.Get("From"))
	res.summary.to = addresses(h.Get("To"))
	if date, ok := header.ParseDate(h.Get("Date"), nil); ok {
		res.summary.date = date
	}
	return res.summary, nil
}

// head reads a message as far as its header goes, and a bit more.
func (q *request) head(body imap4.Body) ([]byte, error) {
	if q.scratch == nil {
		q.scratch = make([]byte, headStart)
	}
	for have := 0; ; q.scratch = append(q.scratch, make([]byte, 3*len(q.scratch))...) {
		n, err := body.ReadAt(q.scratch[have:min(int64(len(q.scratch)), body.Size())], int64(have))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		have += n
		if n == 0 || have == headMost || int64(have) == body.Size() || bytes.Contains(q.scratch[:have], []byte("\r\n\r\n")) {
			return q.scratch[:have], nil
		}
	}
}

// addresses is a list of them as people read it.
func addresses(value string) string {
	var all []string
	for _, a := range header.ParseAddresses(value, nil) {
		switch {
		case a.Mark != header.Mailbox:
		case a.Name != "" && a.Local != "":
			all = append(all, a.Name+" <"+a.Spec()+">")
		default:
			all = append(all, a.Name+a.Spec())
		}
	}
	return strings.Join(all, ", ")
}

// attached reports whether a message has an attachment. It reads all of it.
func (q *request) attached(res *resource) (bool, error) {
	body, err := q.account.Body(q.Context(), res.box.ID, res.meta.UID)
	if errors.Is(err, imap4.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = body.Close() }() // it was only read
	m, err := mime.Index(body, body.Size(), mime.Limits{})
	if err != nil {
		return false, err
	}
	for part := range m.Root.All() {
		if part.Disposition == "attachment" || part.Filename() != "" {
			return true, nil
		}
	}
	return false, nil
}
