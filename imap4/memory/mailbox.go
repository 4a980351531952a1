package memory

import (
	"cmp"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/imap4"
)

// A mailbox is changed and read under the Store's lock.
type mailbox struct {
	id         imap4.MailboxID
	owner      *user
	path       []string // as its owner sees it; not changed in place
	noSelect   bool
	specialUse []string
	acl        []imap4.ACLEntry // not changed in place

	state    imap4.State
	counts   imap4.Counts
	messages []*message // in the order of their UIDs
	recent   imap4.UID  // UIDs below have been claimed
	keywords map[string]string

	// The log has a line for each change, the latest last. A message's line is
	// of no use once it has a later one; compact drops those.
	log       []change
	expunges  int          // lines of the log
	history   int          // how many of them are remembered; see Store.History
	forgotten imap4.ModSeq // of the latest that is not
}

// A message does not change, but is replaced by another.
type message struct {
	imap4.Meta
	blob *blob
}

// A blob is what copies of a message share.
type blob struct {
	octets   []byte // not changed
	messages int    // how many have it
	summary  []byte
}

// A change is one line of the log.
type change struct {
	mod  imap4.ModSeq
	uid  imap4.UID
	gone bool
}

// next begins a change and returns its mod-sequence.
func (m *mailbox) next() imap4.ModSeq {
	m.state.ModSeq++
	return m.state.ModSeq
}

// put adds a message, with the next UID.
func (m *mailbox) put(meta imap4.Meta, b *blob, mod imap4.ModSeq) imap4.Meta {
	meta.UID, meta.ModSeq = m.state.UIDNext, mod
	meta.Flags = m.spelled(meta.Flags)
	m.state.UIDNext++
	b.messages++
	m.messages = append(m.messages, &message{meta, b})
	m.count(meta, 1)
	m.record(change{mod: mod, uid: meta.UID})
	return meta
}

// replace changes the flags of the message at an index.
func (m *mailbox) replace(at int, f imap4.Flags, mod imap4.ModSeq) imap4.Meta {
	was := m.messages[at]
	is := &message{was.Meta, was.blob}
	is.Flags, is.ModSeq = f, mod
	m.messages[at] = is
	m.count(was.Meta, -1)
	m.count(is.Meta, 1)
	m.record(change{mod: mod, uid: is.UID})
	return is.Meta
}

// take removes messages, and returns them.
func (m *mailbox) take(uids imap4.UIDSet, mod imap4.ModSeq) []*message {
	var gone []*message
	for at := range m.within(uids) {
		gone = append(gone, m.messages[at])
	}
	if gone == nil {
		return nil
	}
	left := make([]*message, 0, len(m.messages)-len(gone))
	n := 0
	for _, msg := range m.messages {
		if n < len(gone) && msg == gone[n] {
			n++
			continue
		}
		left = append(left, msg)
	}
	m.messages = left
	for _, msg := range gone {
		m.count(msg.Meta, -1)
		m.record(change{mod: mod, uid: msg.UID, gone: true})
	}
	m.forget()
	return gone
}

// within yields the indices of the messages of a set, which may reach far beyond
// them.
func (m *mailbox) within(uids imap4.UIDSet) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, r := range uids {
			at, _ := m.find(r.First)
			for ; at < len(m.messages) && m.messages[at].UID <= r.Last; at++ {
				if !yield(at) {
					return
				}
			}
		}
	}
}

// find returns where a UID is or would be.
func (m *mailbox) find(uid imap4.UID) (at int, ok bool) {
	return slices.BinarySearchFunc(m.messages, uid, func(msg *message, uid imap4.UID) int { return cmp.Compare(msg.UID, uid) })
}

func (m *mailbox) count(meta imap4.Meta, by int32) {
	c := &m.counts
	c.Messages += uint32(by)
	c.Size += int64(by) * meta.Size
	if meta.Flags.System&imap4.Seen == 0 {
		c.Unseen += uint32(by)
	}
	if meta.Flags.System&imap4.Deleted != 0 {
		c.Deleted += uint32(by)
	}
}

// record appends to the log, and compacts it when most of it is of no use.
func (m *mailbox) record(c change) {
	m.log = append(m.log, c)
	if c.gone {
		m.expunges++
	}
	if useful := len(m.messages) + m.expunges; len(m.log) > 2*useful+64 {
		m.log = slices.DeleteFunc(m.log, func(c change) bool {
			at, ok := m.find(c.uid)
			return !c.gone && (!ok || m.messages[at].ModSeq != c.mod)
		})
	}
}

// forget forgets the oldest expunges.
func (m *mailbox) forget() {
	if m.history == 0 || m.expunges <= max(m.history, 0) {
		return
	}
	m.log = slices.DeleteFunc(m.log, func(c change) bool {
		if !c.gone || m.expunges <= max(m.history, 0) {
			return false
		}
		m.forgotten = c.mod
		m.expunges--
		return true
	})
}

// since returns what changed after a mod-sequence, a line for each message.
func (m *mailbox) since(mod imap4.ModSeq) []imap4.Meta {
	from, _ := slices.BinarySearchFunc(m.log, mod+1, func(c change, mod imap4.ModSeq) int { return cmp.Compare(c.mod, mod) })
	lines := slices.Clone(m.log[from:])
	slices.SortStableFunc(lines, func(a, b change) int { return cmp.Compare(a.uid, b.uid) })
	var metas []imap4.Meta
	for i, c := range lines {
		if i+1 < len(lines) && lines[i+1].uid == c.uid {
			continue // there is a later one
		}
		if c.gone {
			metas = append(metas, imap4.Meta{UID: c.uid, ModSeq: c.mod, Expunged: true})
		} else if at, ok := m.find(c.uid); ok {
			metas = append(metas, m.messages[at].Meta)
		}
	}
	return metas
}
