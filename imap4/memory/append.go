package memory

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/wirepost/wirepost/imap4"
)

// Append implements imap4.Account: all messages are read first, then put into the
// mailbox at once.
func (a *account) Append(ctx context.Context, box imap4.MailboxID, msgs iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
	if err := a.enter(ctx, "Append", box); err != nil {
		return imap4.Appended{}, err
	}
	if err := a.exists(box); err != nil { // before it is all read in vain
		return imap4.Appended{}, err
	}
	var list []incoming
	for m, err := range msgs {
		if err != nil {
			return imap4.Appended{}, fmt.Errorf("memory: append: %w", err)
		}
		in, err := a.read(ctx, m)
		if err != nil {
			return imap4.Appended{}, err
		}
		list = append(list, in)
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.box(box)
	if err == nil {
		err = a.store.room(m.owner, sum(list))
	}
	if err != nil {
		return imap4.Appended{}, fmt.Errorf("memory: append: %w", err)
	}
	return a.store.place(m, list), nil
}

// incoming is a message that has been read and is in no mailbox yet.
type incoming struct {
	meta   imap4.Meta
	octets []byte
}

func sum(list []incoming) (n need) {
	for _, in := range list {
		n.messages++
		n.octets += in.meta.Size
	}
	return n
}

// exists tells whether there is such a mailbox now.
func (a *account) exists(box imap4.MailboxID) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	if _, err := a.box(box); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}

// read reads a message. It stops between two reads when ctx ends.
func (a *account) read(ctx context.Context, m imap4.Incoming) (incoming, error) {
	octets, err := io.ReadAll(m.R)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return incoming{}, fmt.Errorf("memory: append: %w", err)
	}
	meta := imap4.Meta{Flags: m.Flags, Size: int64(len(octets)), Received: m.Received, Saved: a.store.now()}
	if meta.Received.IsZero() {
		meta.Received = meta.Saved
	}
	return incoming{meta, octets}, nil
}

// place puts messages into a mailbox, as one change. The caller has the lock.
func (s *Store) place(m *mailbox, list []incoming) imap4.Appended {
	done := imap4.Appended{UIDValidity: m.state.UIDValidity}
	if len(list) == 0 {
		return done
	}
	mod := m.next()
	for _, in := range list {
		s.emails++
		in.meta.EmailID = "M" + strconv.FormatUint(s.emails, 36)
		b := &blob{octets: in.octets}
		s.blobs[in.meta.EmailID] = b
		done.Messages = append(done.Messages, m.put(in.meta, b, mod))
	}
	s.wake(m.id)
	return done
}
