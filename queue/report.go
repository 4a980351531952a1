package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wirepost/wirepost/internal/skim"
	"github.com/wirepost/wirepost/smtp"
)

// An Action is what a report says of a recipient (RFC 3464, 2.3.3).
type Action uint8

// The actions.
const (
	ActionFailed Action = 1 + iota
	ActionDelayed
	ActionDelivered
	ActionRelayed
	ActionExpanded
)

// String is the value of the field Action.
func (a Action) String() string {
	switch a {
	case ActionFailed:
		return "failed"
	case ActionDelayed:
		return "delayed"
	case ActionDelivered:
		return "delivered"
	case ActionRelayed:
		return "relayed"
	case ActionExpanded:
		return "expanded"
	}
	return "unknown"
}

// A Report is what the sender of a message is to be told, about some recipients.
type Report struct {
	Message    *Message
	Body       Body // the message itself; empty if the Store has lost it
	Arrived    time.Time
	Made       time.Time
	Expires    time.Time // until when those that are delayed are tried
	Recipients []ReportRecipient
}

// A ReportRecipient is what became of one recipient.
type ReportRecipient struct {
	Recipient
	Action Action
	Reply  smtp.Reply
	Remote string // the host that gave the Reply; empty: our own
}

func (r *Report) add(a Action, to Recipient, res Result) {
	r.Recipients = append(r.Recipients, ReportRecipient{to, a, res.Reply, res.Remote})
}

// A Reporter writes the messages that tell senders, and perhaps others, of the fate of mail.
type Reporter interface {
	// Report writes what is to be sent because of r, which may be nothing. The queue sends it with a null reverse path.
	// Nobody but an administrator is ever told of a message whose own reverse path is null (RFC 5321, 4.5.5).
	Report(ctx context.Context, r *Report) ([]Letter, error)
}

// A Letter is a message that the queue is to send for itself.
type Letter struct {
	To   []smtp.RcptParams
	Body io.Reader
	Size int64 // -1 if it is not known
	Kind smtp.BodyType
	UTF8 bool

	// RequireTLS asks for the protection that the message had which it is about (RFC 8689, 5).
	RequireTLS bool
}

// report has the reports written and makes entries of them, to be added where the item is settled.
func (q *Queue) report(ctx context.Context, r *Report) (entries []Entry, err error) {
	if q.Reporter == nil || len(r.Recipients) == 0 {
		return nil, nil
	}
	body, err := q.Store.OpenBody(ctx, r.Message.Body)
	if errors.Is(err, ErrNotFound) { // the sender is told all the same
		body, err = noBody{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	r.Body = body
	err = guarded("Reporter", func() error {
		letters, err := q.Reporter.Report(ctx, r)
		if err != nil {
			return fmt.Errorf("queue: writing a report: %w", err)
		}
		for _, l := range letters {
			if len(l.To) == 0 {
				continue
			}
			e, err := q.letter(ctx, &l, r.Made)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// letter keeps the body of a letter and makes its entry. Its source is the queue itself.
func (q *Queue) letter(ctx context.Context, l *Letter, now time.Time) (Entry, error) {
	m := Message{
		ID:      NewID(),
		From:    smtp.MailParams{Body: l.Kind, UTF8: l.UTF8, RequireTLS: l.RequireTLS},
		Arrived: now,
		Source:  sourceReports,
	}
	var err error
	head := &skim.Reader{R: l.Body}
	if m.Body, m.Size, err = q.keep(ctx, head, l.Size); err != nil {
		return Entry{}, err
	}
	m.MessageID, m.TLSOptional = head.MessageID(), head.TLSOptional() && !l.RequireTLS
	routes, groups, err := q.group(ctx, recipients(l.To))
	if err != nil {
		return Entry{}, err
	}
	return Entry{Message: m, Items: q.items(&m, m.ID, Normal, routes, groups)}, nil
}

// sourceReports is the Source of what the queue itself sends.
const sourceReports = "(reports)"

// noBody stands for a message that is lost.
type noBody struct{}

func (noBody) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }
func (noBody) Size() int64                       { return 0 }
func (noBody) Close() error                      { return nil }
