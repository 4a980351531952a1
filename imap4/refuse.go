package imap4

import (
	"context"
	"errors"
)

// refusals are the answers to the errors that an Account can refuse by
// (RFC 5530).
var refusals = []struct {
	err   error
	reply Reply
}{
	{ErrNotFound, No("NONEXISTENT", "no such mailbox or message")},
	{ErrExists, No("ALREADYEXISTS", "there is a mailbox of that name")},
	{ErrHasChildren, No("HASCHILDREN", "there are mailboxes below it")},
	{ErrCannot, No("CANNOT", "not possible here")},
	{ErrNoPermission, noPermission},
	{ErrOverQuota, No("OVERQUOTA", "over quota")},
	{ErrLimit, No("LIMIT", "over a limit of the server")},
	{ErrNoSpace, No("UNAVAILABLE", "no space left on the server")},
	{ErrTooBig, messageTooBig},
	{ErrInUse, No("INUSE", "in use, try again later")},
}

// replyTo is what the client is told of an error of the Backend or the Account.
// A Reply that says yes, or nothing, cannot be: that is a mistake, and no reason
// to let pass what was refused.
func (c *Conn) replyTo(ctx context.Context, err error) Reply {
	if r, ok := errors.AsType[Reply](err); ok && r.Status > StatusOK {
		return r
	}
	if errors.Is(err, errLost) {
		return Reply{}
	}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			return known.reply
		}
	}
	c.srv.logger().ErrorContext(ctx, "imap4: account failed", "user", c.identity.Name(), "err", err)
	if errors.Is(err, context.DeadlineExceeded) {
		return unavailable
	}
	return localError
}
