package nntp

import "strings"

// errClientOver is what a method returns once the conversation is over: first that
// it is, then why, so that nobody takes the reason for what this call met.
type errClientOver struct{ cause error }

// Error implements error.
func (e errClientOver) Error() string {
	return "nntp: the conversation is over: " + strings.TrimPrefix(e.cause.Error(), "nntp: ")
}

// Unwrap returns why it is over.
func (e errClientOver) Unwrap() error { return e.cause }
