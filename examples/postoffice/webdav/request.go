package webdav

import (
	"net/http"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A request is one that is being served, and what it takes to do so.
type request struct {
	*http.Request
	h       *Handler
	w       *answer
	account imap4.Account
	user    string
	boxes   []imap4.Mailbox // those that the user may see
	public  []string        // the prefix of public mailboxes' names, nil if there are none
	others  []string        // that of other users'
	res     *resource       // what the URL names
	asked   string          // the URL's last segment
	allow   string          // the methods that the resource has
	ifs     ifHeader
	tokens  []string        // that the client has submitted
	parents map[string]bool // keys of collections that have others in them; nil before it is asked for
	scratch []byte          // headers of messages are read into it
}

// An answer knows whether it has begun.
type answer struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// enter notes whose request it is, and reads the list of mailboxes.
func (q *request) enter(account imap4.Account, user string) error {
	q.account, q.user = account, user
	if spaces, ok := as[imap4.Namespacer](account); ok {
		_, others, shared := spaces.Namespaces()
		q.others, q.public = prefix(others), prefix(shared)
	}
	if q.h.public() == user {
		q.public = nil
	}
	return q.list()
}

// list reads the list of mailboxes.
func (q *request) list() error {
	q.boxes = q.boxes[:0]
	for box, err := range q.account.Mailboxes(q.Context()) {
		if err != nil {
			return err
		}
		if !box.Missing && hasAny(box.Rights, "lr") { // RFC 4314, 6
			q.boxes = append(q.boxes, box)
		}
	}
	return nil
}

// prefix is that of the first namespace.
func prefix(spaces []imap4.Namespace) []string {
	for _, s := range spaces {
		return s.Prefix
	}
	return nil
}

// name is what the account calls a location, nil if no mailbox can be there. The user's own URL shows his own mailboxes
// only, so that each mailbox has one URL, which is the same for all users.
func (q *request) name(loc location) []string {
	switch {
	case loc.isRoot():
		return nil
	case q.isOwn(loc):
		if begins(loc.path, q.others) || begins(loc.path, q.public) {
			return nil
		}
		return loc.path
	case len(q.public) > 0 && loc.top == q.h.public():
		return slices.Concat(q.public, loc.path)
	case len(q.others) > 0 && imap4.CheckName(loc.top) == nil:
		return slices.Concat(q.others, []string{loc.top}, loc.path)
	}
	return nil
}

// isOwn reports whether a location is the user's. The case of his name does not matter.
func (q *request) isOwn(loc location) bool { return ascii.EqualFold(loc.top, q.user) }

// place is where a mailbox is, false if no URL shows it.
func (q *request) place(name []string) (location, bool) {
	switch {
	case begins(name, q.public):
		return location{q.h.public(), name[len(q.public):]}, true
	case begins(name, q.others):
		if rest := name[len(q.others):]; len(rest) > 0 {
			loc := location{rest[0], rest[1:]}
			return loc, !q.isOwn(loc) && (len(q.public) == 0 || loc.top != q.h.public())
		}
		return location{}, false
	}
	return location{q.user, name}, true
}

// begins reports whether a name begins with a prefix, if there is one.
func begins(name, prefix []string) bool {
	return len(prefix) > 0 && len(name) >= len(prefix) && slices.Equal(name[:len(prefix)], prefix)
}

// find returns the mailbox of a name.
func (q *request) find(name []string) (imap4.Mailbox, bool) {
	i := slices.IndexFunc(q.boxes, func(b imap4.Mailbox) bool { return slices.Equal(b.Name, name) })
	if i < 0 || len(name) == 0 {
		return imap4.Mailbox{}, false
	}
	return q.boxes[i], true
}

// hasAny reports whether one of some rights is there (RFC 4314, 2.1); "" is all of them.
func hasAny(has, some string) bool { return has == "" || strings.ContainsAny(has, some) }

// hasAll reports whether all of some rights are there.
func hasAll(has, some string) bool {
	for _, r := range some {
		if has != "" && !strings.ContainsRune(has, r) {
			return false
		}
	}
	return true
}

// as finds what implements T in an account or in what it wraps.
func as[T any](account any) (T, bool) {
	for {
		if t, ok := account.(T); ok {
			return t, true
		}
		u, ok := account.(imap4.Unwrapper)
		if !ok {
			var none T
			return none, false
		}
		account = u.Unwrap()
	}
}
