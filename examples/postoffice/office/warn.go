package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// warnFull tells those whose mailbox is beyond its first limit, once a day.
func (o *Office) warnFull(ctx context.Context) error {
	domains, err := o.store.Domains(ctx)
	if err != nil || len(domains) == 0 {
		return err
	}
	for account, err := range o.store.ListAccounts(ctx) {
		if err != nil {
			return err
		}
		if account.Disabled || account.Limits.Warn <= 0 || account.Used <= account.Limits.Warn {
			continue
		}
		now := o.now()
		_, err := o.store.Deliver(ctx, store.Delivery{
			To:       []store.FolderID{account.Inbox},
			Received: now,
			Key:      fmt.Sprintf("warning-%s-%d", now.UTC().Format(time.DateOnly), account.ID), // a second one of the day is none
		}, strings.NewReader(warning(account, domains[0], now)))
		if err != nil && !errors.Is(err, store.ErrQuota) { // too late
			return fmt.Errorf("user %s: %w", account.Name, err)
		}
	}
	return nil
}

// warning is the message, in the name of the administrator. Nothing is to answer it by itself (RFC 3834, 5).
func warning(a store.Account, domain string, now time.Time) string {
	from := smtp.Path{Local: store.Postmaster, Domain: domain}
	to := from
	if len(a.Addresses) > 0 {
		to = smtp.Path{Local: a.Addresses[0].Local, Domain: a.Addresses[0].Domain}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <>\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\nFrom: Administrator <%s>\r\nTo: <%s>\r\n",
		now.Format("Mon, 02 Jan 2006 15:04:05 -0700"), queue.NewID(), domain, from, to)
	b.WriteString("Subject: Your mailbox is almost full\r\nAuto-Submitted: auto-generated\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	fmt.Fprintf(&b, "Your mail takes %s. ", size(a.Used))
	if n := a.Limits.NoSend; n > 0 {
		fmt.Fprintf(&b, "Beyond %s you cannot send. ", size(n))
	}
	if n := a.Limits.NoReceive; n > 0 {
		fmt.Fprintf(&b, "Beyond %s you get no more mail. ", size(n))
	}
	b.WriteString("\r\nPlease delete what you do not need, and empty the trash.\r\n")
	return b.String()
}

// size is a number of octets for people: no more than three digits and a unit.
func size(octets int64) string {
	unit := int64(1)
	for octets/unit >= 1000 {
		unit *= 1000
	}
	return config.Size(octets / unit * unit).String()
}
