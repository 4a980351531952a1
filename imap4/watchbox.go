package imap4

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
)

// What a watch compares of a mailbox: its messages (RFC 5465, 5.1 to 5.3) and its
// annotations (RFC 5464, 4.4.2; RFC 5465, 5.6 and 5.7).

// splitPath is the path of a name that was joined.
func splitPath(text string) []string { return strings.Split(text, string(rune(separator))) }

// fill works out the state and the counts of a mailbox, if the store has not.
func (c *Conn) fill(ctx context.Context, box *listed) error {
	if box.State != nil && box.Counts != nil {
		return nil
	}
	state, counts, err := c.count(ctx, box.ID)
	box.State, box.Counts = &state, &counts
	return err
}

// compareBox tells what has changed in a mailbox: a light look is at its messages
// only.
func (w *watch) compareBox(ctx context.Context, box *listed, k *knownBox, light bool) error {
	e := w.eventsOf(box)
	if e&messageEvents != 0 && !box.NoSelect && hasAny(box.Rights, "r") {
		if err := w.compareMessages(ctx, box, k, e); err != nil {
			return err
		}
	}
	if light || e&mailboxMetadata == 0 || !hasAny(box.Rights, "rswip") {
		return nil
	}
	was := k.notes
	err := w.note(ctx, box.ID, &k.notes)
	if isGone(err) {
		return nil
	}
	if err == nil && was != nil {
		w.tellNotes(box.Mailbox, was, k.notes)
	}
	return err
}

// compareMessages tells how many messages there are, or that flags have changed.
// Of the mailbox that is open this is told by other means.
func (w *watch) compareMessages(ctx context.Context, box *listed, k *knownBox, e events) error {
	c := w.c
	if err := c.fill(ctx, box); err != nil {
		if isGone(err) {
			return nil
		}
		return err
	}
	was, before, told := k.state, k.counts, k.told
	k.told, k.state, k.counts = true, *box.State, *box.Counts
	if c.isOpen(box.ID) || told && was == k.state && before == k.counts {
		return nil
	}
	seqs := c.has(condStore | qresync)
	var items []statusItem
	switch {
	case !told && k.counts.Messages == 0:
		return nil
	case !told || was.UIDValidity != k.state.UIDValidity || was.UIDNext != k.state.UIDNext || before.Messages != k.counts.Messages:
		items = []statusItem{statusMessages, statusUIDNext, statusUIDValidity}
	case e&flagChange == 0 || !seqs && before.Unseen == k.counts.Unseen:
		return nil
	default:
		items = []statusItem{statusUIDValidity}
	}
	if e&flagChange != 0 && before.Unseen != k.counts.Unseen {
		items = append(items, statusUnseen)
	}
	if seqs {
		items = append(items, statusModSeq)
	}
	return c.tellStatusOf(ctx, box, items)
}

// annotations are the names of entries with a hash of what each holds.
type annotations map[string]uint64

// note notes those of a mailbox, or of the server, in the place of what was noted.
func (w *watch) note(ctx context.Context, box MailboxID, notes *annotations) error {
	now, err := w.notesOf(ctx, box)
	if err != nil {
		return err
	}
	if w.noted += len(now) - len(*notes); w.noted > maxAll {
		return notificationOverflow
	}
	*notes = now
	return nil
}

// notesOf returns those of a mailbox, or of the server.
func (w *watch) notesOf(ctx context.Context, box MailboxID) (annotations, error) {
	store, ok := as[MetadataStore](w.c.account)
	if !ok {
		return nil, nil
	}
	notes := annotations{}
	for e, err := range store.Metadata(ctx, box, []string{"/private", "/shared"}, -1) {
		switch {
		case err != nil:
			return nil, err
		case e.Value == nil:
			continue
		case len(notes) == maxNotes:
			return nil, notificationOverflow
		}
		notes[e.Name] = maphash.Bytes(w.seed, e.Value)
	}
	return notes, nil
}

// compareServer tells which annotations of the server have changed.
func (w *watch) compareServer(ctx context.Context) error {
	if !w.wants(serverMetadata) {
		return nil
	}
	was := w.server
	err := w.note(ctx, 0, &w.server)
	if err == nil && was != nil {
		w.tellNotes(Mailbox{}, was, w.server)
	}
	return err
}

// tellNotes tells the names of the entries that have changed, those that are gone
// among them.
func (w *watch) tellNotes(box Mailbox, was, now annotations) {
	var names []string
	for name, sum := range now {
		if old, there := was[name]; !there || old != sum {
			names = append(names, name)
		}
	}
	for name := range maps.Keys(was) {
		if _, there := now[name]; !there {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	b := w.c.appendMetadata(nil, box)
	b = b[:len(b)-1]
	for _, name := range slices.Sorted(slices.Values(names)) {
		b = appendString(append(b, ' '), name, false)
	}
	w.c.put(append(b, "\r\n"...))
}

// wrote notes what the client itself has changed, which it need not be told
// (RFC 5464, 4.3).
func (w *watch) wrote(box MailboxID, entries []MetadataEntry) {
	if w == nil {
		return
	}
	notes := w.server
	if box != 0 {
		k := w.known[box]
		if k == nil {
			return
		}
		notes = k.notes
	}
	if notes == nil {
		return
	}
	before := len(notes)
	for _, e := range entries {
		if e.Value == nil {
			delete(notes, e.Name)
		} else {
			notes[e.Name] = maphash.Bytes(w.seed, e.Value)
		}
	}
	w.noted += len(notes) - before
}

// watchMetadata is what ENABLE METADATA does (RFC 5464, 4.1).
func (c *Conn) watchMetadata(ctx context.Context) {
	if !c.hasMetadata() || c.watch.isEnabled() {
		return
	}
	if c.watch == nil {
		c.watch = c.newWatch(ctx, nil)
		c.watch.start()
	}
	c.watch.enabled = true
	all, err := c.mailboxList(ctx)
	if err == nil && len(all) > maxWatched {
		err = notificationOverflow
	}
	if err == nil {
		err = c.watch.remember(ctx, all)
	}
	if err != nil {
		c.srv.logger().WarnContext(ctx, "imap4: annotations are not watched", "user", c.identity.Name(), "err", err)
		c.unwatch(false)
	}
}
