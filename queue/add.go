package queue

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/internal/skim"
	"github.com/wirepost/wirepost/smtp"
)

// A Submission is a message that the queue is to take.
type Submission struct {
	Envelope *smtp.Envelope
	Body     io.Reader // with its Received header already in front
	Size     int64     // of the body, -1 if it is not known

	// ID becomes the Message's, in the form that is told there; one is made if it is empty. With an ID of the caller's own, what is tried again after an
	// uncertain outcome is taken once.
	ID string

	// Own tells that it comes from our own users or programs, not from another host; see NoAccept.
	Own bool

	Source   string            // as in Message
	Priority *Priority         // nil: what the envelope says
	Tags     map[string]string // as in Message
}

// NewID makes an ID for a message, which is unique for ever.
func NewID() string { return rand.Text() }

// Add takes a message: it is durable on return. Each recipient has a way or an end from then on, and the sender gets
// reports. The errors of the Store tell why it could not be taken, or a smtp.Reply does: NotAccepting, NotQueuing, or that
// the message goes in circles. ErrExists is as good as nil, for a caller that tries again; the octets that came again are
// removed like all that no message names.
func (q *Queue) Add(ctx context.Context, s Submission) (id string, err error) {
	q.init()
	switch {
	case q.off(NoQueue):
		return "", NotQueuing
	case q.off(NoAccept) && !s.Own:
		return "", NotAccepting
	}
	if err := s.check(); err != nil {
		return "", err
	}
	now, err := q.Store.Now(ctx)
	if err != nil {
		return "", err
	}
	m := Message{
		ID:      cmp.Or(s.ID, NewID()),
		From:    s.Envelope.From,
		Arrived: now,
		Source:  s.Source,
		Tags:    s.Tags,
	}
	head := &hopReader{Reader: skim.Reader{R: s.Body}, limit: q.Limits.hops()}
	if m.Body, m.Size, err = q.keep(ctx, head, s.Size); err != nil {
		return "", cmp.Or(head.err, err)
	}
	m.MessageID, m.TLSOptional = head.MessageID(), head.TLSOptional() && !m.From.RequireTLS
	priority := PriorityOf(s.Envelope.From.Priority)
	if s.Priority != nil {
		priority = *s.Priority
	}
	to := recipients(s.Envelope.To)
	routes, groups, err := q.group(ctx, to)
	if err != nil {
		return "", err
	}
	received := time.Now() // before it can be sent
	if err := q.Store.Add(ctx, Entry{Message: m, Items: q.items(&m, m.ID, priority, routes, groups)}); err != nil {
		return m.ID, err
	}
	q.wakeUp()
	q.counters.accepted(1, m.Size)
	q.track(ctx, &m, to, Event{Kind: Received, Time: received})
	return m.ID, nil
}

// The bounds of what a Submission brings.
const (
	maxID   = 64
	maxTags = 16
	maxTag  = 256
)

// check tells what is wrong with a Submission.
func (s *Submission) check() error {
	switch {
	case s.Envelope == nil || len(s.Envelope.To) == 0:
		return errors.New("queue: a submission needs an envelope with at least one recipient")
	case s.Body == nil:
		return errors.New("queue: a submission needs a body")
	case !validID(s.ID):
		return fmt.Errorf("queue: ID %.80q: use letters, digits, '.', '-' and '_', %d at most", s.ID, maxID)
	case s.Priority != nil && *s.Priority > NonUrgent:
		return fmt.Errorf("queue: there is no priority %d", *s.Priority)
	case len(s.Tags) > maxTags:
		return fmt.Errorf("queue: %d tags, %d at most are kept", len(s.Tags), maxTags)
	}
	for k, v := range s.Tags {
		if len(k)+len(v) > maxTag {
			return fmt.Errorf("queue: tag %.40q and its value have %d octets, %d at most are kept", k, len(k)+len(v), maxTag)
		}
	}
	return nil
}

func validID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return len(id) <= maxID
}

// keep has the Store keep octets, and tells how many there are.
func (q *Queue) keep(ctx context.Context, r io.Reader, size int64) (body string, n int64, err error) {
	t := &tally{r: r}
	body, err = q.Store.PutBody(ctx, t, size)
	return body, t.n, err
}

// A tally counts what is read.
type tally struct {
	r io.Reader
	n int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	return n, err
}

// recipients numbers them.
func recipients(params []smtp.RcptParams) []Recipient {
	to := make([]Recipient, len(params))
	for i, r := range params {
		to[i] = Recipient{Index: i, RcptParams: r}
	}
	return to
}

// items makes the Items for the recipients of each route. Their IDs begin with prefix, and a sign that no Message's ID has.
func (q *Queue) items(m *Message, prefix string, p Priority, routes []Route, groups [][]Recipient) []Item {
	var items []Item
	for i, route := range routes {
		s := q.schedule(route, p)
		first := m.Arrived
		if m.From.HoldUntil.After(first) { // RFC 4865, 3
			first = m.From.HoldUntil
		}
		item := Item{
			Message:  m.ID,
			Route:    route.Name,
			Priority: p,
			Expires:  expires(s, m, first),
			History:  History{First: first},
		}
		item.Due = first
		if item.Expires.Before(first) { // the sender wants it back before it may be sent
			item.Due = item.Expires
		}
		if route.Options.Park {
			item.State = Parked
		}
		for group := range slices.Chunk(groups[i], q.Limits.recipients()) {
			item.ID = prefix + ":" + strconv.Itoa(len(items))
			item.To = slices.Clip(group)
			items = append(items, item)
		}
	}
	return items
}

// expires is when a message goes back: as its schedule says, or earlier if the sender wants it by then (RFC 2852, 4.1).
func expires(s Schedule, m *Message, first time.Time) time.Time {
	t := s.Expires(first)
	if by := m.From.DeliverBy; by.Mode == smtp.DeliverByReturn {
		if deadline := m.Arrived.Add(by.In); deadline.Before(t) {
			return deadline
		}
	}
	return t
}

// group puts together the recipients that go the same way. Those for whom there is none share the Route without a name.
func (q *Queue) group(ctx context.Context, to []Recipient) (routes []Route, groups [][]Recipient, err error) {
	places := make(map[string]int)
	for _, r := range to {
		var route Route
		err := guarded("Router", func() (err error) {
			route, err = q.router().Route(ctx, r.Path, q.shaper.down)
			return err
		})
		if err != nil && !errors.Is(err, ErrNoRoute) {
			return nil, nil, fmt.Errorf("queue: routing: %w", err)
		}
		if err != nil {
			route = Route{}
		}
		i, known := places[route.Name]
		if !known {
			i = len(routes)
			places[route.Name] = i
			routes, groups = append(routes, route), append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return routes, groups, nil
}
