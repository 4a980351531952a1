package imap4

import (
	"errors"

	"github.com/wirepost/wirepost/imap4/internal/match"
)

func isGone(err error) bool { return errors.Is(err, ErrNotFound) }

// inSummary asks what the summary knows, and if that does not do and d allows it
// the header.
func (e *evaluation) inSummary(q *Query, m *candidate, d depth) verdict {
	sum, err := m.summarize(m.ctx)
	if err != nil {
		m.err = err
		return no
	}
	switch q.Key {
	case SentBefore:
		return is(!sum.Sent.IsZero() && match.Before(sum.Sent, q.Date))
	case SentOn:
		return is(!sum.Sent.IsZero() && match.On(sum.Sent, q.Date))
	case SentSince:
		return is(!sum.Sent.IsZero() && match.Since(sum.Sent, q.Date))
	}
	s := e.texts[q]
	s.Reset()
	has, known := match.Known(sum, q.Field, s)
	if !known {
		if d < byBody {
			return open
		}
		parts, err := m.parts(m.ctx)
		if err != nil {
			m.err = err
			return no
		}
		header, err := parts.Root.Header()
		if err != nil {
			m.err = err
			return no
		}
		s.Reset()
		has = match.Field(&header, q.Field, s)
	}
	return is(has && (q.Text == "" || s.Found(0)))
}

// inBody looks through the message.
func (e *evaluation) inBody(q *Query, m *candidate) verdict {
	parts, err := m.parts(m.ctx)
	if err != nil {
		m.err = err
		return no
	}
	s := e.texts[q]
	s.Reset()
	if q.Key == AnyText {
		err = match.Text(m.ctx, parts, s)
	} else {
		err = match.Body(m.ctx, parts, s)
	}
	if err != nil {
		m.err = err
		return no
	}
	return is(q.Text == "" || s.Found(0))
}
