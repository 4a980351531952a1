package imap4

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
)

// tim is the accounts of tests: tim, whose password is secret.
type tim struct{}

func (tim) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	if name != "tim" || password != "secret" {
		return "", auth.ErrCredentials
	}
	return name, nil
}

// A store is an Account in memory.
type store struct {
	mu       sync.Mutex
	boxes    []*fakeBox
	nextID   MailboxID
	watchers map[int]func(MailboxID)
	watched  int
	fail     error // what all methods return, if set
	closed   int
}

type fakeBox struct {
	Mailbox
	uidNext UID
	modSeq  ModSeq
	msgs    []fakeMessage
	gone    []Meta
}

type fakeMessage struct {
	Meta
	text []byte
}

func newStore(names ...[]string) *store {
	s := &store{watchers: map[int]func(MailboxID){}}
	s.add("INBOX")
	for _, n := range names {
		s.add(n...)
	}
	return s
}

func (s *store) add(name ...string) *fakeBox {
	s.nextID++
	b := &fakeBox{Mailbox: Mailbox{ID: s.nextID, Name: name}, uidNext: 1, modSeq: 1}
	s.boxes = append(s.boxes, b)
	return b
}

// put puts a message into a mailbox.
func (s *store) put(box *fakeBox, text string, f Flags) {
	s.mu.Lock()
	s.deliver(box, []byte(text), f, time.Date(2026, 7, 17, 2, 44, 25, 0, time.UTC))
	s.mu.Unlock()
	s.changed(box.ID)
}

func (s *store) deliver(b *fakeBox, text []byte, f Flags, at time.Time) Meta {
	b.modSeq++
	h := fnv.New64()
	h.Write(text)
	m := Meta{
		UID: b.uidNext, ModSeq: b.modSeq, Flags: f, Size: int64(len(text)), Received: at,
		EmailID: fmt.Sprintf("E%x", h.Sum64()), Saved: at,
	}
	b.uidNext++
	b.msgs = append(b.msgs, fakeMessage{m, text})
	return m
}

func (s *store) changed(id MailboxID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watchers {
		w(id)
	}
}

func (s *store) box(id MailboxID) (*fakeBox, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	for _, b := range s.boxes {
		if b.ID == id {
			return b, nil
		}
	}
	return nil, ErrNotFound
}

