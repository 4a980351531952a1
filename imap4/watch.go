package imap4

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

// A watch is what a client wants to be told of besides what IMAP always tells:
// by NOTIFY (RFC 5465), or annotations by ENABLE METADATA (RFC 5464, 4.1). While
// there is one, a goroutine listens to the store and notes which mailboxes may
// have changed; all else is done by the conversation's, which compares what there
// is with what it knew.
type watch struct {
	c       *Conn
	groups  []eventGroup // of NOTIFY; nil without
	enabled bool         // by ENABLE METADATA
	foreign [][]string   // prefixes of others' namespaces

	ctx      context.Context // of the conversation
	cancel   context.CancelFunc
	listener sync.WaitGroup
	look     *time.Timer // for a hint of the store's may be lost
	settled  bool        // it was the time of the first look

	wakes atomic.Bool // the conversation, for each hint

	mu    sync.Mutex
	hints map[MailboxID]bool
	all   bool  // everything may have changed
	light bool  // what costs little to look at may have
	err   error // why there are no more hints

	known  map[MailboxID]*knownBox
	names  map[string]bool // subscribed, and not there
	server annotations
	noted  int // annotations in known and server
	seed   maphash.Seed
}

// A knownBox is a mailbox as the client knows it.
type knownBox struct {
	name       []string
	subscribed bool
	fresh      bool // it has just come
	told       bool // state and counts are known
	state      State
	counts     Counts
	notes      annotations // nil if they are not watched
}

// Bounds of what is watched for one client.
const (
	maxWatched = 10_000 // mailboxes
	maxScanned = 1000   // those whose state the store does not have at hand
	maxHints   = 1000   // mailboxes that may have changed; of more, all may have
	maxNotes   = 1000   // annotations of a mailbox
	maxAll     = 50_000 // annotations of all of them
)

// newWatch makes a watch. ctx is the conversation's.
func (c *Conn) newWatch(ctx context.Context, groups []eventGroup) *watch {
	w := &watch{c: c, groups: groups, foreign: c.foreign(), hints: map[MailboxID]bool{}, seed: maphash.MakeSeed()}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.wakes.Store(groups != nil)
	return w
}

// start listens to the store, until stop.
func (w *watch) start() {
	account := w.c.account
	w.listener.Go(func() {
		err := w.c.listen(w.ctx, func() error { return account.Watch(w.ctx, w.hint) })
		if w.ctx.Err() != nil {
			return
		}
		w.mu.Lock()
		if w.err = err; err == nil {
			w.err = fmt.Errorf("imap4: the account watches no longer")
		}
		w.mu.Unlock()
		w.c.wire.Interrupt()
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look = time.AfterFunc(firstLook, w.lookAgain)
}

// lookAgain has everything looked at when it is called first, and later on what
// costs little: not the messages of mailboxes whose state the store does not have
// at hand, nor annotations.
func (w *watch) lookAgain() {
	if w.ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	first := !w.settled
	w.settled, w.light = true, true
	w.look.Reset(w.c.srv.limits().Poll)
	w.mu.Unlock()
	if first {
		w.hint(everything)
	} else if w.wakes.Load() {
		w.c.wire.Interrupt()
	}
}

// everything is no mailbox: it stands for all of them.
const everything = ^MailboxID(0)

// stop ends what start began.
func (w *watch) stop() {
	w.look.Stop()
	w.cancel()
	w.listener.Wait()
}

// unwatch ends the watch, but for annotations if they are enabled.
func (c *Conn) unwatch(enabled bool) {
	if c.watch == nil {
		return
	}
	if enabled {
		c.watch.groups = nil
		c.watch.wakes.Store(false)
		return
	}
	c.watch.stop()
	c.watch = nil
}

// idle is called when the client begins and ends to idle, so that it is woken
// whatever it wants to be told.
func (w *watch) idle(is bool) {
	if w != nil {
		w.wakes.Store(is || w.groups != nil)
	}
}

func (w *watch) isEnabled() bool { return w != nil && w.enabled }

// hint notes that a mailbox may have changed. It is called from any goroutine.
func (w *watch) hint(id MailboxID) {
	w.mu.Lock()
	if w.all = w.all || id == everything || len(w.hints) >= maxHints; !w.all {
		w.hints[id] = true
	}
	w.mu.Unlock()
	if w.wakes.Load() {
		w.c.wire.Interrupt()
	}
}

// take returns the hints since it was called last.
func (w *watch) take() (h hints, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err = hints{w.hints, w.all, w.light}, w.err
	w.hints, w.all, w.light = map[MailboxID]bool{}, false, false
	return h, err
}

// hints are what may have changed.
type hints struct {
	boxes      map[MailboxID]bool
	all, light bool
}

// has reports whether a mailbox is to be looked at, or with 0 the list of them.
func (h *hints) has(id MailboxID) bool { return h.all || h.light || h.boxes[id] }

// onlyLight reports whether there is no more reason for that than the time.
func (h *hints) onlyLight(id MailboxID) bool { return !h.all && !h.boxes[id] }

// push tells what is new. It is called between two commands, at the end of one,
// and while the client idles.
func (w *watch) push(when moment) {
	h, err := w.take()
	ctx := w.ctx
	if limit := w.c.srv.limits().Command; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	if err == nil {
		err = w.tell(ctx, &h, when)
	}
	if err != nil && w.ctx.Err() == nil {
		w.c.srv.logger().ErrorContext(ctx, "imap4: notifications ended", "user", w.c.identity.Name(), "err", err)
		w.c.line("OK [NOTIFICATIONOVERFLOW] " + w.c.text("no notifications from here on")) // RFC 5465, 5.8
		w.c.unwatch(false)
	}
}

// A moment is when something is told.
type moment uint8

const (
	between moment = iota // no command is under way
	atEnd                 // of a command, which has told the news of the open mailbox
	idling                // in IDLE
)

// tell tells what is new of all that is watched.
func (w *watch) tell(ctx context.Context, h *hints, when moment) error {
	c := w.c
	if c.box != nil && (when == idling || when == between && h.has(c.box.id)) {
		_, delayed, _ := w.selected()
		if err := c.news(ctx, true, when == idling || !delayed); err != nil {
			return err
		}
	}
	onlyOpen := len(h.boxes) == 1 && c.box != nil && h.boxes[c.box.id] && !w.wants(mailboxMetadata)
	if !h.all && !h.light && (len(h.boxes) == 0 || onlyOpen) || !w.wants(^events(0)) {
		return nil
	}
	now, err := c.mailboxList(ctx)
	if err != nil {
		return err
	}
	if h.has(0) {
		w.compareList(now)
	}
	scans := 0
	for i := range now {
		box := &now[i]
		k := w.known[box.ID]
		if box.Missing || k == nil || !h.has(box.ID) && !k.fresh {
			continue
		}
		light := h.onlyLight(box.ID) && !k.fresh
		if light && (box.State == nil || box.Counts == nil) {
			continue
		}
		if box.State == nil {
			if scans++; scans > maxScanned {
				return notificationOverflow
			}
		}
		k.fresh = false
		if err := w.compareBox(ctx, box, k, light); err != nil {
			return err
		}
	}
	if !h.onlyLight(0) {
		return w.compareServer(ctx)
	}
	return nil
}
