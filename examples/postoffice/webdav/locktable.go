package webdav

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxShared is how many locks there may be on one resource, since all are told with each property of it.
const maxShared = 20

// A lock is one that a client holds (RFC 4918, 6). What is in the table does not change, but for until.
type lock struct {
	token    string // a URI
	user     string
	root     string // the key of the resource
	href     string // its URL
	owner    []byte // XML: whatever the client says of itself
	shared   bool
	infinite bool // it is on all that is below, too
	until    time.Time
}

// A lockTable has the locks, in memory: they bind clients of WebDAV among each other, as long as the server runs, and
// nobody who comes by IMAP. An operation that has begun when a lock is granted may end after it.
type lockTable struct {
	mu     sync.Mutex
	tokens map[string]*lock
	roots  map[string][]*lock
	count  map[string]int // by user
}

// covering returns the locks on a resource: its own, and those above that are infinite.
func (t *lockTable) covering(key string) []lock {
	t.mu.Lock()
	defer t.mu.Unlock()
	return values(t.over(key))
}

func values(locks []*lock) []lock {
	all := make([]lock, 0, len(locks))
	for _, l := range locks {
		all = append(all, *l)
	}
	return all
}

// covers reports whether there is a lock on a resource of its own.
func (t *lockTable) covers(key string) bool {
	return slices.ContainsFunc(t.covering(key), func(l lock) bool { return l.root == key })
}

// over is covering. The caller has the mutex.
func (t *lockTable) over(key string) []*lock {
	if len(t.roots) == 0 {
		return nil
	}
	now := time.Now()
	var found []*lock
	for at := key; ; {
		for _, l := range t.roots[at] {
			if (at == key || l.infinite) && now.Before(l.until) {
				found = append(found, l)
			}
		}
		i := strings.LastIndex(at, separator)
		if i < 0 {
			return found
		}
		at = at[:i]
	}
}

// within returns the locks on what is below a resource.
func (t *lockTable) within(key string) []lock {
	t.mu.Lock()
	defer t.mu.Unlock()
	return values(t.under(key))
}

// under is within. The caller has the mutex.
func (t *lockTable) under(key string) (found []*lock) {
	now := time.Now()
	for _, l := range t.tokens {
		if strings.HasPrefix(l.root, key+separator) && now.Before(l.until) {
			found = append(found, l)
		}
	}
	return found
}

// create adds a lock, and gives it a token, unless others are in its way, which it then returns, or the user has too many.
func (t *lockTable) create(l lock, most int) (made lock, inTheWay []lock, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep()
	others := t.over(l.root)
	full := len(others) >= maxShared
	if l.infinite {
		others = append(others, t.under(l.root)...)
	}
	others = slices.DeleteFunc(others, func(o *lock) bool { return o.shared && l.shared })
	switch {
	case len(others) > 0:
		return l, values(others), nil
	case full || t.count[l.user] >= most:
		return l, nil, status(http.StatusInsufficientStorage, "there are too many locks: UNLOCK some")
	}
	if t.tokens == nil {
		t.tokens, t.roots, t.count = make(map[string]*lock), make(map[string][]*lock), make(map[string]int)
	}
	l.token = newToken()
	t.tokens[l.token] = &l
	t.roots[l.root] = append(t.roots[l.root], &l)
	t.count[l.user]++
	return l, nil, nil
}

// newToken makes the URI of a random UUID (RFC 4918, 6.5).
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// sweep removes what has expired. The caller has the mutex.
func (t *lockTable) sweep() {
	now := time.Now()
	for _, l := range t.tokens {
		if !now.Before(l.until) {
			t.drop(l)
		}
	}
}

// drop removes a lock. The caller has the mutex.
func (t *lockTable) drop(l *lock) {
	delete(t.tokens, l.token)
	t.roots[l.root] = slices.DeleteFunc(t.roots[l.root], func(o *lock) bool { return o == l })
	if len(t.roots[l.root]) == 0 {
		delete(t.roots, l.root)
	}
	if t.count[l.user]--; t.count[l.user] == 0 {
		delete(t.count, l.user)
	}
}

// holds reports whether a token is that of a lock on a resource.
func (t *lockTable) holds(token, key string) (lock, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.over(key) {
		if l.token == token {
			return *l, true
		}
	}
	return lock{}, false
}

// refresh has a lock live on. It is false if there is none any more.
func (t *lockTable) refresh(token string, until time.Time) (lock, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.tokens[token]
	if !ok || !time.Now().Before(l.until) {
		return lock{}, false
	}
	l.until = until
	return *l, true
}

// release removes a lock.
func (t *lockTable) release(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, ok := t.tokens[token]; ok {
		t.drop(l)
	}
}

// forget removes the locks on a resource that is gone, and on what was below it (RFC 4918, 9.6 and 7.5).
func (t *lockTable) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range slices.Concat(t.roots[key], t.under(key)) {
		t.drop(l)
	}
}

// follow has the locks on a message, or on the name that one was to have, stay on what is there now under another name.
func (t *lockTable) follow(from, to, href string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if from == to {
		return
	}
	for _, l := range t.roots[from] {
		l.root, l.href = to, href
		t.roots[to] = append(t.roots[to], l)
	}
	delete(t.roots, from)
}

// blocking returns those of some locks that keep a user from a change who has submitted tokens: an exclusive one that is
// not his or whose token is not there, and shared ones on a resource if none of them is his (RFC 4918, 6.2 and 7).
func blocking(locks []lock, user string, tokens []string) (found []lock) {
	mine := func(l lock) bool { return l.user == user && slices.Contains(tokens, l.token) }
	for _, l := range locks {
		if mine(l) || l.shared && slices.ContainsFunc(locks, func(o lock) bool { return o.shared && o.root == l.root && mine(o) }) {
			continue
		}
		found = append(found, l)
	}
	return found
}
