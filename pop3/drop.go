package pop3

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// A snapshot is what a session sees of a maildrop: the messages as they were at
// the login, numbered from 1, and which of them are marked as deleted.
type snapshot struct {
	messages []Message
	deleted  []bool // nil until the first mark
	count    int    // of those that are not deleted
	octets   int64  // of those that are not deleted
}

// newSnapshot checks what a Maildrop lists: a client that met an improper or a
// repeated UIDL could delete mail that it never fetched.
func newSnapshot(messages []Message) (snapshot, error) {
	s := snapshot{messages: messages, count: len(messages)}
	ids := make(map[string]struct{}, len(messages))
	uidls := make(map[string]struct{}, len(messages))
	for i, m := range messages {
		switch {
		case !isUIDL(m.UIDL):
			return snapshot{}, fmt.Errorf("pop3: message %d has the UIDL %q: want 1 to 70 printable octets without space", i+1, m.UIDL)
		case m.Size < 0 || m.Size > math.MaxInt64-s.octets:
			return snapshot{}, fmt.Errorf("pop3: message %d has the size %d", i+1, m.Size)
		}
		ids[m.ID] = struct{}{}
		uidls[m.UIDL] = struct{}{}
		s.octets += m.Size
	}
	switch {
	case len(ids) < len(messages):
		return snapshot{}, errors.New("pop3: two messages have the same ID")
	case len(uidls) < len(messages):
		return snapshot{}, errors.New("pop3: two messages have the same UIDL")
	}
	return s, nil
}

// maxUIDL is the longest unique-id (RFC 1939, 7).
const maxUIDL = 70

func isUIDL(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != "" && len(s) <= maxUIDL
}

// message returns message n. A Reply other than the zero one says why there is
// none.
func (s *snapshot) message(n int) (*Message, Reply) {
	switch {
	case n < 1 || n > len(s.messages):
		return nil, noSuchMessage
	case s.isDeleted(n):
		return nil, isDeleted
	}
	return &s.messages[n-1], Reply{}
}

func (s *snapshot) isDeleted(n int) bool { return s.deleted != nil && s.deleted[n-1] }

// mark marks message n, which there is, as deleted.
func (s *snapshot) mark(n int) {
	if s.deleted == nil {
		s.deleted = make([]bool, len(s.messages))
	}
	s.deleted[n-1] = true
	s.count--
	s.octets -= s.messages[n-1].Size
}

// reset takes all marks away.
func (s *snapshot) reset() {
	for i, deleted := range s.deleted {
		if deleted {
			s.count++
			s.octets += s.messages[i].Size
		}
	}
	s.deleted = nil
}

// marked returns the IDs of the deleted messages.
func (s *snapshot) marked() []string {
	var ids []string
	for i, deleted := range s.deleted {
		if deleted {
			ids = append(ids, s.messages[i].ID)
		}
	}
	return ids
}

// lines returns a body with one line for each message that is not deleted: its
// number, and what format appends.
func (s *snapshot) lines(format func([]byte, *Message) []byte) *listing {
	return &listing{
		length: len(s.messages),
		format: func(b []byte, i int) []byte {
			if s.isDeleted(i + 1) {
				return b
			}
			return append(format(appendNumber(b, i+1), &s.messages[i]), "\r\n"...)
		},
	}
}

// describe says how much there is.
func (s *snapshot) describe(l *language) string {
	noun := "messages"
	if s.count == 1 {
		noun = "message"
	}
	b := appendNumber(nil, s.count)
	b = append(append(b, l.text(noun)...), " ("...)
	b = strconv.AppendInt(b, s.octets, 10)
	return string(append(b, " "+l.text("octets")+")"...))
}
