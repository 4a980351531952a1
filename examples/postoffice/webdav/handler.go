package webdav

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// A Handler serves mailboxes by URL. Open must be set, behind whatever asks the client who it is. The fields must not
// change once it is in use, and it must not be copied then.
type Handler struct {
	// Open opens the mail of whoever sent the request, and names the user as his URL does. To refuse, it returns an error
	// of imap4, or an imap4.Reply. The account is closed when the request is over.
	Open func(ctx context.Context, r *http.Request) (account imap4.Account, user string, err error)

	// Prefix is the path above the users', unescaped, such as "/exchange". "" is the root of the server.
	Prefix string

	// Public is the name in URLs of the first shared namespace of accounts (RFC 2342). "" is "public". A user of this name
	// reaches his own mailboxes, and no public ones.
	Public string

	// MaxMessage is how many octets a message may have. 0 is 32 MiB.
	MaxMessage int64

	// MaxXML is how many octets the body of another request may have. 0 is 64 KiB.
	MaxXML int64

	// MaxLocks is how many locks one user may have. 0 is 1,000.
	MaxLocks int

	// LockTime is the longest that a lock lives without being refreshed, and what a client gets that names no time. 0 is
	// one hour.
	LockTime time.Duration

	// PageSize is how many messages a page of HTML lists. 0 is 100.
	PageSize int

	// Logger is told of errors that clients are not told of. Nil is slog.Default.
	Logger *slog.Logger

	locks lockTable
	names nameTable
}

// A method is what a request does once its URL is understood. The error it returns is told to the client.
type method struct {
	name string
	do   func(*request) error

	mailboxes bool // a collection has it
	messages  bool // a message has it
	absent    bool // a URL with nothing behind it has it
}

// methods are in the order of Allow.
var methods = []method{
	{"OPTIONS", (*request).options, true, true, true},
	{"GET", (*request).get, true, true, false},
	{"HEAD", (*request).get, true, true, false},
	{"PROPFIND", (*request).propfind, true, true, true}, // a lock may be on what is absent
	{"PROPPATCH", (*request).proppatch, true, true, false},
	{"PUT", (*request).put, false, true, true},
	{"MKCOL", (*request).mkcol, false, false, true},
	{"DELETE", (*request).remove, true, true, false},
	{"COPY", (*request).transfer, true, true, false},
	{"MOVE", (*request).transfer, true, true, false},
	{"LOCK", (*request).lock, true, true, true},
	{"UNLOCK", (*request).unlock, true, true, true},
}

// has reports whether a resource has the method.
func (m method) has(res *resource) bool {
	switch {
	case res.isMessage():
		return m.messages
	case res.isCollection():
		return m.mailboxes
	}
	return m.absent
}

// allow is the header of that name for a resource (RFC 9110, 10.2.1).
func allow(res *resource) string {
	var names []string
	for _, m := range methods {
		if m.has(res) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	q := &request{Request: r, h: h, w: &answer{ResponseWriter: w}}
	err := q.serve()
	if err == nil {
		return
	}
	if q.w.begun {
		// What the client has looks complete unless the connection breaks, which is what this value is for.
		h.log(r, err)
		panic(http.ErrAbortHandler)
	}
	q.refuse(err)
}

// serve opens the account, finds the resource, and has the method do its work.
func (q *request) serve() (err error) {
	at := slices.IndexFunc(methods, func(m method) bool { return m.name == q.Method })
	if at < 0 {
		return status(http.StatusNotImplemented, "this server has no such method")
	}
	loc, err := q.h.parse(q.URL.EscapedPath())
	if err == errBadName && (q.Method == "PUT" || q.Method == "MKCOL") {
		return errNoName
	}
	if err != nil {
		return err
	}
	account, user, err := q.h.Open(q.Context(), q.Request)
	if err != nil {
		return err
	}
	defer func() {
		if closed := account.Close(); closed != nil {
			q.h.log(q.Request, closed)
		}
	}()
	if err := q.enter(account, user); err != nil {
		return err
	}
	res, err := q.resolve(loc)
	if err != nil {
		return err
	}
	q.asked, q.res, q.allow = loc.last(), res, allow(res)
	if !methods[at].has(res) {
		q.w.Header().Set("Allow", q.allow)
		switch {
		case res.isCollection() || res.isMessage():
			return status(http.StatusMethodNotAllowed, "this resource does not have the method")
		case q.isLocked(res):
			return status(http.StatusNotFound, "there is only a lock here so far: PUT a message")
		}
		return errNotFound
	}
	if err := q.preconditions(); err != nil {
		return err
	}
	return methods[at].do(q)
}

// options says what a client may do here (RFC 4918, 10.1). The last header is what Windows wants, to write.
func (q *request) options() error {
	header := q.w.Header()
	header.Set("Allow", q.allow)
	header.Set("DAV", "1, 2")
	header.Set("MS-Author-Via", "DAV")
	q.w.WriteHeader(http.StatusOK)
	return nil
}

func (h *Handler) log(r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client has gone, which is the cause
	}
	cmp.Or(h.Logger, slog.Default()).ErrorContext(r.Context(), "webdav: request failed", "method", r.Method, "path", r.URL.Path, "err", err)
}

func (h *Handler) maxMessage() int64       { return cmp.Or(h.MaxMessage, 32<<20) }
func (h *Handler) maxXML() int64           { return cmp.Or(h.MaxXML, 64<<10) }
func (h *Handler) maxLocks() int           { return cmp.Or(h.MaxLocks, 1000) }
func (h *Handler) lockTime() time.Duration { return cmp.Or(h.LockTime, time.Hour) }
func (h *Handler) pageSize() int           { return cmp.Or(h.PageSize, 100) }
func (h *Handler) public() string          { return cmp.Or(h.Public, "public") }
