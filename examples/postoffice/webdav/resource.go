package webdav

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/imap4"
)

// A resource is what is at a location: a collection, a message, or nothing yet.
type resource struct {
	loc  location // canonical: the user's name as it is spelt, a message by its own name
	kind kind

	// box is the mailbox that a collection is, or that a message is or would be in. Its ID is 0 for the root, for a user's
	// home, and where there is no mailbox for a message.
	box      imap4.Mailbox
	validity uint32 // of box, if it is a message
	meta     imap4.Meta
	summary  *summary // once it has been read
}

type kind uint8

const (
	absent kind = iota
	collection
	message
)

func (r *resource) isCollection() bool { return r.kind == collection }
func (r *resource) isMessage() bool    { return r.kind == message }

// holdsMessages reports whether messages can be in a collection.
func (r *resource) holdsMessages() bool { return r.isCollection() && r.box.ID != 0 && !r.box.NoSelect }

// key names the resource among locks: the location's segments, which have no control characters, one below the other.
func (r *resource) key() string { return keyOf(r.loc) }

func keyOf(loc location) string {
	return strings.Join(append([]string{loc.top}, loc.path...), separator)
}

// separator parts the segments of a key.
const separator = "\x00"

// etag is a message's. Its octets never change under this name (RFC 9051, 2.3.1.1), so it is a strong one.
func (r *resource) etag() string {
	if !r.isMessage() {
		return ""
	}
	return `"` + messageName(r.validity, r.meta.UID) + `"`
}

const suffix = ".eml"

// messageName is UIDVALIDITY.UID, which names a message of a mailbox for good.
func messageName(validity uint32, uid imap4.UID) string {
	return strconv.FormatUint(uint64(validity), 10) + "." + strconv.FormatUint(uint64(uid), 10)
}

// parseMessageName reads the name of a message: what messageName makes, and the suffix.
func parseMessageName(name string) (validity uint32, uid imap4.UID, ok bool) {
	stem, hasSuffix := strings.CutSuffix(name, suffix)
	left, right, dotted := strings.Cut(stem, ".")
	v, err := strconv.ParseUint(left, 10, 32)
	u, err2 := strconv.ParseUint(right, 10, 32)
	ok = hasSuffix && dotted && err == nil && err2 == nil && v > 0 && u > 0
	if ok && messageName(uint32(v), imap4.UID(u)) != stem {
		return 0, 0, false // another spelling, such as one with zeros
	}
	return uint32(v), imap4.UID(u), ok
}

// resolve finds what is at a location.
func (q *request) resolve(loc location) (*resource, error) {
	if loc.isRoot() {
		return &resource{kind: collection}, nil
	}
	if q.isOwn(loc) {
		loc.top = q.user
		if len(loc.path) == 0 {
			return &resource{loc: loc, kind: collection}, nil
		}
	}
	name := q.name(loc)
	if name == nil {
		return &resource{loc: loc}, nil
	}
	if box, ok := q.find(name); ok {
		return &resource{loc: loc, kind: collection, box: box}, nil
	}
	res := &resource{loc: loc}
	if len(loc.path) == 0 {
		return res, nil
	}
	above, ok := q.find(name[:len(name)-1])
	if !ok || above.NoSelect {
		return res, nil
	}
	res.box = above
	return res, q.look(res)
}

// look finds the message of a resource's name, if there is one.
func (q *request) look(res *resource) error {
	name := res.loc.last()
	state, err := q.state(res.box)
	if err != nil {
		return err
	}
	res.validity = state.UIDValidity
	uids := make([]imap4.UID, 0, 2)
	if validity, uid, ok := parseMessageName(name); ok && validity == state.UIDValidity {
		uids = append(uids, uid)
	}
	if uid, ok := q.h.names.find(res.box.ID, state.UIDValidity, name); ok {
		uids = append(uids, uid)
	}
	for _, uid := range uids {
		for meta, err := range q.metas(res.box.ID, imap4.NewUIDSet(uid)) {
			if err != nil {
				return err
			}
			res.kind, res.meta = message, meta
			res.loc = res.loc.parent().child(messageName(state.UIDValidity, uid) + suffix)
			return nil
		}
	}
	return nil
}

// state is where a mailbox stands.
func (q *request) state(box imap4.Mailbox) (imap4.State, error) {
	if box.State != nil {
		return *box.State, nil
	}
	state, _, err := q.account.Scan(q.Context(), box.ID, 0)
	return state, err
}

// metas yields those of some messages that there are.
func (q *request) metas(box imap4.MailboxID, uids imap4.UIDSet) iter.Seq2[imap4.Meta, error] {
	if reader, ok := as[imap4.MetaReader](q.account); ok {
		return reader.Metas(q.Context(), box, uids)
	}
	return func(yield func(imap4.Meta, error) bool) {
		_, all, err := q.account.Scan(q.Context(), box, 0)
		if err != nil {
			yield(imap4.Meta{}, err)
			return
		}
		for m, err := range all {
			if err == nil && (m.Expunged || !uids.Contains(m.UID)) {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// messages yields the messages of a collection; those that go meanwhile are left out.
func (q *request) messages(res *resource) iter.Seq2[*resource, error] {
	return func(yield func(*resource, error) bool) {
		if !res.holdsMessages() || !hasAny(res.box.Rights, "r") {
			return
		}
		state, all, err := q.account.Scan(q.Context(), res.box.ID, 0)
		if errors.Is(err, imap4.ErrNotFound) {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for m, err := range all {
			if err == nil && m.Expunged {
				continue
			}
			member := &resource{kind: message, box: res.box, validity: state.UIDValidity, meta: m}
			member.loc = res.loc.child(messageName(state.UIDValidity, m.UID) + suffix)
			if !yield(member, err) {
				return
			}
		}
	}
}

// members returns the collections in a collection, in order of names.
func (q *request) members(res *resource) []*resource {
	var found []*resource
	for _, box := range q.boxes {
		if loc, ok := q.place(box.Name); ok && !loc.isRoot() && loc.below(res.loc) && keyOf(loc.parent()) == keyOf(res.loc) {
			found = append(found, &resource{loc: loc, kind: collection, box: box})
		}
	}
	if res.loc.isRoot() {
		found = append(found, &resource{loc: location{top: q.user}, kind: collection})
	}
	return found
}
