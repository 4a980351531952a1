package webdav

import (
	"net/http"
	"slices"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A target is where COPY and MOVE put something.
type target struct {
	*resource
	asked string // the last segment of its URL
	move  bool
}

// transfer copies or moves (RFC 4918, 9.8 and 9.9). A message that is in the way goes, if Overwrite allows it; a folder
// never does, for nobody means to lose one.
func (q *request) transfer() error {
	dest := q.Header.Get("Destination")
	if dest == "" {
		return status(http.StatusBadRequest, "Destination is missing")
	}
	loc, err := q.local(dest)
	switch {
	case err == errNotFound: // above Prefix
		return status(http.StatusBadGateway, "there is no mail at the destination")
	case err == errBadName:
		return errNoName
	case err != nil:
		return err
	}
	res, err := q.resolve(loc)
	if err != nil {
		return err
	}
	t := target{resource: res, asked: loc.last(), move: q.Method == "MOVE"}
	switch {
	case t.key() == q.res.key():
		return status(http.StatusForbidden, "source and destination are the same")
	case t.kind != absent && ascii.EqualFold(q.Header.Get("Overwrite"), "F"):
		return status(http.StatusPreconditionFailed, "there is something at the destination")
	case t.isCollection():
		return status(http.StatusForbidden, "a folder is not overwritten: delete it first")
	}
	if q.res.isMessage() {
		return q.transferMessage(t)
	}
	return q.transferFolder(t)
}

// free reports which locks are in the way. It comes after what the user has no right to know of.
func (q *request) free(t target) error {
	err := q.unlocked(t.loc, t.kind == absent, false)
	if err == nil && t.move {
		err = q.unlocked(q.res.loc, true, true)
	}
	return err
}

func (q *request) transferMessage(t target) error {
	if err := q.mayHold(t.resource); err != nil {
		return err
	}
	replaced := t.isMessage()
	if !hasAny(q.res.box.Rights, "r") || t.move && !hasAll(q.res.box.Rights, "te") || replaced && !hasAll(t.box.Rights, "te") {
		return errForbidden
	}
	if err := q.free(t); err != nil {
		return err
	}
	done, err := q.copy(q.res.box, t.box, imap4.NewUIDSet(q.res.meta.UID), t.move)
	switch {
	case err != nil:
		return err
	case len(done.To) != 1:
		return errNotFound
	}
	if t.move {
		q.h.locks.forget(q.res.key())
	}
	if replaced {
		if _, err := q.account.Expunge(q.Context(), t.box.ID, imap4.NewUIDSet(t.meta.UID)); err != nil {
			return err
		}
	}
	q.tellPlace(q.moved(t.resource, t.box, done.UIDValidity, done.To[0], t.asked), !replaced)
	return nil
}

// copy copies messages, and takes from them the flags that the user has no right to where they are now (RFC 4314, 4).
func (q *request) copy(from, to imap4.Mailbox, uids imap4.UIDSet, move bool) (imap4.Copied, error) {
	done, err := q.account.Copy(q.Context(), imap4.CopyRequest{From: from.ID, To: to.ID, UIDs: uids, Move: move})
	if err != nil || len(done.To) == 0 || hasAll(to.Rights, "stw") {
		return done, err
	}
	var remove imap4.Flags
	for _, f := range []struct {
		right string
		flags imap4.SystemFlags
	}{
		{"s", imap4.Seen},
		{"t", imap4.Deleted},
		{"w", imap4.Answered | imap4.Flagged | imap4.Draft},
	} {
		if !hasAny(to.Rights, f.right) {
			remove.System |= f.flags
		}
	}
	made := imap4.NewUIDSet(done.To...)
	if !hasAny(to.Rights, "w") {
		for m, err := range q.metas(to.ID, made) {
			if err != nil {
				return done, err
			}
			for _, k := range m.Flags.Keywords {
				if !slices.Contains(remove.Keywords, k) {
					remove.Keywords = append(remove.Keywords, k)
				}
			}
		}
	}
	_, _, err = q.account.SetFlags(q.Context(), to.ID, imap4.FlagChange{UIDs: made, Mode: imap4.RemoveFlags, Flags: remove})
	return done, err
}

func (q *request) transferFolder(t target) error {
	depth := q.Header.Get("Depth")
	alone := depth == "0" && !t.move
	switch {
	case depth != "" && !alone && !ascii.EqualFold(depth, "infinity"):
		return status(http.StatusBadRequest, "this Depth is none of the method's")
	case len(q.res.loc.path) == 0 || t.move && isFixed(q.res):
		return status(http.StatusForbidden, "this folder stays where it is")
	case t.loc.below(q.res.loc):
		return status(http.StatusForbidden, "a folder cannot be put into itself")
	}
	if err := q.mayMake(t.loc); err != nil {
		return err
	}
	if t.move && !hasAny(q.res.box.Rights, "x") {
		return errForbidden
	}
	if err := q.free(t); err != nil {
		return err
	}
	if t.move {
		change := imap4.MailboxChange{Op: imap4.RenameMailbox, ID: q.res.box.ID, Name: q.name(t.loc)}
		if _, err := q.account.Change(q.Context(), change); err != nil {
			return err
		}
		q.h.locks.forget(q.res.key())
	} else if failed := q.copyFolders(t, alone); len(failed) > 0 {
		return q.report(failed)
	}
	q.w.Header().Set("Location", q.h.href(t.loc, true))
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

// copyFolders copies a folder: alone, or with its messages and those below it. What is below one that failed is left out.
func (q *request) copyFolders(t target, alone bool) (failed []failure) {
	var missing []location
	for _, res := range q.subtree(q.res) {
		if slices.ContainsFunc(missing, func(l location) bool { return res.loc.below(l) }) || alone && res != q.res {
			continue
		}
		to := location{t.loc.top, slices.Concat(t.loc.path, res.loc.path[len(q.res.loc.path):])}
		made, err := q.account.Change(q.Context(), imap4.MailboxChange{Op: imap4.CreateMailbox, Name: q.name(to)})
		if err != nil {
			missing = append(missing, res.loc)
		} else if !alone && res.holdsMessages() {
			err = q.copyAll(res, made)
		}
		if err != nil {
			failed = append(failed, failure{q.h.href(res.loc, true), err})
		}
	}
	return failed
}

// copyAll copies all messages of a folder.
func (q *request) copyAll(from *resource, to imap4.Mailbox) error {
	if !hasAny(from.box.Rights, "r") || !hasAny(to.Rights, "i") {
		return errForbidden
	}
	state, err := q.state(from.box)
	if err != nil || state.UIDNext <= 1 {
		return err
	}
	_, err = q.copy(from.box, to, imap4.UIDSet{{First: 1, Last: state.UIDNext - 1}}, false)
	return err
}
