package webdav

import (
	"errors"
	"net/http"
	"slices"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// mkcol makes a folder (RFC 4918, 9.3).
func (q *request) mkcol() error {
	if q.ContentLength != 0 {
		return status(http.StatusUnsupportedMediaType, "MKCOL has no body")
	}
	if err := q.mayMake(q.res.loc); err != nil {
		return err
	}
	if err := q.unlocked(q.res.loc, true, false); err != nil {
		return err
	}
	_, err := q.account.Change(q.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: q.name(q.res.loc)})
	if errors.Is(err, imap4.ErrExists) {
		return status(http.StatusMethodNotAllowed, "there is a folder of this name, which you may not see")
	}
	if err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

// mayMake reports why no folder can be made at a location, nil if one can.
func (q *request) mayMake(loc location) error {
	above, err := q.resolve(loc.parent())
	switch {
	case err != nil:
		return err
	case !above.isCollection():
		return errNoParent
	case above.loc.isRoot() || q.name(loc) == nil:
		return errForbidden
	case looksLikeMessage(loc.last()):
		return status(http.StatusForbidden, "messages have such names")
	case above.box.NoInferiors:
		return status(http.StatusForbidden, "the folder above can have none below it")
	case !hasAny(above.box.Rights, "k"):
		return errForbidden
	}
	return nil
}

// remove deletes a message, for good, or a folder with all that is in it (RFC 4918, 9.6).
func (q *request) remove() error {
	if q.res.isMessage() {
		if err := q.removeMessage(q.res); err != nil {
			return err
		}
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if depth := q.Header.Get("Depth"); depth != "" && !ascii.EqualFold(depth, "infinity") {
		return status(http.StatusBadRequest, "a folder is deleted with all that is in it: leave out Depth")
	}
	if isFixed(q.res) {
		return status(http.StatusForbidden, "this folder is always there")
	}
	if err := q.unlocked(q.res.loc, true, false); err != nil {
		return err
	}
	return q.report(q.removeFolders(q.res))
}

func (q *request) removeMessage(res *resource) error {
	if !hasAll(res.box.Rights, "te") {
		return errForbidden
	}
	if err := q.unlocked(res.loc, true, false); err != nil {
		return err
	}
	gone, err := q.account.Expunge(q.Context(), res.box.ID, imap4.NewUIDSet(res.meta.UID))
	if err == nil && len(gone) == 0 {
		err = errNotFound
	}
	if err == nil {
		q.h.locks.forget(res.key())
	}
	return err
}

// isFixed reports whether a folder is one that cannot be deleted or moved: the root, what is below it, and the inbox.
func isFixed(res *resource) bool {
	return len(res.loc.path) == 0 || len(res.loc.path) == 1 && res.loc.path[0] == inbox
}

// A failure is what has become of one member of a collection.
type failure struct {
	href string
	err  error
}

// removeFolders deletes a folder and those below it, the deepest first. What is above one that stays stays as well.
func (q *request) removeFolders(top *resource) (failed []failure) {
	var kept []location
	for _, res := range slices.Backward(q.subtree(top)) {
		if slices.ContainsFunc(kept, func(l location) bool { return l.below(res.loc) }) {
			continue // which is not told (RFC 4918, 9.6.1)
		}
		locks := blocking(q.h.locks.within(res.key()), q.user, q.tokens)
		for _, l := range locks[:min(len(locks), maxTold)] {
			failed = append(failed, failure{l.href, errLocked})
		}
		if len(locks) == 0 {
			err := q.removeFolder(res)
			if err == nil {
				continue
			}
			failed = append(failed, failure{q.h.href(res.loc, true), err})
		}
		kept = append(kept, res.loc)
	}
	return failed
}

func (q *request) removeFolder(res *resource) error {
	if !hasAny(res.box.Rights, "x") {
		return errForbidden
	}
	if err := q.unlocked(res.loc, false, false); err != nil {
		return err
	}
	_, err := q.account.Change(q.Context(), imap4.MailboxChange{Op: imap4.DeleteMailbox, ID: res.box.ID})
	if errors.Is(err, imap4.ErrNotFound) { // somebody else has done it
		err = nil
	}
	if err == nil {
		q.h.locks.forget(res.key())
	}
	return err
}

// subtree returns a folder and those below it, each before those that are below it.
func (q *request) subtree(top *resource) []*resource {
	all := []*resource{top}
	for _, box := range q.boxes {
		if loc, ok := q.place(box.Name); ok && loc.below(top.loc) {
			all = append(all, &resource{loc: loc, kind: collection, box: box})
		}
	}
	slices.SortStableFunc(all, func(x, y *resource) int { return len(x.loc.path) - len(y.loc.path) })
	return all
}

// report answers with what has failed: nothing, the whole, or members, which is a multistatus.
func (q *request) report(failed []failure) error {
	if len(failed) == 0 {
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	own := q.h.href(q.res.loc, true)
	if len(failed) == 1 && failed[0].href == own {
		return failed[0].err
	}
	m := q.multistatus()
	for _, f := range failed {
		r, known := refusalOf(f.err)
		if !known {
			q.h.log(q.Request, f.err)
		}
		if err := m.fail(f.href, r); err != nil {
			return err
		}
	}
	return m.close()
}
