package office

import (
	"context"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

const switchedOff = "this service is switched off for you; ask the administrator"

// The refusals of those who have logged in to what they may not use: each protocol's own for a policy about accounts.
var (
	noPOP3       = pop3.Err(pop3.BadAuth, switchedOff)               // RFC 3206, 5
	noIMAP4      = imap4.No("AUTHORIZATIONFAILED", switchedOff)      // RFC 5530, 3
	noNNTP       = nntp.R(481, switchedOff)                          // RFC 4643, 2.3.1
	noSubmission = smtp.R(525, smtp.Enhanced{5, 7, 13}, switchedOff) // RFC 5248, 2.4, and its registry
	noSending    = smtp.R(552, smtp.Enhanced{5, 2, 2}, "your mailbox is over its limit; delete something before you send")
)

// mayUse tells whether a user may use one of manage.Switches.
func (o *Office) mayUse(ctx context.Context, user, service string) (bool, error) {
	account, err := o.store.Account(ctx, user)
	if err != nil {
		return false, fmt.Errorf("user %s: %w", user, err)
	}
	return isOn(account, service), nil
}

func isOn(a store.Account, service string) bool { return !slices.Contains(a.Without, service) }

// LoggedIn implements smtp.Authorizer.
func (s *inboundSession) LoggedIn(ctx context.Context) error {
	account, err := s.store.Account(ctx, s.conn.Identity().Name())
	if err == nil && !isOn(account, "submission") {
		err = noSubmission
	}
	return err
}

// maySend refuses the mail of a user whose mailbox is too full.
func (s *inboundSession) maySend(ctx context.Context) error {
	user := s.conn.Identity().Name()
	if user == "" {
		return nil
	}
	account, err := s.store.Account(ctx, user)
	if err == nil && account.Limits.NoSend > 0 && account.Used > account.Limits.NoSend {
		err = noSending
	}
	return err
}
