package imap4

import (
	"context"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/imap4/internal/summary"
	"github.com/wirepost/wirepost/mime"
)

// A message is one that a command looks into. What is opened for it is closed by
// close.
type message struct {
	c *Conn
	*found
	box    *view      // where it is; nil for the mailbox that is open
	made   *[]Summary // where a new summary is left for the store, if not nil
	body   Body
	parsed *mime.Message
}

// open opens the message; ErrNotFound if it is gone.
func (m *message) open(ctx context.Context) error {
	if m.body != nil {
		return nil
	}
	box := m.box
	if box == nil {
		box = m.c.box
	}
	body, err := m.c.account.Body(ctx, box.id, m.UID)
	m.body = body
	return err
}

// close closes what was opened, and lets go of the summary, which may be large.
func (m *message) close(ctx context.Context) {
	if m.found != nil {
		m.sum = nil
	}
	if m.body == nil {
		return
	}
	if err := m.body.Close(); err != nil {
		m.c.srv.logger().WarnContext(ctx, "imap4: message did not close", "user", m.c.identity.Name(), "err", err)
	}
	m.body, m.parsed = nil, nil
}

// summarize makes sure that there is a summary.
func (m *message) summarize(ctx context.Context) (*summary.Summary, error) {
	if m.sum != nil {
		return m.sum, nil
	}
	if err := m.open(ctx); err != nil {
		return nil, err
	}
	parsed, err := mime.Index(m.body, m.body.Size(), mime.Limits{})
	if err != nil {
		return nil, fmt.Errorf("looking through a message: %w", err)
	}
	sum, err := summary.New(parsed)
	if err != nil {
		return nil, fmt.Errorf("looking through a message: %w", err)
	}
	m.parsed, m.sum = parsed, sum
	if m.box == nil {
		m.c.srv.known.Put(m.c.summaryKey(&m.Meta), sum)
	}
	if _, keeps := as[SummaryCache](m.c.account); keeps && m.made != nil && m.EmailID != "" {
		m.leave(ctx, Summary{EmailID: m.EmailID, Data: sum.AppendTo(nil)})
	}
	return sum, nil
}

// largeSummary is more than most have octets, by far.
const largeSummary = 32 << 10

// leave leaves a summary for the store. A large one goes there at once, with those
// that were left before.
func (m *message) leave(ctx context.Context, s Summary) {
	*m.made = append(*m.made, s)
	if len(s.Data) > largeSummary {
		m.c.keep(ctx, *m.made)
		*m.made = nil
	}
}

// parts opens the message as the parts that it is made of.
func (m *message) parts(ctx context.Context) (*mime.Message, error) {
	if m.parsed != nil {
		return m.parsed, nil
	}
	sum, err := m.summarize(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.open(ctx); err != nil {
		return nil, err
	}
	if m.parsed == nil {
		m.parsed, err = sum.Message(m.body)
	}
	if errors.Is(err, mime.ErrIndex) {
		m.parsed, err = mime.Index(m.body, m.body.Size(), mime.Limits{})
	}
	return m.parsed, err
}
