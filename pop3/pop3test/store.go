package pop3test

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// A Store is a pop3.Backend that keeps messages in memory. Everybody who logs
// in has a maildrop, which may be empty; names are folded as auth.FoldName
// does. The zero value is empty and ready. Its methods may be called at once
// from many goroutines; it must not be copied.
type Store struct {
	mu    sync.Mutex
	boxes map[string]*box
}

var _ pop3.Backend = (*Store)(nil)

// A box is one user's maildrop.
type box struct {
	last     int // the number of the message that came last
	locked   bool
	messages []message
}

type message struct {
	id   string
	text string
}

// Deliver adds a message, whose lines end in CRLF. A session that is open does
// not see it. One with octets outside ASCII in its header is for clients that
// have sent UTF8 (RFC 6856).
func (s *Store) Deliver(user, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.box(user)
	b.last++
	b.messages = append(b.messages, message{strconv.Itoa(b.last), text})
}

// Messages returns the messages that are there now.
func (s *Store) Messages(user string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var texts []string
	for _, m := range s.box(user).messages {
		texts = append(texts, m.text)
	}
	return texts
}

// Locked reports whether the maildrop is open in a session.
func (s *Store) Locked(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.box(user).locked
}

func (s *Store) box(user string) *box {
	if folded, err := auth.FoldName(user); err == nil {
		user = folded
	}
	if s.boxes == nil {
		s.boxes = make(map[string]*box)
	}
	b := s.boxes[user]
	if b == nil {
		b = new(box)
		s.boxes[user] = b
	}
	return b
}

// Open implements pop3.Backend.
func (s *Store) Open(_ context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.box(c.Identity().Name())
	if b.locked {
		return nil, pop3.ErrInUse
	}
	b.locked = true
	return &maildrop{store: s, box: b, messages: slices.Clone(b.messages)}, nil
}

// A maildrop is a box in one session, and the messages as they were then.
type maildrop struct {
	store    *Store
	box      *box
	messages []message
}

func (d *maildrop) Messages(context.Context) ([]pop3.Message, error) {
	list := make([]pop3.Message, len(d.messages))
	for i, m := range d.messages {
		header, _, _ := strings.Cut(m.text, "\r\n\r\n")
		list[i] = pop3.Message{ID: m.id, UIDL: m.id, Size: int64(len(m.text)), UTF8: !isASCII(header)}
	}
	return list, nil
}

func (d *maildrop) Body(_ context.Context, id string) (io.ReadCloser, error) {
	for _, m := range d.messages {
		if m.id == id {
			return io.NopCloser(strings.NewReader(m.text)), nil
		}
	}
	return nil, pop3.Err("", "no such message")
}

func (d *maildrop) Commit(_ context.Context, deleted []string) error {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	d.box.messages = slices.DeleteFunc(d.box.messages, func(m message) bool {
		return slices.Contains(deleted, m.id)
	})
	return nil
}

func (d *maildrop) Close() error {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	d.box.locked = false
	return nil
}
