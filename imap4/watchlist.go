package imap4

import (
	"context"
	"maps"
	"slices"
)

// What a watch compares of the list of mailboxes (RFC 5465, 5.4 and 5.5).

// remember notes how everything is, so that only what comes later is told.
func (w *watch) remember(ctx context.Context, all []listed) error {
	w.known = make(map[MailboxID]*knownBox, len(all))
	w.names = map[string]bool{}
	w.server, w.noted = nil, 0
	for i := range all {
		if err := w.learn(ctx, &all[i]); err != nil {
			return err
		}
	}
	if w.wants(serverMetadata) {
		return w.note(ctx, 0, &w.server)
	}
	return nil
}

// learn notes how a mailbox is.
func (w *watch) learn(ctx context.Context, box *listed) error {
	if box.Missing {
		w.names[box.text] = box.Subscribed
		return nil
	}
	if box.ID == 0 { // a name for the sake of those below it; and 0 is the server, for annotations
		return nil
	}
	k := &knownBox{name: box.Name, subscribed: box.Subscribed}
	w.known[box.ID] = k
	e := w.eventsOf(box)
	if e&messageEvents != 0 && box.State != nil && box.Counts != nil {
		k.told, k.state, k.counts = true, *box.State, *box.Counts
	}
	if e&mailboxMetadata != 0 && hasAny(box.Rights, "rswip") {
		return w.note(ctx, box.ID, &k.notes)
	}
	return nil
}

// forget is for a mailbox that is gone.
func (w *watch) forget(id MailboxID, k *knownBox) {
	w.noted -= len(k.notes)
	delete(w.known, id)
}

// compareList tells which mailboxes have come, gone, or got another name, and
// which are subscribed or no longer so.
func (w *watch) compareList(now []listed) {
	names := make(map[string]*listed, len(now))
	there := make(map[MailboxID]bool, len(now))
	for i := range now {
		names[now[i].text] = &now[i]
		there[now[i].ID] = true
	}
	l := &listNews{w: w, names: names, was: map[string]string{}, order: map[string]bool{}}
	for i := range now {
		l.compare(&now[i])
	}
	for id, k := range w.known {
		if there[id] {
			continue
		}
		w.forget(id, k)
		if _, again := names[pathKey(k.name)]; !again {
			l.affected(k.name)
		}
		l.affected(parentOf(k.name))
	}
	for text := range w.names {
		if box := names[text]; box == nil || !box.Missing {
			if delete(w.names, text); box == nil {
				l.unsubscribed(text)
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(l.order)) {
		w.c.tellMailbox(l.box(text), "", nil)
	}
}

// listNews are what there is to tell of the list of mailboxes.
type listNews struct {
	w     *watch
	names map[string]*listed // that there are
	was   map[string]string  // those of before that have been renamed, by those of now
	order map[string]bool    // names to be told
}

// compare looks at one mailbox.
func (l *listNews) compare(box *listed) {
	if box.Missing {
		if was, known := l.w.names[box.text]; box.Subscribed && !(known && was) {
			l.subscription(box)
		}
		l.w.names[box.text] = box.Subscribed
		return
	}
	if box.ID == 0 {
		return
	}
	k := l.w.known[box.ID]
	switch {
	case k == nil:
		l.w.known[box.ID] = &knownBox{name: box.Name, subscribed: box.Subscribed, fresh: true}
		l.affected(box.Name)
		l.affected(parentOf(box.Name))
		if box.Subscribed {
			l.subscription(box)
		}
		return
	case !slices.Equal(k.name, box.Name):
		l.renamed(box, k.name)
	case k.subscribed != box.Subscribed:
		l.subscription(box)
	}
	k.name, k.subscribed = box.Name, box.Subscribed
}

// renamed tells of another name, unless that of the mailbox above has changed
// alike (RFC 5465, 5.4).
func (l *listNews) renamed(box *listed, was []string) {
	l.was[box.text] = pathKey(was)
	parent, last := parentOf(box.Name), len(box.Name)-1
	if parent != nil && len(was) > 1 && was[len(was)-1] == box.Name[last] && l.was[pathKey(parent)] == pathKey(parentOf(was)) {
		return
	}
	old := *box
	old.Name = was
	if (l.w.eventsOf(box)|l.w.eventsOf(&old))&mailboxName != 0 {
		l.w.c.tellMailbox(box, "", was)
	}
}

// affected tells of a name, if that is wanted.
func (l *listNews) affected(path []string) {
	if path == nil {
		return
	}
	if box := l.box(pathKey(path)); l.w.eventsOf(box)&mailboxName != 0 {
		l.add(box.text)
	}
}

func (l *listNews) subscription(box *listed) {
	if e := l.w.eventsOf(box); e&subscriptionChange != 0 || l.w.eventsOf(flipped(box))&subscriptionChange != 0 {
		l.add(box.text)
	}
}

// flipped is box as it was before its subscription changed, for SUBSCRIBED.
func flipped(box *listed) *listed {
	other := *box
	other.Subscribed = !box.Subscribed
	return &other
}

// unsubscribed tells that a name that does not exist is not subscribed any more.
func (l *listNews) unsubscribed(text string) { l.subscription(l.box(text)) }

func (l *listNews) add(text string) { l.order[text] = true }

// box returns the mailbox of a name, which need not exist.
func (l *listNews) box(text string) *listed {
	if box := l.names[text]; box != nil {
		return box
	}
	return &listed{Mailbox: Mailbox{Name: splitPath(text), Missing: true}, text: text}
}

// own notes what the client itself has done to the mailboxes of these names and
// below, which it need not be told (RFC 5465, 5).
func (w *watch) own(ctx context.Context, paths ...[]string) {
	if w == nil || !w.wants(mailboxName|subscriptionChange) {
		return
	}
	now, err := w.c.mailboxList(ctx)
	if err != nil {
		return // it is told
	}
	its := func(name []string) bool {
		return slices.ContainsFunc(paths, func(p []string) bool { return isWithin(name, p) })
	}
	there := map[MailboxID]bool{}
	for i := range now {
		box := &now[i]
		there[box.ID] = true
		if its(box.Name) {
			switch k := w.known[box.ID]; {
			case box.Missing:
				w.names[box.text] = box.Subscribed
			case k == nil:
				w.known[box.ID] = &knownBox{name: box.Name, subscribed: box.Subscribed}
			default:
				k.name, k.subscribed = box.Name, box.Subscribed
			}
		}
	}
	for id, k := range w.known {
		if !there[id] && its(k.name) {
			w.forget(id, k)
		}
	}
	for _, p := range paths {
		if i := slices.IndexFunc(now, func(box listed) bool { return box.Missing && slices.Equal(box.Name, p) }); i < 0 {
			delete(w.names, pathKey(p))
		}
	}
}
