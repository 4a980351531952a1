package webdav

import (
	"errors"
	"net/http"
	"strings"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// put takes a message, and streams it into the store (RFC 4918, 9.7). In a store each message has a name of its own for
// good, which Location and Content-Location tell; the name that the client used serves as well, as long as it is
// remembered. A message that is there already is replaced: the new one gets its flags, and is a new message to IMAP.
func (q *request) put() error {
	if q.Header.Get("Content-Range") != "" {
		return status(http.StatusBadRequest, "a message is sent as a whole (RFC 9110, 14.5)")
	}
	old := *q.res
	if err := q.mayPut(); err != nil {
		return err
	}
	if err := q.unlocked(old.loc, old.kind == absent, false); err != nil {
		return err
	}
	if old.isMessage() && !hasAll(old.box.Rights, "te") {
		return errForbidden
	}
	u, err := q.newUpload()
	if err != nil {
		return err
	}
	m := imap4.Incoming{R: u, Size: max(0, q.ContentLength), Flags: old.meta.Flags}
	m.Flags.System &^= imap4.Deleted
	var done imap4.Appended
	if old.isMessage() {
		done, err = q.replace(&old, m)
	} else {
		done, err = q.account.Append(q.Context(), old.box.ID, one(m))
	}
	if err = u.failed(err); err != nil {
		return err
	}
	if len(done.Messages) != 1 {
		return status(http.StatusInternalServerError, "the store has not said where the message is")
	}
	made := q.moved(&old, old.box, done.UIDValidity, done.Messages[0].UID, q.asked)
	header := q.w.Header()
	if !u.changed { // else what a GET answers is not what was sent (RFC 9110, 9.3.4)
		header.Set("ETag", made.etag())
	}
	q.tellPlace(made, old.kind == absent)
	return nil
}

// tellPlace answers with where a message is now.
func (q *request) tellPlace(made *resource, created bool) {
	href := q.h.href(made.loc, false)
	q.w.Header().Set("Location", href)
	q.w.Header().Set("Content-Location", href)
	if created {
		q.w.WriteHeader(http.StatusCreated)
		return
	}
	q.w.WriteHeader(http.StatusNoContent)
}

// moved notes that what a client calls by a name is a message now, and returns that. What was there before, be it a message
// or only a lock, is gone, and its name and locks go on to the new one.
func (q *request) moved(old *resource, box imap4.Mailbox, validity uint32, uid imap4.UID, name string) *resource {
	made := &resource{kind: message, box: box, validity: validity, meta: imap4.Meta{UID: uid}}
	made.loc = old.loc.parent().child(messageName(validity, uid) + suffix)
	q.h.names.give(box.ID, validity, name, uid)
	if old.isMessage() {
		q.h.names.give(box.ID, validity, old.loc.last(), uid)
	}
	q.h.locks.follow(old.key(), made.key(), q.h.href(made.loc, false))
	return made
}

// mayPut reports why no message can be put at the URL, nil if one can.
func (q *request) mayPut() error { return q.mayHold(q.res) }

// mayHold reports the same of any resource that is no collection.
func (q *request) mayHold(res *resource) error {
	if res.box.ID == 0 {
		above, err := q.resolve(res.loc.parent())
		switch {
		case err != nil:
			return err
		case !above.isCollection():
			return errNoParent
		}
		return status(http.StatusForbidden, "there are only folders here: put the message into one")
	}
	if !hasAny(res.box.Rights, "i") {
		return errForbidden
	}
	name := res.loc.last()
	if res.kind == absent && (len(name) <= len(suffix) || !ascii.EqualFold(name[len(name)-len(suffix):], suffix)) {
		return status(http.StatusForbidden, "only messages are kept here, and their names end in "+suffix)
	}
	return nil
}

// replace puts a message into the place of another one: in one commit, if the store can.
func (q *request) replace(old *resource, m imap4.Incoming) (imap4.Appended, error) {
	box, uid := old.box.ID, old.meta.UID
	if store, ok := as[imap4.Replacer](q.account); ok {
		done, err := store.Replace(q.Context(), box, uid, box, m)
		if errors.Is(err, imap4.ErrNotFound) {
			err = errReplaced
		}
		return done, err
	}
	done, err := q.account.Append(q.Context(), box, one(m))
	if err != nil {
		return done, err
	}
	gone, err := q.account.Expunge(q.Context(), box, imap4.NewUIDSet(uid))
	if err == nil && len(gone) == 0 {
		for _, made := range done.Messages { // as if nothing had been done
			_, err = q.account.Expunge(q.Context(), box, imap4.NewUIDSet(made.UID))
		}
		err = errors.Join(errReplaced, err)
	}
	return done, err
}

// errReplaced tells a client that is not the first to change a message.
var errReplaced = status(http.StatusPreconditionFailed, "somebody else has replaced or deleted it meanwhile")

// looksLikeMessage reports whether a folder must not have the name, since a message could.
func looksLikeMessage(name string) bool {
	_, _, ok := parseMessageName(strings.TrimSpace(name))
	return ok
}
