package webdav

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

// A refusal is an answer that is no success, and an error.
type refusal struct {
	code int
	text string

	// condition is an element that says more to programs (RFC 4918, 16), with the prefix D; "" for none.
	condition string
}

// Error implements error.
func (r refusal) Error() string { return fmt.Sprintf("webdav: %d: %s", r.code, r.text) }

func status(code int, text string) refusal { return refusal{code: code, text: text} }

var (
	errNotFound  = status(http.StatusNotFound, "there is nothing here")
	errBadName   = status(http.StatusNotFound, "a part of the URL cannot be the name of a folder or message")
	errNoName    = status(http.StatusForbidden, "this cannot be a name: no control characters, no / \\ * %, and 255 octets at most")
	errForbidden = status(http.StatusForbidden, "you may not do that here")
	errNoParent  = status(http.StatusConflict, "make the collection above it first")
	errLocked    = refusal{http.StatusLocked, "somebody has locked it", ""}
)

// refusals say what imap4's errors are by HTTP, and the response codes of a Reply (RFC 5530).
var refusals = []struct {
	err  error
	code string
	refusal
}{
	{imap4.ErrNotFound, "NONEXISTENT", errNotFound},
	{imap4.ErrExists, "ALREADYEXISTS", status(http.StatusConflict, "there is something already")},
	{imap4.ErrHasChildren, "HASCHILDREN", status(http.StatusConflict, "there are folders below it")},
	{imap4.ErrCannot, "CANNOT", status(http.StatusForbidden, "this is not possible here")},
	{imap4.ErrNoPermission, "NOPERM", errForbidden},
	{imap4.ErrOverQuota, "OVERQUOTA", refusal{http.StatusInsufficientStorage, "the mailbox is full: delete something", "<D:quota-not-exceeded/>"}}, // RFC 4331, 6
	{imap4.ErrLimit, "LIMIT", refusal{http.StatusInsufficientStorage, "a limit of the server is reached", "<D:sufficient-disk-space/>"}},
	{imap4.ErrTooBig, "TOOBIG", status(http.StatusRequestEntityTooLarge, "the message is too large")},
	{imap4.ErrInUse, "INUSE", status(http.StatusConflict, "it is in use: try again")},
	{nil, "UNAVAILABLE", status(http.StatusServiceUnavailable, "the store is not available: try again later")},
	{imap4.ErrNoSpace, "UNAVAILABLE", refusal{http.StatusInsufficientStorage, "there is no space left on the server", "<D:sufficient-disk-space/>"}},
}

// refusalOf turns an error into what the client is told. It is false for one that the client has no part in.
func refusalOf(err error) (refusal, bool) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r, true
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return status(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d octets", large.Limit)), true
	}
	reply, isReply := errors.AsType[imap4.Reply](err)
	word, _, _ := strings.Cut(reply.Code, " ")
	for _, r := range refusals {
		if isReply && word == r.code || r.err != nil && errors.Is(err, r.err) {
			return r.refusal, true
		}
	}
	if isReply {
		return status(http.StatusForbidden, "the server refuses"), true
	}
	return status(http.StatusInternalServerError, "the server has failed"), errors.Is(err, context.Canceled)
}

// refuse answers with an error. The text is the same for everybody: what an error says is for the log.
func (q *request) refuse(err error) {
	r, known := refusalOf(err)
	if !known {
		q.h.log(q.Request, err)
	}
	header := q.w.Header()
	header.Del("Content-Length")
	header.Del("ETag")
	body := fmt.Sprintf("%d %s: %s\n", r.code, http.StatusText(r.code), r.text)
	header.Set("Content-Type", "text/plain; charset=utf-8")
	if r.condition != "" {
		header.Set("Content-Type", xmlType)
		body = xmlStart + `<D:error xmlns:D="DAV:">` + r.condition + "</D:error>\n"
	}
	q.w.WriteHeader(r.code)
	if q.Method != http.MethodHead {
		_, _ = q.w.Write([]byte(body)) // the client may be gone
	}
}
