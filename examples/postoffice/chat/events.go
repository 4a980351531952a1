package chat

import (
	"fmt"

	"github.com/wirepost/wirepost/rvp"
)

// event shows what somebody has done.
func (s *session) event(e rvp.ClientEvent) {
	switch e := e.(type) {
	case *rvp.PresenceEvent:
		s.presence(e)
	case *rvp.MessageEvent:
		s.message(e)
	case *rvp.ConnectionEvent:
		switch e.Status {
		case rvp.Lost:
			s.print("* the server is gone (%v); waiting for it", e.Err)
		case rvp.Restored:
			s.print("* the server is back")
		}
	}
}

func (s *session) presence(e *rvp.PresenceEvent) {
	name := s.nameOf(e.Node)
	switch {
	case e.Node == s.client.Node():
	case e.Err != nil:
		s.print("* nothing is known of %s: %s", name, reason(e.Err))
	case e.State != e.Before:
		s.print("* %s is %s", name, line(string(e.State)))
	}
}

func (s *session) message(e *rvp.MessageEvent) {
	name := s.nameOf(e.From.Node)
	kind := e.Message.Kind()
	if kind == rvp.Typing {
		s.print("* %s is typing", name)
		return
	}
	t := s.enter(e.Conversation, false)
	where := ""
	if t != s.now() {
		where = fmt.Sprintf("[%d] ", t.number)
	}
	switch kind {
	case rvp.Text:
		s.print("%s<%s> %s", where, name, paragraph(string(e.Message.Body)))
	case rvp.Leave:
		s.print("%s* %s has left the conversation", where, name)
		if len(t.Members()) == 0 {
			s.drop(t)
		}
	default:
		s.print("%s* in this conversation: %s", where, s.names(t.Members()))
	}
}
