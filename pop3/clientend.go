package pop3

import (
	"fmt"
	"net"
	"strings"
)

// Err is why the conversation is over, nil while it is not: the server has hung up,
// say, or a context has ended. A refusal, which is a Reply, does not end it. After
// Close it is net.ErrClosed. Once there is an error, every method returns it.
func (c *Client) Err() error {
	if c.broken == nil && c.closed {
		return fmt.Errorf("pop3: client is closed: %w", net.ErrClosed)
	}
	return c.broken
}

// errClientOver is what a method returns once the conversation is over: first that
// it is, then why, so that nobody takes the reason for what this call met.
type errClientOver struct{ cause error }

// Error implements error.
func (e errClientOver) Error() string {
	return "pop3: the conversation is over: " + strings.TrimPrefix(e.cause.Error(), "pop3: ")
}

// Unwrap returns why it is over.
func (e errClientOver) Unwrap() error { return e.cause }
