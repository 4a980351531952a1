package pop3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
)

// A Fetch says which messages Messages fetches. The zero value is all.
type Fetch struct {
	// Seen reports whether a message is not wanted, by its UIDL: because there
	// is a copy of it already, from an earlier conversation. A server that has
	// no UIDL is an error then.
	Seen func(uidl string) bool

	// Want reports whether a message is wanted. Nil is all that Seen leaves.
	Want func(Entry) bool
}

// ErrNoUIDL is what an error wraps if Fetch.Seen is set and the server has no
// UIDL to ask it by.
var ErrNoUIDL = errors.New("pop3: server has no UIDL")

// ErrUnread is what Fetched.Delete returns for a message that was not read to its
// end.
var ErrUnread = errors.New("pop3: message was not read to its end, and is not deleted")

// A Fetched is a message that Messages has fetched.
type Fetched struct {
	Entry
	Body *Body // nil if the server refused the message

	deleted bool
	over    bool // the loop is done with it
}

var errOver = errors.New("pop3: the loop over Messages is done with this message; Client.Dele marks it after that")

// Delete marks the message as deleted: the server deletes it at Quit. Call it
// once the message is where it should be, and before the loop asks for the next
// one. It returns ErrUnread, and does nothing, unless Body was read to io.EOF.
func (f *Fetched) Delete() error {
	switch {
	case f.Body == nil || !f.Body.whole():
		return ErrUnread
	case f.over:
		return errOver
	}
	f.deleted = true
	return nil
}

// Messages fetches messages one after the other, in the order of their numbers.
// The Body of each is good until the loop asks for the next one; what is not read
// of it is passed over. An error that comes with a Fetched is of that message
// alone, such as the server's Reply; one without it ends the loop. What could not
// be marked as deleted is an error of Quit.
//
// If the server offers PIPELINING, some messages are asked for before the loop
// gets to them, up to 256 KiB of them: those are read, and dropped, when it ends
// early. Within the loop all other methods but Close return ErrBusy.
func (c *Client) Messages(ctx context.Context, o Fetch) iter.Seq2[*Fetched, error] {
	return func(yield func(*Fetched, error) bool) {
		end, err := c.begin(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		c.fetching = true
		f := &fetcher{c: c, behind: c.wire.Behind(), cut: func(err error) error { return c.cut(ctx, err) }}
		stopped := false
		defer func() {
			// Also if the loop's body panics, when nothing more is waited for.
			c.fetching = false
			if c.broken != nil || c.closed || !stopped {
				_ = c.lose(errAbandoned)
				c.wire.Abort()
				_ = f.behind.Wait()
			}
			if c.closed {
				c.wire.Release()
			}
			if err = end(err); err != nil && stopped && !f.over {
				yield(nil, err)
			}
		}()
		if err = f.list(o); err == nil {
			err = f.run(yield)
		}
		stopped = true
	}
}

var errAbandoned = errors.New("pop3: Messages was abandoned")

// list asks what there is, and keeps what is wanted.
func (f *fetcher) list(o Fetch) error {
	list, err := f.c.entries("LIST", parseSize)
	if err != nil {
		return err
	}
	names, err := f.c.entries("UIDL", parseUIDL)
	switch {
	case err != nil && !isReply(err), f.c.broken != nil:
		return err
	case err != nil && o.Seen != nil:
		return fmt.Errorf("%w: %w", ErrNoUIDL, err)
	}
	for _, e := range list {
		for len(names) > 0 && names[0].Number < e.Number {
			names = names[1:]
		}
		if len(names) > 0 && names[0].Number == e.Number {
			e.UIDL = names[0].UIDL
		}
		if e.UIDL != "" && o.Seen != nil && o.Seen(e.UIDL) || o.Want != nil && !o.Want(e) {
			continue
		}
		f.todo = append(f.todo, e)
	}
	f.messages = f.todo
	return nil
}

// run fetches what is listed.
func (f *fetcher) run(yield func(*Fetched, error) bool) error {
	for _, e := range f.messages {
		if f.c.closed {
			return fmt.Errorf("pop3: client is closed: %w", net.ErrClosed)
		}
		r, err := f.answer()
		if err != nil {
			return err
		}
		m := &Fetched{Entry: e}
		if r.OK {
			m.Body = f.c.newBody()
			m.Body.end = f.cut
			ok := yield(m, nil)
			err = f.done(m)
			f.over = !ok
		} else {
			f.over = !yield(m, r)
		}
		if err != nil || f.over {
			break
		}
	}
	if f.c.broken != nil || f.c.closed {
		return f.c.broken
	}
	return f.finish()
}
