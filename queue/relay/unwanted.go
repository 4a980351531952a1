package relay

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/internal/ascii"
	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/report"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// The verdicts on what a destination is not to get.
var (
	replyDropped  = smtp.R(250, smtp.Enhanced{2, 0, 0}, "automatic reply dropped, as the destination is set up")
	reportDropped = smtp.R(250, smtp.Enhanced{2, 0, 0}, "report dropped, as the destination is set up")
)

// unwanted is the verdict on a message that the destination is not to get, or nil.
func unwanted(m *mime.Message, d *queue.Delivery, c *queue.Content) error {
	if c.NoReplies {
		a, err := convert.Recognise(m)
		if err != nil {
			return fmt.Errorf("relay: reading the message: %w", err)
		}
		if a.IsReply() {
			return replyDropped
		}
	}
	// A report comes from the null path (RFC 3464, 2); one that somebody passes on is his message.
	if !c.NoDelivered && !c.NoFailed || !d.Message.From.Path.IsNull() {
		return nil
	}
	found, err := report.Find(m, nil)
	if errors.Is(err, report.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	if found.Delivery == nil || slices.ContainsFunc(found.Delivery.Recipients, func(r report.Recipient) bool { return wanted(r.Action, c) }) {
		return nil
	}
	return reportDropped
}

// wanted tells whether a destination is to learn of what became of a recipient: one of several is enough for all to be told.
func wanted(a report.Action, c *queue.Content) bool {
	if a == report.Failed || a == report.Delayed {
		return !c.NoFailed
	}
	return !c.NoDelivered
}

// isSealed tells whether the message has a signature over all of it, or is encrypted, so that no octet of it may change.
func isSealed(m *mime.Message) (bool, error) {
	switch m.Root.Type {
	case "multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true, nil
	}
	h, err := m.Root.Header()
	if err != nil {
		return false, fmt.Errorf("relay: reading the message: %w", err)
	}
	for f := range h.All() {
		if ascii.EqualFold(f.Name, "DKIM-Signature") {
			return true, nil
		}
	}
	return false, nil
}
