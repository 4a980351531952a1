package memory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/imap4"
)

// OtherUsers is the name below which mailboxes of other users are, by user.
const OtherUsers = "Other Users"

// A Store holds the mail of any number of users. The zero value is empty and
// does all it can. Its fields are set before it is used.
type Store struct {
	// What accounts shall not implement. Without ACLStore nobody sees another
	// user's mailboxes, without QuotaStore there are no limits.
	NoACL, NoMetadata, NoMetas, NoNamespaces, NoQuota, NoRecent, NoReplace, NoSummaries bool

	// Quota are the limits that each user has at first. Users may change
	// their own.
	Quota []imap4.QuotaLimit

	// History is how many expunges each mailbox remembers: 0 for all, negative
	// for none. Scan returns imap4.ErrHistoryGone for what is forgotten.
	History int

	// Fail, if not nil, is called at the start of each method of an account,
	// with the method's name and its mailbox or 0, and for each read of a Body
	// with "ReadAt". An error that it returns is returned by the method, and
	// nothing is done. It may also wait: no lock is held.
	Fail func(ctx context.Context, method string, box imap4.MailboxID) error

	Now func() time.Time // the clock; nil is time.Now

	mu          sync.Mutex
	users       map[string]*user
	boxes       map[imap4.MailboxID]*mailbox
	blobs       map[string]*blob // by EmailID
	annotations map[annotation][]byte
	watchers    map[*watcher]bool
	others      imap4.MailboxID // of the name OtherUsers
	ids         uint64          // mailboxes so far
	emails      uint64          // messages so far
	validity    uint32          // the last UIDVALIDITY
}

// A user is one owner of mailboxes.
type user struct {
	name       string
	node       imap4.MailboxID     // of the name OtherUsers/name
	boxes      map[string]*mailbox // by key of their path
	subscribed map[string][]string // names, by their key
	limits     map[string]int64    // of QuotaStore, by resource
}

// Account returns the mail of a user, who need not be known so far. A user may
// have many accounts at once, one for each session.
func (s *Store) Account(name string) imap4.Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.layers(&account{store: s, user: s.user(name)})
}

// user returns a user, with an INBOX. The caller has the lock.
func (s *Store) user(name string) *user {
	if s.users == nil {
		s.users = make(map[string]*user)
		s.boxes = make(map[imap4.MailboxID]*mailbox)
		s.blobs = make(map[string]*blob)
		s.annotations = make(map[annotation][]byte)
		s.watchers = make(map[*watcher]bool)
		s.others = s.newID()
	}
	if u, ok := s.users[name]; ok {
		return u
	}
	u := &user{
		name:       name,
		node:       s.newID(),
		boxes:      make(map[string]*mailbox),
		subscribed: make(map[string][]string),
		limits:     make(map[string]int64),
	}
	for _, l := range s.Quota {
		u.limits[l.Name] = l.Limit
	}
	s.users[name] = u
	s.add(u, []string{"INBOX"}, nil)
	return u
}

// add makes a mailbox. The caller has the lock, and knows that there is none.
func (s *Store) add(u *user, path []string, acl []imap4.ACLEntry) *mailbox {
	if acl == nil {
		acl = []imap4.ACLEntry{{Identifier: u.name, Rights: allRights}}
	}
	m := &mailbox{
		id:       s.newID(),
		owner:    u,
		path:     slices.Clone(path),
		acl:      slices.Clone(acl),
		history:  s.History,
		keywords: make(map[string]string),
	}
	s.open(m)
	u.boxes[key(path)], s.boxes[m.id] = m, m
	return m
}

// open makes an ordinary mailbox of one that is new or has no messages. The
// caller has the lock.
func (s *Store) open(m *mailbox) {
	s.validity++
	m.noSelect = false
	m.state = imap4.State{UIDValidity: s.validity, UIDNext: 1, ModSeq: 1}
}

func (s *Store) newID() imap4.MailboxID {
	s.ids++
	return imap4.MailboxID(s.ids)
}

func (s *Store) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// key makes a map's key of a path. No component holds a NUL.
func key(path []string) string { return strings.Join(path, "\x00") }
