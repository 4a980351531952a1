package webdav

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// maxOwner is how many octets a client may say of itself in a lock.
const maxOwner = 1 << 10

// lock locks a resource, or refreshes a lock (RFC 4918, 9.10). A name that has no message yet can be locked, and is what
// RFC 2518, 7.4 calls a lock-null resource: there is nothing at it but the lock, for a message is never empty.
func (q *request) lock() error {
	body, there, err := q.readXML()
	switch {
	case err != nil:
		return err
	case !there:
		return q.refreshLock()
	case len(q.res.loc.path) == 0 && q.res.loc.top != q.user:
		return errForbidden
	}
	l := lock{user: q.user, root: q.res.key(), href: q.h.href(q.res.loc, q.res.isCollection())}
	if err := l.read(body); err != nil {
		return err
	}
	switch depth := q.Header.Get("Depth"); {
	case depth == "" || ascii.EqualFold(depth, "infinity"):
		l.infinite = true
	case depth != "0":
		return status(http.StatusBadRequest, "Depth is 0 or infinity")
	}
	if q.res.kind == absent {
		if err := q.mayPut(); err != nil { // it is to be one's own
			return err
		}
	} else if !hasAny(q.res.box.Rights, "ieswtxk") {
		return errForbidden
	}
	l.until = time.Now().Add(q.timeout())
	l, others, err := q.h.locks.create(l, q.h.maxLocks())
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return lockedBy(others, "no-conflicting-lock")
	}
	q.w.Header().Set("Lock-Token", "<"+l.token+">")
	if q.res.kind == absent {
		return q.tellLock(http.StatusCreated)
	}
	return q.tellLock(http.StatusOK)
}

// refreshLock has one of the client's locks live on (RFC 4918, 9.10.2).
func (q *request) refreshLock() error {
	if len(q.tokens) != 1 {
		return status(http.StatusBadRequest, "to refresh a lock, name its token in If; to make one, send lockinfo")
	}
	l, ok := q.h.locks.holds(q.tokens[0], q.res.key())
	if !ok || l.user != q.user {
		return refusal{http.StatusPreconditionFailed, "you have no such lock here", "<D:lock-token-matches-request-uri/>"}
	}
	if _, ok := q.h.locks.refresh(l.token, time.Now().Add(q.timeout())); !ok {
		return status(http.StatusPreconditionFailed, "the lock has just expired")
	}
	return q.tellLock(http.StatusOK)
}

// tellLock answers with lockdiscovery.
func (q *request) tellLock(code int) error {
	b := []byte(xmlStart + `<D:prop xmlns:D="DAV:"><D:lockdiscovery>`)
	b, _, _ = lockDiscovery(b, q, q.res) // never fails
	b = append(b, "</D:lockdiscovery></D:prop>\n"...)
	q.w.Header().Set("Content-Type", xmlType)
	q.w.WriteHeader(code)
	_, err := q.w.Write(b)
	return err
}

// read reads a lockinfo element (RFC 4918, 14.11).
func (l *lock) read(info element) error {
	scope, _ := info.child(dav("lockscope"))
	kind, _ := info.child(dav("locktype"))
	_, write := kind.child(dav("write"))
	_, exclusive := scope.child(dav("exclusive"))
	_, l.shared = scope.child(dav("shared"))
	if info.Name != dav("lockinfo") || !write || exclusive == l.shared {
		return status(http.StatusBadRequest, "lockinfo has a lockscope, exclusive or shared, and the locktype write")
	}
	if owner, ok := info.child(dav("owner")); ok {
		l.owner = appendElement(nil, owner)
	}
	if len(l.owner) > maxOwner {
		return status(http.StatusBadRequest, "the owner of a lock is told in "+strconv.Itoa(maxOwner)+" octets")
	}
	return nil
}

// appendElement writes an element again, without its attributes, its own text first.
func appendElement(b []byte, e element) []byte {
	b = appendText(appendOpen(b, e.Name), string(e.text))
	for _, c := range e.children {
		b = appendElement(b, c)
	}
	return appendClose(b, e.Name)
}

