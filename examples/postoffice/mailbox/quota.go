package mailbox

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

// QuotaRoots implements imap4.QuotaStore: each account is a root, by its name, for
// all of its folders. Public folders have none.
func (a *Account) QuotaRoots(ctx context.Context, box imap4.MailboxID) ([]imap4.QuotaRoot, error) {
	if box != 0 {
		f, _, err := a.node(ctx, box)
		if err != nil {
			return nil, err
		}
		if f.Owner != a.User.ID { // what another one uses is his
			return nil, nil
		}
	}
	user, err := a.Store.Account(ctx, a.User.Name)
	if err != nil {
		return nil, told(err)
	}
	return []imap4.QuotaRoot{quotaRoot(user)}, nil
}

func quotaRoot(user store.Account) imap4.QuotaRoot {
	limit := int64(-1)
	if user.Limits.NoReceive > 0 {
		limit = user.Limits.NoReceive / 1024
	}
	return imap4.QuotaRoot{Name: user.Name, Resources: []imap4.QuotaResource{
		{Name: "STORAGE", Usage: (user.Used + 1023) / 1024, Limit: limit},
	}}
}

// SetQuota implements imap4.QuotaStore: limits are the administrator's to change.
func (a *Account) SetQuota(ctx context.Context, root string, limits []imap4.QuotaLimit) (imap4.QuotaRoot, error) {
	if !a.Administrator {
		return imap4.QuotaRoot{}, imap4.ErrNoPermission
	}
	user, err := a.Store.Account(ctx, root)
	if err != nil {
		return imap4.QuotaRoot{}, told(err)
	}
	quota := user.Quota
	quota.NoReceive = -1 // none, unless one is named
	for _, l := range limits {
		if l.Name != "STORAGE" {
			return imap4.QuotaRoot{}, imap4.ErrCannot
		}
		quota.NoReceive = max(1, l.Limit*1024) // 0 would be the default to the store
	}
	user, err = a.Store.ChangeAccount(ctx, user.ID, store.AccountChange{Quota: &quota})
	if err != nil {
		return imap4.QuotaRoot{}, told(err)
	}
	return quotaRoot(user), nil
}
