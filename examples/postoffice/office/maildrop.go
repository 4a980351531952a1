package office

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/mailbox"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/pop3"
)

// A lease on a maildrop outlives a crash of ours by this much at most.
const (
	leaseTime  = 15 * time.Minute
	leaseRenew = 5 * time.Minute
)

// openMaildrop opens the INBOX of who has logged in, for this session alone.
func (o *Office) openMaildrop(ctx context.Context, c *pop3.Conn) (pop3.Maildrop, error) {
	account, err := o.store.Account(ctx, c.Identity().Name())
	if err != nil {
		return nil, err
	}
	if !isOn(account, "pop3") {
		return nil, noPOP3
	}
	lease, err := o.store.AcquireMaildrop(ctx, account.ID, leaseTime)
	switch {
	case errors.Is(err, store.ErrInUse):
		return nil, pop3.ErrInUse
	case err != nil:
		return nil, err
	}
	l := &mailLock{store: o.store, log: o.log, inbox: account.Inbox, lease: lease}
	l.keep(ctx)
	return &mailbox.Drop{
		Account: o.mailboxes(account),
		Box:     imap4.MailboxID(account.Inbox),
		Remove:  l.remove,
		Unlock:  l.release,
	}, nil
}

// A mailLock is one POP3 session's hold of an INBOX.
type mailLock struct {
	store    store.Store
	log      *slog.Logger
	inbox    store.FolderID
	stop     context.CancelFunc
	renewing sync.WaitGroup

	mu    sync.Mutex
	lease store.Lease
}

// keep renews the lease until release, which comes after the end of the session's
// context.
func (l *mailLock) keep(ctx context.Context) {
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	l.renewing.Go(func() { l.renew(ctx) })
}

// renew keeps the lease until ctx ends. What keeps the store from renewing it
// may be over by the next time. A lease that is lost shows at remove.
func (l *mailLock) renew(ctx context.Context) {
	ticker := time.NewTicker(leaseRenew)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		lease, err := l.store.RenewMaildrop(ctx, l.current(), leaseTime)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrLeaseLost):
			l.log.WarnContext(ctx, "maildrop is no longer locked", "inbox", l.inbox, "err", err)
			return
		case err != nil:
			l.log.WarnContext(ctx, "maildrop is locked for less long", "inbox", l.inbox, "err", err)
			continue
		}
		l.mu.Lock()
		l.lease = lease
		l.mu.Unlock()
	}
}

func (l *mailLock) current() store.Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lease
}

// remove expunges messages, if the lease still runs.
func (l *mailLock) remove(ctx context.Context, uids imap4.UIDSet) error {
	var expunge store.UIDSet
	for _, r := range uids {
		expunge = append(expunge, store.UIDRange{From: store.UID(r.First), To: store.UID(r.Last)})
	}
	_, err := l.store.CommitMaildrop(ctx, l.current(), store.MaildropChange{Expunge: expunge})
	return err
}

// release ends the lease.
func (l *mailLock) release() error {
	l.stop()
	l.renewing.Wait()
	// The session's context has ended; this must be done all the same.
	err := l.store.ReleaseMaildrop(context.Background(), l.current())
	if errors.Is(err, store.ErrLeaseLost) || errors.Is(err, store.ErrClosed) {
		return nil
	}
	return err
}
