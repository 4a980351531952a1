package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
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
	lease, err := o.store.AcquireMaildrop(ctx, account.ID, leaseTime)
	switch {
	case errors.Is(err, store.ErrInUse):
		return nil, pop3.ErrInUse
	case err != nil:
		return nil, err
	}
	d := &maildrop{store: o.store, log: o.log, inbox: account.Inbox, lease: lease}
	d.keep(ctx)
	return d, nil
}

// A maildrop is one POP3 session's view of an INBOX.
type maildrop struct {
	store    store.Store
	log      *slog.Logger
	inbox    store.FolderID
	stop     context.CancelFunc
	renewing sync.WaitGroup

	mu    sync.Mutex
	lease store.Lease
}

// keep renews the lease until Close, which comes after the end of the session's
// context.
func (d *maildrop) keep(ctx context.Context) {
	ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	d.renewing.Go(func() { d.renew(ctx) })
}

// renew keeps the lease until ctx ends. What keeps the store from renewing it
// may be over by the next time. A lease that is lost shows at Commit.
func (d *maildrop) renew(ctx context.Context) {
	ticker := time.NewTicker(leaseRenew)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		lease, err := d.store.RenewMaildrop(ctx, d.current(), leaseTime)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrLeaseLost):
			d.log.WarnContext(ctx, "maildrop is no longer locked", "inbox", d.inbox, "err", err)
			return
		case err != nil:
			d.log.WarnContext(ctx, "maildrop is locked for less long", "inbox", d.inbox, "err", err)
			continue
		}
		d.mu.Lock()
		d.lease = lease
		d.mu.Unlock()
	}
}

func (d *maildrop) current() store.Lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lease
}

// Messages implements pop3.Maildrop.
func (d *maildrop) Messages(ctx context.Context) ([]pop3.Message, error) {
	folder, metas, err := d.store.Scan(ctx, d.inbox, 0)
	if err != nil {
		return nil, err
	}
	messages := make([]pop3.Message, 0, folder.Counts.Messages)
	for m, err := range metas {
		if err != nil {
			return nil, err
		}
		id := strconv.FormatUint(uint64(m.UID), 10)
		messages = append(messages, pop3.Message{
			ID: id,
			// A UID is unique within its UIDVALIDITY, for good.
			UIDL: fmt.Sprintf("%d.%s", folder.UIDValidity, id),
			Size: m.Size,
		})
	}
	return messages, nil
}

// Body implements pop3.Maildrop.
func (d *maildrop) Body(ctx context.Context, id string) (io.ReadCloser, error) {
	uid, err := parseUID(id)
	if err != nil {
		return nil, err
	}
	body, err := d.store.Open(ctx, d.inbox, uid)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(body, 0, body.Size()), body}, nil
}

// Commit implements pop3.Maildrop.
func (d *maildrop) Commit(ctx context.Context, deleted []string) error {
	uids := make([]store.UID, 0, len(deleted))
	for _, id := range deleted {
		uid, err := parseUID(id)
		if err != nil {
			return err
		}
		uids = append(uids, uid)
	}
	_, err := d.store.CommitMaildrop(ctx, d.current(), store.MaildropChange{Expunge: store.NewUIDSet(uids...)})
	return err
}

// Close ends the lease.
func (d *maildrop) Close() error {
	d.stop()
	d.renewing.Wait()
	// The session's context has ended; this must be done all the same.
	err := d.store.ReleaseMaildrop(context.Background(), d.current())
	if errors.Is(err, store.ErrLeaseLost) || errors.Is(err, store.ErrClosed) {
		return nil
	}
	return err
}

// parseUID reads an ID that Messages has made.
func parseUID(id string) (store.UID, error) {
	n, err := strconv.ParseUint(id, 10, 32)
	return store.UID(n), err
}
