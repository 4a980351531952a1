package chat

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wirepost/wirepost/rvp"
)

// maxTalks is how many conversations are kept; the oldest ones go.
const maxTalks = 20

// A talk is a conversation, and what the user calls it.
type talk struct {
	*rvp.Conversation
	number int
	typed  time.Time // when others were told last that the user is typing
}

// enter returns the talk of a conversation, which is added if it is new. The first
// one, and any that the user has chosen, is what he writes in.
func (s *session) enter(c *rvp.Conversation, chosen bool) *talk {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.talks, func(t *talk) bool { return t.Session() == c.Session() })
	if i < 0 {
		s.numbers++
		s.talks = append(s.talks, &talk{Conversation: c, number: s.numbers})
		i = len(s.talks) - 1
	}
	t := s.talks[i]
	if chosen || s.current == nil {
		s.current = t
	}
	if len(s.talks) > maxTalks {
		i := slices.IndexFunc(s.talks, func(old *talk) bool { return old != s.current })
		s.talks = slices.Delete(s.talks, i, i+1)
	}
	return t
}

// with returns the talk with exactly these users, or begins one.
func (s *session) with(members []rvp.Node) *talk {
	s.mu.Lock()
	all := slices.Clone(s.talks)
	s.mu.Unlock()
	for _, t := range all {
		if sameNodes(t.Members(), members) {
			return s.enter(t.Conversation, true)
		}
	}
	return s.enter(s.client.Converse(members...), true)
}

func sameNodes(a, b []rvp.Node) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, rvp.Node.Compare)
	slices.SortFunc(b, rvp.Node.Compare)
	return slices.Equal(a, b)
}

// now returns the talk that the user writes in, or nil.
func (s *session) now() *talk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// drop forgets a talk.
func (s *session) drop(t *talk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.talks = slices.DeleteFunc(s.talks, func(old *talk) bool { return old == t })
	if s.current == t {
		s.current = nil
	}
}

var errNoTalk = errors.New("you are in no conversation: begin one with /to NAME")

// say sends text to those in the current talk.
func (s *session) say(ctx context.Context, text string) error {
	t := s.now()
	if t == nil {
		return errNoTalk
	}
	return t.Send(ctx, text)
}

// typing tells the others that the user is typing a line, unless it is a command.
func (s *session) typing(line string) {
	if line == "" || line[0] == '/' {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.current
	if t == nil || time.Since(t.typed) < 4*time.Second {
		return
	}
	t.typed = time.Now()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = t.Typing(ctx) // nobody waits for it
	}()
}
