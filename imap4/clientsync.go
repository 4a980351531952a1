package imap4

import (
	"cmp"
	"context"
	"iter"
)

// A SyncState is what a program knows of a mailbox from the last time: plain
// data, to be kept beside the messages. The zero value knows nothing.
type SyncState struct {
	UIDValidity uint32
	ModSeq      ModSeq
	UIDs        UIDSet // of the messages that it has
}

// A SyncChange is one thing that differs from the SyncState. One of Reset,
// Vanished and Message is set.
type SyncChange struct {
	Reset    bool     // UIDVALIDITY is another one: all that was known is worth nothing, and comes anew
	Vanished UIDSet   // these messages are gone
	Message  *Fetched // UID and Flags, and ModSeq where there is one, of a message that is new, or whose flags may have changed; see its Err
	New      bool     // Message was not known
}

// Sync selects a mailbox and yields what is different from state: by QRESYNC (RFC
// 7162) if the server offers it, which sends differences alone; else by CONDSTORE,
// which sends the UIDs too; else by asking for the flags of all messages. state is
// as the server's once the loop has run to its end, and unchanged if there was an
// error or the loop was left. The mailbox stays selected. The loop's body must not
// use the Client: ErrBusy.
func (c *Client) Sync(ctx context.Context, name string, state *SyncState) iter.Seq2[SyncChange, error] {
	return func(yield func(SyncChange, error) bool) {
		s := clientSync{client: c, state: state, wanted: true, yield: func(ch SyncChange) bool { return yield(ch, nil) }}
		err := c.during(ctx, func() error { return s.run(name) })
		switch {
		case err != nil && s.wanted:
			yield(SyncChange{}, err)
		case err == nil && s.wanted:
			*state = s.now
		}
	}
}

// A clientSync is one Sync under way.
type clientSync struct {
	client *Client
	state  *SyncState
	known  UIDSet
	now    SyncState
	news   []UIDRange // messages that were not known
	yield  func(SyncChange) bool
	wanted bool
	err    error // of a message without a UID
}

func (s *clientSync) tell(ch SyncChange) {
	if s.wanted {
		s.wanted = s.yield(ch)
	}
}

func (s *clientSync) run(name string) error {
	c, conn := s.client, s.client.conn
	quick := s.prepare()
	o := &SelectOptions{CondStore: true}
	if quick {
		// All that may be known, for the set itself can be longer than a line
		// may be. Vanished may hold more than is known, then.
		o.Since = &SyncState{s.state.UIDValidity, s.state.ModSeq, UIDSet{{1, s.last(s.state.UIDs)}}}
	}
	box, err := c.selectNow("SELECT", name, o)
	if err != nil {
		return err
	}
	s.known = s.state.UIDs
	s.now = SyncState{UIDValidity: box.UIDValidity, ModSeq: box.ModSeq}
	anew := box.UIDValidity != s.state.UIDValidity || box.UIDValidity == 0
	if anew {
		if s.state.UIDValidity != 0 || len(s.known) > 0 {
			s.tell(SyncChange{Reset: true})
		}
		s.known = nil
	}
	switch since := s.state.ModSeq; {
	case len(s.known) == 0:
	case quick && box.ModSeq > 0:
		s.gone(clientCommon(s.known, box.Vanished))
		for _, f := range box.Changed {
			if f.UID <= s.last(s.state.UIDs) { // else added asks for it
				s.message(f)
			}
		}
	case since > 0 && box.ModSeq > 0 && (conn.has("CONDSTORE") || conn.has("QRESYNC")):
		err = s.changedSince(since)
	default:
		err = s.everything()
	}
	if err == nil {
		err = s.added(box, anew)
	}
	err = cmp.Or(err, s.err)
	s.now.UIDs = normal(append(s.news, s.known...))
	box.Changed = nil // it has been told
	return err
}

// prepare enables QRESYNC, and reports whether it is of use.
func (s *clientSync) prepare() bool {
	c, conn := s.client, s.client.conn
	if !conn.has("QRESYNC") || conn.offers("ENABLE|IMAP4REV2") != nil {
		return false
	}
	// It may only be enabled before a mailbox is selected (RFC 5161, 3.1); if
	// there is one, another way does as well.
	if !conn.isEnabled("QRESYNC") && conn.selected == nil {
		if _, err := c.enable("QRESYNC"); err != nil {
			return false
		}
	}
	return conn.isEnabled("QRESYNC") && s.state.UIDValidity != 0 && s.state.ModSeq != 0 && len(s.state.UIDs) > 0
}

func (s *clientSync) last(set UIDSet) UID { return set[len(set)-1].Last }

// gone tells of messages that have gone.
func (s *clientSync) gone(set UIDSet) {
	if len(set) > 0 {
		s.known = s.known.without(set)
		s.tell(SyncChange{Vanished: set})
	}
}

// message tells of a message.
func (s *clientSync) message(f *Fetched) bool {
	if f.UID == 0 && s.err == nil {
		s.err = f.Err() // nobody knows which message it is, so it may be taken for gone
	}
	if f.UID != 0 && (f.HasFlags || f.hasFlaw("FLAGS")) {
		isNew := !s.known.Contains(f.UID)
		if isNew {
			s.news = append(s.news, UIDRange{f.UID, f.UID})
		}
		s.tell(SyncChange{Message: f, New: isNew})
	}
	return s.wanted
}

// changedSince asks for what has changed, and for the UIDs that there are, at
// once.
func (s *clientSync) changedSince(since ModSeq) error {
	c := s.client
	find := clientSearch{o: new(SearchOptions), found: new(Found)}
	old := UIDSet{{1, s.last(s.known)}}
	present := &Query{Key: InSet, UIDs: old}
	call, err := find.send(c, present)
	if err != nil {
		return err
	}
	if err := c.fetch(old, &FetchItems{Flags: true, ModSeq: true, ChangedSince: since}, s.message); err != nil {
		return err
	}
	if err := find.whole(c, present, call); err != nil {
		return err
	}
	if !find.answered { // silence is not that all have gone
		return clientLacks("SEARCH")
	}
	find.complete()
	s.gone(s.known.without(find.found.UIDs))
	return nil
}

// everything asks for the flags of all that is known.
func (s *clientSync) everything() error {
	var there []UIDRange
	old := UIDSet{{1, s.last(s.known)}}
	err := s.client.fetch(old, &FetchItems{Flags: true, ModSeq: s.now.ModSeq > 0}, func(f *Fetched) bool {
		if f.UID != 0 {
			there = append(there, UIDRange{f.UID, f.UID})
		}
		return s.message(f)
	})
	if err == nil && s.err == nil {
		s.gone(s.known.without(normal(there)))
	}
	return err
}

// added asks for what has been added, which is everything if all is anew.
func (s *clientSync) added(box *OpenMailbox, anew bool) error {
	from := UID(1)
	if !anew && len(s.state.UIDs) > 0 {
		from = s.last(s.state.UIDs) + 1
	}
	if box.Messages == 0 || from == 0 || box.UIDNext > 0 && from >= box.UIDNext {
		return nil
	}
	items := &FetchItems{Flags: true, ModSeq: box.ModSeq > 0}
	return s.client.fetch(UIDSet{{from, max(from, clientLastUID)}}, items, s.message)
}

// clientCommon is what both sets have.
func clientCommon(a, b UIDSet) UIDSet { return a.without(a.without(b)) }
