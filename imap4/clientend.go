package imap4

import (
	"fmt"
	"net"
	"strings"
)

// Err is why the conversation is over, nil while it is not: the server has hung up,
// say, or a context has ended. A refusal, which is a Reply, does not end it, unless
// it is the server's BYE. After Close it is net.ErrClosed. Once there is an error,
// every method returns it. It must not be called while another goroutine is in one.
func (c *Client) Err() error {
	if c.conn.broken == nil && c.conn.closed.Load() {
		return fmt.Errorf("imap4: client is closed: %w", net.ErrClosed)
	}
	return c.conn.broken
}

// errClientOver is what a method returns once the conversation is over: first that
// it is, then why, so that nobody takes the reason for what this call met.
type errClientOver struct{ cause error }

// Error implements error.
func (e errClientOver) Error() string {
	return "imap4: the conversation is over: " + strings.TrimPrefix(e.cause.Error(), "imap4: ")
}

// Unwrap returns why it is over.
func (e errClientOver) Unwrap() error { return e.cause }
