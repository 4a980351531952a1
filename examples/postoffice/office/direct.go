package office

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/skim"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// Data takes the message: what is for our own users is in their mailboxes then, all else in the queue. Those who turn out
// to have no room get it by way of the queue, which tells the sender: one reply cannot say who they are.
func (s *inboundSession) Data(ctx context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	if s.queued {
		return s.enqueue(ctx, env, body)
	}
	again, closeSpool, err := s.spool(body)
	if err != nil {
		return smtp.Reply{}, err
	}
	defer closeSpool()
	refused, err := s.direct(ctx, env, again)
	if err != nil {
		return smtp.Reply{}, err
	}
	left := &smtp.Envelope{From: env.From}
	for i, r := range refused {
		if r.Code != 0 {
			left.To = append(left.To, env.To[i])
		}
	}
	switch len(left.To) {
	case 0:
	case len(env.To):
		return smtp.Reply{}, refused[0]
	default:
		return s.enqueue(ctx, left, again())
	}
	return smtp.R(250, smtp.Enhanced{2, 0, 0}, "delivered"), nil
}

// DataEach implements smtp.EachSession, for LMTP and PRDR: who has no room is refused by himself.
func (s *inboundSession) DataEach(ctx context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	if s.queued {
		r, err := s.enqueue(ctx, env, body)
		return slices.Repeat([]smtp.Reply{r}, len(env.To)), err
	}
	again, closeSpool, err := s.spool(body)
	if err != nil {
		return nil, err
	}
	defer closeSpool()
	replies, err := s.direct(ctx, env, again)
	for i := range replies {
		if replies[i].Code == 0 {
			replies[i] = smtp.R(250, smtp.Enhanced{2, 0, 0}, "delivered")
		}
	}
	return replies, err
}

// spool makes a message readable as often as there may be need. What is for one needs none.
func (s *inboundSession) spool(body io.Reader) (again func() io.Reader, closeSpool func(), err error) {
	if len(s.folders) == 1 {
		return func() io.Reader { return body }, func() {}, nil
	}
	kept, err := spooled(body)
	if err != nil {
		return nil, nil, err
	}
	return kept.reader, kept.close, nil
}

// direct puts the message into the mailboxes of all recipients, whose folders stand in their order, and returns what those
// are refused with who have no room.
func (s *inboundSession) direct(ctx context.Context, env *smtp.Envelope, body func() io.Reader) ([]smtp.Reply, error) {
	now := s.now()
	event := queue.Event{Message: queue.NewID(), Sender: env.From.Path, Source: s.source(), To: recipients(env), Size: env.From.Size}
	received := s.conn.ReceivedHeader(env, event.Message, now)
	refused := make([]smtp.Reply, len(s.folders))
	for folders := slices.Clone(s.folders); ; {
		head := &skim.Reader{R: body()}
		_, err := deliver(ctx, s.store, store.Delivery{To: folders, Received: now}, env.From.Path, io.MultiReader(strings.NewReader(received), head))
		if full, r, is := noRoom(err); is {
			for i, f := range s.folders {
				if f == full {
					refused[i] = r
				}
			}
			folders = slices.DeleteFunc(folders, func(f store.FolderID) bool { return f == full })
			if len(folders) > 0 {
				continue
			}
			return refused, nil
		}
		if errors.Is(err, systemFull) {
			s.log.ErrorContext(ctx, "mail is refused for now", "err", err)
		}
		if err != nil {
			return nil, err
		}
		event.MessageID = head.MessageID()
		break
	}
	event.To = slices.DeleteFunc(event.To, func(r queue.Recipient) bool { return refused[r.Index].Code != 0 })
	s.trackDirect(ctx, event, now)
	s.log.InfoContext(ctx, "delivered", "message", event.Message, "from", env.From.Path.String(), "recipients", len(event.To))
	return refused, nil
}

// enqueue gives the message to the queue.
func (s *inboundSession) enqueue(ctx context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	id := queue.NewID()
	received := s.conn.ReceivedHeader(env, id, s.now())
	var tags map[string]string
	if s.lists {
		tags = directTags(s.directly)
	}
	_, err := s.queue.Add(ctx, queue.Submission{
		Tags:     tags,
		Envelope: s.addressed(env),
		Body:     io.MultiReader(strings.NewReader(received), body),
		Size:     -1,
		ID:       id,
		Own:      s.own,
		Source:   s.source(),
	})
	if errors.Is(err, queue.ErrFull) {
		s.log.ErrorContext(ctx, "mail is refused for now", "err", err)
		return smtp.Reply{}, systemFull
	}
	if err != nil {
		return smtp.Reply{}, err
	}
	return smtp.R(250, smtp.Enhanced{2, 0, 0}, "queued as "+id), nil
}
