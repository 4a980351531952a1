package pop3

import (
	"context"
	"io"
	"slices"
)

// enterUTF8 says that the client takes UTF-8 in header fields (RFC 6856, 2.1).
func (c *Conn) enterUTF8(context.Context, struct{}) Reply {
	c.utf8 = true
	return utf8Reply
}

// asSent returns the messages with the sizes of what this client is sent. UTF8
// comes before the login, so that they stay as they are.
func (c *Conn) asSent(messages []Message) []Message {
	if _, ok := as[Downgrader](c.maildrop); !ok || c.utf8 {
		return messages
	}
	if !slices.ContainsFunc(messages, func(m Message) bool { return m.UTF8 }) {
		return messages
	}
	messages = slices.Clone(messages) // they are the Maildrop's
	for i := range messages {
		if m := &messages[i]; m.UTF8 {
			m.Size = m.SurrogateSize
		}
	}
	return messages
}

// openBody opens a message in a form that this client can take.
func (c *Conn) openBody(ctx context.Context, m *Message) (io.ReadCloser, error) {
	if !m.UTF8 || c.utf8 {
		return c.maildrop.Body(ctx, m.ID)
	}
	if d, ok := as[Downgrader](c.maildrop); ok {
		return d.Surrogate(ctx, m.ID)
	}
	return nil, needsUTF8
}
