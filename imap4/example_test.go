package imap4_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log"
	"net"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/imap4"
)

// An inbox is a whole store: one mailbox, in memory.
type inbox struct {
	mu       sync.Mutex
	state    imap4.State
	messages []imap4.Meta // those that are gone stay, marked, so that sessions learn of it
	texts    map[imap4.UID][]byte
}

func newInbox() *inbox {
	return &inbox{state: imap4.State{UIDValidity: 1, UIDNext: 1}, texts: map[imap4.UID][]byte{}}
}

func (b *inbox) Mailboxes(context.Context) iter.Seq2[imap4.Mailbox, error] {
	return func(yield func(imap4.Mailbox, error) bool) {
		yield(imap4.Mailbox{ID: 1, Name: []string{"INBOX"}, Subscribed: true}, nil)
	}
}

func (b *inbox) Change(context.Context, imap4.MailboxChange) (imap4.Mailbox, error) {
	return imap4.Mailbox{}, imap4.ErrCannot
}

func (b *inbox) Scan(_ context.Context, _ imap4.MailboxID, since imap4.ModSeq) (imap4.State, iter.Seq2[imap4.Meta, error], error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []imap4.Meta
	for _, m := range b.messages {
		if m.ModSeq > since && (since > 0 || !m.Expunged) {
			found = append(found, m)
		}
	}
	return b.state, func(yield func(imap4.Meta, error) bool) {
		for _, m := range found {
			if !yield(m, nil) {
				return
			}
		}
	}, nil
}

func (b *inbox) Append(_ context.Context, _ imap4.MailboxID, all iter.Seq2[imap4.Incoming, error]) (imap4.Appended, error) {
	var metas []imap4.Meta
	var texts [][]byte
	for m, err := range all {
		if err != nil {
			return imap4.Appended{}, err
		}
		text, err := io.ReadAll(m.R)
		if err != nil {
			return imap4.Appended{}, err
		}
		if m.Received.IsZero() {
			m.Received = time.Now()
		}
		metas = append(metas, imap4.Meta{Flags: m.Flags, Received: m.Received, Size: int64(len(text))})
		texts = append(texts, text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range metas {
		b.state.ModSeq++
		metas[i].UID, metas[i].ModSeq = b.state.UIDNext, b.state.ModSeq
		b.texts[b.state.UIDNext] = texts[i]
		b.state.UIDNext++
	}
	b.messages = append(b.messages, metas...)
	return imap4.Appended{UIDValidity: b.state.UIDValidity, Messages: metas}, nil
}

// change calls f for the messages of some UIDs, and returns those that it changed.
func (b *inbox) change(uids imap4.UIDSet, f func(*imap4.Meta) bool) (changed []imap4.Meta) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.messages {
		if m := &b.messages[i]; uids.Contains(m.UID) && !m.Expunged && f(m) {
			b.state.ModSeq++
			m.ModSeq = b.state.ModSeq
			changed = append(changed, *m)
		}
	}
	return changed
}

func (b *inbox) SetFlags(_ context.Context, _ imap4.MailboxID, c imap4.FlagChange) ([]imap4.Meta, imap4.UIDSet, error) {
	var conflict []imap4.UID
	changed := b.change(c.UIDs, func(m *imap4.Meta) bool {
		if c.UnchangedSince != nil && m.ModSeq > *c.UnchangedSince {
			conflict = append(conflict, m.UID)
			return false
		}
		before := m.Flags.System // this store keeps no keywords
		switch c.Mode {
		case imap4.AddFlags:
			m.Flags.System |= c.Flags.System
		case imap4.RemoveFlags:
			m.Flags.System &^= c.Flags.System
		default:
			m.Flags.System = c.Flags.System
		}
		return m.Flags.System != before
	})
	return changed, imap4.NewUIDSet(conflict...), nil
}

func (b *inbox) Expunge(_ context.Context, _ imap4.MailboxID, uids imap4.UIDSet) ([]imap4.Meta, error) {
	return b.change(uids, func(m *imap4.Meta) bool {
		delete(b.texts, m.UID)
		*m = imap4.Meta{UID: m.UID, Expunged: true}
		return true
	}), nil
}

func (b *inbox) Copy(context.Context, imap4.CopyRequest) (imap4.Copied, error) {
	return imap4.Copied{}, imap4.ErrCannot
}

type text struct{ *bytes.Reader }

func (text) Close() error { return nil }

func (b *inbox) Body(_ context.Context, _ imap4.MailboxID, uid imap4.UID) (imap4.Body, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.texts[uid]
	if !ok {
		return nil, imap4.ErrNotFound
	}
	return text{bytes.NewReader(t)}, nil
}

// Watch has nothing to tell: clients learn what is new when they ask.
func (b *inbox) Watch(ctx context.Context, _ func(imap4.MailboxID)) error {
	<-ctx.Done()
	return ctx.Err()
}

func (b *inbox) Close() error { return nil }

// A server of one inbox.
func Example() {
	var users auth.Users
	if err := users.Set("tim", "tanstaaftanstaaf"); err != nil {
		log.Fatal(err)
	}
	mail := newInbox()
	srv := &imap4.Server{
		Hostname: "imap.example",
		Auth:     &auth.Authenticator{Accounts: &users, AllowInsecure: true},
		Backend:  imap4.BackendFunc(func(context.Context, *imap4.Conn) (imap4.Account, error) { return mail, nil }),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, imap4.ErrServerClosed) {
			log.Print(err)
		}
	})
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(nc, "a LOGIN tim tanstaaftanstaaf\r\nb APPEND INBOX {6+}\r\nA: b\r\n\r\nc STATUS INBOX (MESSAGES)\r\nd LOGOUT\r\n")
	all, err := io.ReadAll(nc)
	if err != nil {
		log.Fatal(err)
	}
	for line := range bytes.Lines(all) {
		if bytes.HasPrefix(line, []byte("* STATUS ")) {
			fmt.Print(string(line))
		}
	}
	nc.Close()
	srv.Close()
	serving.Wait()
	// Output: * STATUS "INBOX" (MESSAGES 1)
}

// A Reply is an error that says what the client is told.
func ExampleReply() {
	err := fmt.Errorf("opening: %w", imap4.No("INUSE", "being backed up, try again later"))
	if r, ok := errors.AsType[imap4.Reply](err); ok {
		fmt.Println(r)
	}
	// Output: NO [INUSE] being backed up, try again later
}

// UIDs are told in sets.
func ExampleNewUIDSet() {
	s := imap4.NewUIDSet(3, 1, 2, 9)
	fmt.Println(s, s.Contains(2), s.Len())
	// Output: [{1 3} {9 9}] true 4
}

// A component of a mailbox's name holds no separators.
func ExampleCheckName() {
	fmt.Println(imap4.CheckName("Entwürfe"))
	fmt.Println(imap4.CheckName("a/b") != nil)
	// Output:
	// <nil>
	// true
}