// timeout is for how long the client wants a lock (RFC 4918, 10.7), and may have it.
func (q *request) timeout() time.Duration {
	most := q.h.lockTime()
	for wish := range strings.SplitSeq(q.Header.Get("Timeout"), ",") {
		wish = strings.TrimSpace(wish)
		const unit = "Second-"
		if len(wish) > len(unit) && ascii.EqualFold(wish[:len(unit)], unit) {
			if n, err := strconv.ParseUint(wish[len(unit):], 10, 32); err == nil && n > 0 {
				return min(most, time.Duration(n)*time.Second)
			}
		}
		if ascii.EqualFold(wish, "infinite") {
			break
		}
	}
	return most
}

// unlock removes a lock that is the client's (RFC 4918, 9.11).
func (q *request) unlock() error {
	token, ok := strings.CutPrefix(strings.TrimSpace(q.Header.Get("Lock-Token")), "<")
	token, ended := strings.CutSuffix(token, ">")
	if !ok || !ended {
		return status(http.StatusBadRequest, "Lock-Token has no token in angle brackets")
	}
	l, ok := q.h.locks.holds(token, q.res.key())
	switch {
	case !ok:
		return refusal{http.StatusConflict, "there is no such lock here", "<D:lock-token-matches-request-uri/>"}
	case l.user != q.user:
		return errForbidden
	}
	q.h.locks.release(token)
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// unlocked reports why locks keep the client from changing a resource, nil if none does. With member the collection above
// gets a member or loses one, with subtree all that is below is changed.
func (q *request) unlocked(loc location, member, subtree bool) error {
	locks := q.h.locks.covering(keyOf(loc))
	if member {
		for _, l := range q.h.locks.covering(keyOf(loc.parent())) {
			if !l.infinite { // else it is there already
				locks = append(locks, l)
			}
		}
	}
	if subtree {
		locks = append(locks, q.h.locks.within(keyOf(loc))...)
	}
	if found := blocking(locks, q.user, q.tokens); len(found) > 0 {
		return lockedBy(found, "lock-token-submitted")
	}
	return nil
}

// isLocked reports whether a name that has no message yet is locked, where the user may know of it.
func (q *request) isLocked(res *resource) bool {
	return res.kind == absent && res.box.ID != 0 && q.h.locks.covers(res.key())
}

// maxTold is how many locks a client is told of that are in its way.
const maxTold = 20

// lockedBy refuses because of locks, which it names in an element.
func lockedBy(locks []lock, condition string) refusal {
	b := []byte("<D:" + condition + ">")
	for _, l := range locks[:min(len(locks), maxTold)] {
		b = appendHref(b, l.href)
	}
	r := errLocked
	r.condition = string(b) + "</D:" + condition + ">"
	return r
}

// lockDiscovery is the property (RFC 4918, 15.8). Whose lock it is not does not see its token.
func lockDiscovery(b []byte, q *request, res *resource) ([]byte, bool, error) {
	for _, l := range q.h.locks.covering(res.key()) {
		scope, depth := "exclusive", "0"
		if l.shared {
			scope = "shared"
		}
		if l.infinite {
			depth = "infinity"
		}
		b = append(b, "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:"+scope+"/></D:lockscope><D:depth>"+depth+"</D:depth>"...)
		b = append(b, l.owner...)
		left := max(0, time.Until(l.until))
		b = append(strconv.AppendInt(append(b, "<D:timeout>Second-"...), int64(left.Round(time.Second)/time.Second), 10), "</D:timeout>"...)
		if l.user == q.user {
			b = append(appendHref(append(b, "<D:locktoken>"...), l.token), "</D:locktoken>"...)
		}
		b = append(appendHref(append(b, "<D:lockroot>"...), l.href), "</D:lockroot></D:activelock>"...)
	}
	return b, true, nil
}

// supportedLock is the property (RFC 4918, 15.10).
func supportedLock(b []byte, _ *request, _ *resource) ([]byte, bool, error) {
	for _, scope := range []string{"exclusive", "shared"} {
		b = append(b, "<D:lockentry><D:lockscope><D:"+scope+"/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>"...)
	}
	return b, true, nil
}
