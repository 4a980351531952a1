package webdav

import (
	"sync"

	"github.com/wirepost/wirepost/imap4"
)

// maxNames is how many names are remembered.
const maxNames = 10_000

// A nameTable remembers under which names clients have put messages, whose own names the store chooses: a client that
// writes a file goes on to ask for it by the name that it gave. The table is a kindness, in memory; the oldest name is
// forgotten first.
type nameTable struct {
	mu    sync.Mutex
	uids  map[givenName]imap4.UID
	order []givenName // a ring, once it is full
	next  int
}

// A givenName is a client's, in one mailbox.
type givenName struct {
	box      imap4.MailboxID
	validity uint32
	name     string
}

func (t *nameTable) find(box imap4.MailboxID, validity uint32, name string) (imap4.UID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	uid, ok := t.uids[givenName{box, validity, name}]
	return uid, ok
}

func (t *nameTable) give(box imap4.MailboxID, validity uint32, name string, uid imap4.UID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.uids == nil {
		t.uids = make(map[givenName]imap4.UID)
	}
	key := givenName{box, validity, name}
	if _, known := t.uids[key]; !known {
		if len(t.order) < maxNames {
			t.order = append(t.order, key)
		} else {
			delete(t.uids, t.order[t.next])
			t.order[t.next] = key
			t.next = (t.next + 1) % maxNames
		}
	}
	t.uids[key] = uid
}
