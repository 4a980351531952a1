package imap4

import (
	"context"
	"slices"
)

// notify says what the client wants to be told of without asking (RFC 5465). It
// replaces what was said before. After NOTIFY NONE it is what it was before the
// first NOTIFY.
func (c *Conn) notify(ctx context.Context, r notifyRequest) Reply {
	if !r.set {
		c.unwatch(c.watch.isEnabled())
		return OK("", "nothing is told any more")
	}
	var wanted events
	for _, g := range r.groups {
		wanted |= g.events
	}
	if wanted&(mailboxMetadata|serverMetadata) != 0 && !c.hasMetadata() {
		return badEvent(false)
	}
	was := c.watch
	w := c.newWatch(ctx, r.groups)
	w.enabled = was.isEnabled()
	w.start()
	// The store is asked only after it is listened to.
	if err := w.begin(ctx, r.status); err != nil {
		w.stop()
		return c.replyTo(ctx, err)
	}
	c.watch = w
	if was != nil {
		was.stop()
	}
	return OK("", "you will be told")
}

// notificationOverflow is told to those who ask for more than they can get.
var notificationOverflow = No("NOTIFICATIONOVERFLOW", "too many mailboxes to watch")

// begin notes what there is now, and tells what NOTIFY SET is to tell at once.
func (w *watch) begin(ctx context.Context, status bool) error {
	c := w.c
	all, err := c.mailboxList(ctx)
	if err != nil {
		return err
	}
	if len(all) > maxWatched {
		return notificationOverflow
	}
	scans := 0
	for i := range all {
		box := &all[i]
		e := w.eventsOf(box)
		if e&messageEvents == 0 || box.NoSelect || box.Missing {
			continue
		}
		if !hasAny(box.Rights, "r") {
			c.tellMailbox(box, `\NoAccess`, nil) // RFC 5465, 3.1
			continue
		}
		if box.State == nil || box.Counts == nil {
			if scans++; scans > maxScanned {
				return notificationOverflow
			}
			if err := c.fill(ctx, box); err != nil {
				return err
			}
		}
		if status && !c.isOpen(box.ID) {
			if err := c.tellStatusOf(ctx, box, initialItems(e)); err != nil {
				return err
			}
		}
	}
	return w.remember(ctx, all)
}

// isOpen reports whether a mailbox is the one that is open.
func (c *Conn) isOpen(id MailboxID) bool { return c.box != nil && c.box.id == id }

// initialItems are what STATUS tells at first (RFC 5465, 3.1).
func initialItems(e events) []statusItem {
	var items []statusItem
	if e&(messageNew|messageExpunge) != 0 {
		items = append(items, statusMessages, statusUIDNext, statusUIDValidity)
	}
	if e&flagChange != 0 {
		items = append(items, statusModSeq)
	}
	return items
}

// tellStatusOf is tellStatus without what a client does by asking for it.
func (c *Conn) tellStatusOf(ctx context.Context, box *listed, items []statusItem) error {
	was := c.enabled
	err := c.tellStatus(ctx, box.Mailbox, items)
	c.enabled = was // nobody has asked for HIGHESTMODSEQ
	return err
}

// mailboxList returns all that LIST could tell of.
func (c *Conn) mailboxList(ctx context.Context) ([]listed, error) {
	return c.matching(ctx, &listRequest{patterns: []string{"*"}})
}

// tellMailbox tells of a mailbox without being asked: with an attribute besides,
// or the name that it had (RFC 5465, 5.4).
func (c *Conn) tellMailbox(box *listed, attribute string, was []string) {
	b := append([]byte("* LIST ("), attributes(box, &listRequest{withSubscribed: true})...)
	if attribute != "" {
		if b[len(b)-1] != '(' {
			b = append(b, ' ')
		}
		b = append(b, attribute...)
	}
	b = append(b, `) "/" `...)
	b = c.appendName(b, box.Name)
	if was != nil {
		b = append(b, ` ("OLDNAME" (`...)
		b = append(c.appendName(b, was), "))"...)
	}
	c.put(append(b, "\r\n"...))
}

// follow tells what was asked for of the messages that are new, from a row on, and
// how the results of searches have changed.
func (c *Conn) follow(ctx context.Context, from int) error {
	v := c.box
	_, _, items := c.watch.selected()
	if from < v.exists && len(items) > 0 {
		var rows spans
		for i := from; i < v.exists; i++ {
			if !v.own.Contains(v.uids[i]) {
				rows = extend(rows, i)
			}
		}
		f := &fetching{c: c, items: items}
		if err := f.run(ctx, rows); err != nil || c.lost != nil {
			return err
		}
	}
	v.own = nil
	return c.update(ctx)
}

// made notes messages that the client has put into a mailbox: it need not be told
// of them (RFC 5465, 5.2).
func (c *Conn) made(box MailboxID, uids []UID) {
	if c.isOpen(box) && c.watch != nil {
		c.box.own = NewUIDSet(uids...)
	}
}

// eventsOf returns what is to be told of a mailbox, but for SELECTED.
func (w *watch) eventsOf(box *listed) (e events) {
	if w.enabled {
		e = mailboxMetadata | serverMetadata
	}
	for i := range w.groups {
		switch g := &w.groups[i]; {
		case !g.has(box.Name, box.Subscribed, w.foreign):
		case g.events == 0:
			return 0
		default:
			e |= g.events
		}
	}
	return e
}

// wants reports whether some group has one of these events.
func (w *watch) wants(e events) bool {
	return w.enabled && e&(mailboxMetadata|serverMetadata) != 0 ||
		slices.ContainsFunc(w.groups, func(g eventGroup) bool { return g.kind > selectedDelayed && g.events&e != 0 })
}

// selected returns what is to be told of the mailbox that is open, and whether
// expunges have to wait for a command. Without NOTIFY it is what IMAP has always
// told.
func (w *watch) selected() (e events, delayed bool, items []fetchItem) {
	if w == nil || w.groups == nil {
		return messageEvents, true, nil
	}
	for i := range w.groups {
		if g := &w.groups[i]; g.kind <= selectedDelayed {
			return g.events, g.kind == selectedDelayed, g.items
		}
	}
	return 0, true, nil
}