func (s *store) Mailboxes(context.Context) iter.Seq2[Mailbox, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Mailbox
	for _, b := range s.boxes {
		all = append(all, b.Mailbox)
	}
	return func(yield func(Mailbox, error) bool) {
		if s.fail != nil {
			yield(Mailbox{}, s.fail)
			return
		}
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (s *store) Change(_ context.Context, c MailboxChange) (Mailbox, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return Mailbox{}, s.fail
	}
	at := slices.IndexFunc(s.boxes, func(b *fakeBox) bool { return slices.Equal(b.Name, c.Name) })
	switch c.Op {
	case CreateMailbox:
		if at >= 0 {
			return Mailbox{}, ErrExists
		}
		b := s.add(c.Name...)
		b.SpecialUse = c.SpecialUse
		return b.Mailbox, nil
	case DeleteMailbox:
		s.boxes = slices.DeleteFunc(s.boxes, func(b *fakeBox) bool { return b.ID == c.ID })
		return Mailbox{}, nil
	case RenameMailbox:
		if at >= 0 {
			return Mailbox{}, ErrExists
		}
		b, err := s.box(c.ID)
		if err != nil {
			return Mailbox{}, err
		}
		b.Name = c.Name
		return b.Mailbox, nil
	case Subscribe:
		if at < 0 {
			b := &fakeBox{Mailbox: Mailbox{Name: c.Name, Missing: true, Subscribed: true}}
			s.boxes = append(s.boxes, b)
			return b.Mailbox, nil
		}
		s.boxes[at].Subscribed = true
	case Unsubscribe:
		if at >= 0 {
			s.boxes[at].Subscribed = false
		}
	}
	return Mailbox{}, nil
}

func (s *store) Scan(_ context.Context, box MailboxID, since ModSeq) (State, iter.Seq2[Meta, error], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.box(box)
	if err != nil {
		return State{}, nil, err
	}
	var all []Meta
	for _, m := range b.msgs {
		if m.ModSeq > since {
			all = append(all, m.Meta)
		}
	}
	if since > 0 {
		for _, m := range b.gone {
			if m.ModSeq > since {
				all = append(all, m)
			}
		}
		slices.SortStableFunc(all, func(a, b Meta) int { return int(a.UID) - int(b.UID) })
	}
	return State{UIDValidity: 7, UIDNext: b.uidNext, ModSeq: b.modSeq}, func(yield func(Meta, error) bool) {
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	}, nil
}

func (s *store) Append(_ context.Context, box MailboxID, msgs iter.Seq2[Incoming, error]) (Appended, error) {
	type read struct {
		text []byte
		Incoming
	}
	var all []read
	for m, err := range msgs {
		if err != nil {
			return Appended{}, fmt.Errorf("appending: %w", err)
		}
		text, err := io.ReadAll(m.R)
		if err != nil {
			return Appended{}, err
		}
		if m.Received.IsZero() {
			m.Received = time.Date(2026, 7, 17, 2, 44, 25, 0, time.UTC)
		}
		all = append(all, read{text, m})
	}
	s.mu.Lock()
	b, err := s.box(box)
	if err != nil {
		s.mu.Unlock()
		return Appended{}, err
	}
	done := Appended{UIDValidity: 7}
	for _, m := range all {
		done.Messages = append(done.Messages, s.deliver(b, m.text, m.Flags, m.Received))
	}
	s.mu.Unlock()
	s.changed(box)
	return done, nil
}

func (s *store) SetFlags(_ context.Context, box MailboxID, c FlagChange) (changed []Meta, conflict UIDSet, err error) {
	s.mu.Lock()
	b, err := s.box(box)
	if err != nil {
		s.mu.Unlock()
		return nil, nil, err
	}
	var left []UID
	b.modSeq++
	for i := range b.msgs {
		m := &b.msgs[i]
		if !c.UIDs.Contains(m.UID) {
			continue
		}
		if c.UnchangedSince != nil && m.ModSeq > *c.UnchangedSince {
			left = append(left, m.UID)
			continue
		}
		f := Flags{System: c.Flags.System, Keywords: slices.Clone(c.Flags.Keywords)}
		has := func(k string) bool { return slices.Contains(c.Flags.Keywords, k) }
		switch c.Mode {
		case AddFlags:
			f.System |= m.Flags.System
			f.Keywords = slices.Compact(slices.Sorted(slices.Values(append(f.Keywords, m.Flags.Keywords...))))
		case RemoveFlags:
			f.System = m.Flags.System &^ c.Flags.System
			f.Keywords = slices.DeleteFunc(slices.Clone(m.Flags.Keywords), has)
		}
		if f.System != m.Flags.System || !slices.Equal(f.Keywords, m.Flags.Keywords) {
			m.Flags, m.ModSeq = f, b.modSeq
			changed = append(changed, m.Meta)
		}
	}
	s.mu.Unlock()
	s.changed(box)
	return changed, NewUIDSet(left...), nil
}

func (s *store) Expunge(_ context.Context, box MailboxID, uids UIDSet) ([]Meta, error) {
	s.mu.Lock()
	b, err := s.box(box)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	gone := s.remove(b, uids)
	s.mu.Unlock()
	s.changed(box)
	return gone, nil
}

func (s *store) remove(b *fakeBox, uids UIDSet) (gone []Meta) {
	b.modSeq++
	b.msgs = slices.DeleteFunc(b.msgs, func(m fakeMessage) bool {
		if uids.Contains(m.UID) {
			gone = append(gone, Meta{UID: m.UID, ModSeq: b.modSeq, Expunged: true})
			return true
		}
		return false
	})
	b.gone = append(b.gone, gone...)
	return gone
}

func (s *store) Copy(_ context.Context, c CopyRequest) (Copied, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, err := s.box(c.From)
	if err != nil {
		return Copied{}, err
	}
	to, err := s.box(c.To)
	if err != nil {
		return Copied{}, err
	}
	done := Copied{UIDValidity: 7}
	for _, m := range slices.Clone(from.msgs) {
		if c.UIDs.Contains(m.UID) {
			done.From = append(done.From, m.UID)
			done.To = append(done.To, s.deliver(to, m.text, m.Flags, m.Received).UID)
		}
	}
	if c.Move {
		s.remove(from, c.UIDs)
	}
	return done, nil
}

type fakeBody struct{ *bytes.Reader }

func (fakeBody) Close() error { return nil }

func (s *store) Body(_ context.Context, box MailboxID, uid UID) (Body, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.box(box)
	if err != nil {
		return nil, err
	}
	for _, m := range b.msgs {
		if m.UID == uid {
			return fakeBody{bytes.NewReader(m.text)}, nil
		}
	}
	return nil, ErrNotFound
}

func (s *store) Watch(ctx context.Context, changed func(MailboxID)) error {
	s.mu.Lock()
	s.watched++
	n := s.watched
	s.watchers[n] = changed
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	delete(s.watchers, n)
	s.mu.Unlock()
	return ctx.Err()
}

func (s *store) Close() error { s.closed++; return nil }

// logTo logs to a buffer.
func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// backendOf opens the same account for everybody.
func backendOf(a Account) Backend {
	return BackendFunc(func(context.Context, *Conn) (Account, error) { return a, nil })
}

// A shortStore has bodies that say they are longer than they are.
type shortStore struct{ *store }

type shortBody struct{ Body }

func (b shortBody) Size() int64 { return b.Body.Size() + 1 }

func (s *shortStore) Body(ctx context.Context, box MailboxID, uid UID) (Body, error) {
	b, err := s.store.Body(ctx, box, uid)
	return shortBody{b}, err
}
