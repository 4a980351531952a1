package office

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/smtp"
)

// inbound is the smtp.Backend that puts mail into the store.
type inbound struct {
	store store.Store
	now   func() time.Time
	log   *slog.Logger
}

// The refusals.
var (
	noSuchUser    = smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user here")
	userDisabled  = smtp.R(550, smtp.Enhanced{5, 2, 1}, "mailbox disabled")
	mailboxFull   = smtp.R(552, smtp.Enhanced{5, 2, 2}, "mailbox full")
	systemFull    = smtp.R(452, smtp.Enhanced{4, 3, 1}, "no space left, try again later")
	noWayOut      = smtp.R(550, smtp.Enhanced{5, 7, 1}, "this server delivers to its own users only")
	tooManyCopies = smtp.R(452, smtp.Enhanced{4, 5, 3}, "too many recipients, send the rest in another transaction")
)

// noRelay refuses everybody: there is no queue yet that could send mail out.
func noRelay(ctx context.Context, c *smtp.Conn, to smtp.Path) error {
	if err := smtp.RelayForLogins(ctx, c, to); err != nil {
		return err
	}
	return noWayOut
}

// NewSession implements smtp.Backend.
func (b *inbound) NewSession(_ context.Context, c *smtp.Conn) (smtp.Session, error) {
	return &inboundSession{inbound: b, conn: c}, nil
}

// An inboundSession takes mail from one client.
type inboundSession struct {
	*inbound
	conn    *smtp.Conn
	size    int64            // of the message, as it was declared; 0 if it was not
	folders []store.FolderID // of the accepted recipients
}

// Mail implements smtp.Session.
func (s *inboundSession) Mail(_ context.Context, from smtp.MailParams) error {
	s.size = from.Size
	return nil
}

// Rcpt implements smtp.Session.
func (s *inboundSession) Rcpt(ctx context.Context, to smtp.RcptParams) error {
	account, err := s.store.Resolve(ctx, addressOf(to.Path.Local, to.Path.Domain))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrInvalid):
		return noSuchUser
	case err != nil:
		return err
	case account.Disabled:
		return userDisabled
	case account.Quota > 0 && account.Used+max(s.size, 1) > account.Quota:
		return mailboxFull
	case len(s.folders) >= store.MaxRecipients:
		return tooManyCopies
	}
	s.folders = append(s.folders, account.Inbox)
	return nil
}

// Data stores the message once for all recipients, with the headers that
// final delivery adds (RFC 5321, 4.4).
func (s *inboundSession) Data(ctx context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	now := s.now()
	sender := env.From.Path.String()
	header := "Return-Path: <" + sender + ">\r\n" + s.conn.ReceivedHeader(env, "", now)
	receipt, err := s.store.Deliver(ctx, store.Delivery{
		To:       s.folders,
		Sender:   sender,
		Received: now,
	}, io.MultiReader(strings.NewReader(header), body))
	switch {
	case errors.Is(err, store.ErrQuota):
		return smtp.Reply{}, mailboxFull
	case errors.Is(err, store.ErrFull):
		s.log.ErrorContext(ctx, "mail is refused for now", "err", err)
		return smtp.Reply{}, systemFull
	case err != nil:
		return smtp.Reply{}, err
	}
	s.log.InfoContext(ctx, "delivered", "from", sender, "recipients", len(receipt.Placed), "octets", receipt.Size)
	return smtp.R(250, smtp.Enhanced{2, 0, 0}, "delivered"), nil
}

// Reset implements smtp.Session.
func (s *inboundSession) Reset() { s.size, s.folders = 0, nil }

// Close implements smtp.Session.
func (s *inboundSession) Close() error { return nil }
