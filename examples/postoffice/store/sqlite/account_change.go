package sqlite

import (
	"context"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// ChangeAccount implements store.Store.
func (s *Store) ChangeAccount(ctx context.Context, id store.AccountID, c store.AccountChange) (a store.Account, err error) {
	if err := c.Check(); err != nil {
		return a, fail(err)
	}
	err = s.write(ctx, 0, func(t *tx) (err error) {
		a, err = t.changeAccount(id, c)
		return err
	})
	if err != nil {
		return store.Account{}, err
	}
	return a, nil
}

func (t *tx) changeAccount(id store.AccountID, c store.AccountChange) (store.Account, error) {
	a, err := t.account(id)
	if err != nil {
		return a, err
	}
	if c.If != nil && *c.If != a.PasswordHash {
		return a, nil
	}
	if c.Addresses != nil {
		if err := t.mustBeFree(c.Addresses, id); err != nil {
			return a, err
		}
		if err := t.setAddresses(id, c.Addresses); err != nil {
			return a, err
		}
	}
	if c.PasswordHash != nil {
		a.PasswordHash = *c.PasswordHash
	}
	if c.Disabled != nil {
		a.Disabled = *c.Disabled
	}
	if c.Administrator != nil {
		a.Administrator = *c.Administrator
	}
	if c.Profile != nil {
		a.Profile = *c.Profile
	}
	if c.Without != nil {
		a.Without = *c.Without
	}
	if c.Quota != nil {
		a.Quota = *c.Quota
	}
	_, err = t.Exec(`UPDATE account SET hash = ?, disabled = ?, administrator = ?, warn = ?, no_send = ?, quota = ?, without = ?,
		display = ?, given = ?, surname = ?, phone = ? WHERE id = ?`,
		string(a.PasswordHash), a.Disabled, a.Administrator, a.Quota.Warn, a.Quota.NoSend, a.Quota.NoReceive, services(a.Without),
		a.Profile.Display, a.Profile.Given, a.Profile.Surname, a.Profile.Phone, id)
	if err != nil {
		return a, err
	}
	return t.account(id)
}

// RemoveAccount implements store.Store.
func (s *Store) RemoveAccount(ctx context.Context, id store.AccountID, keepMail bool) error {
	var doomed []store.FolderID
	err := s.free(ctx, func(t *tx) (err error) {
		doomed, err = t.removeAccount(id, keepMail)
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range doomed {
		if err := s.reap(ctx, f); err != nil {
			break // the account is removed; the rest is Sweep's
		}
	}
	return nil
}

func (t *tx) removeAccount(id store.AccountID, keepMail bool) (doomed []store.FolderID, err error) {
	var one int
	err = t.Row("SELECT 1 FROM account WHERE id = ? AND id <> 0", id).Scan(&one)
	if err := orNotFound(err, "account", id); err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"DELETE FROM member WHERE key IN (SELECT key FROM address WHERE account = ?)",
		"DELETE FROM address WHERE account = ?",
		"DELETE FROM maildrop WHERE account = ?",
		"DELETE FROM note WHERE account = ?",
		"UPDATE account SET key = NULL, hash = '', administrator = 0, inbox = 0 WHERE id = ?",
	} {
		if _, err := t.Exec(statement, id); err != nil {
			return nil, err
		}
	}
	t.touch(id, 0)
	if keepMail {
		return nil, nil
	}
	err = t.Each(func(r scanner) error {
		var f store.FolderID
		err := r.Scan(&f)
		doomed = append(doomed, f)
		return err
	}, "SELECT id FROM folder WHERE account = ? AND doomed = 0", id)
	if err != nil {
		return nil, err
	}
	for _, f := range doomed {
		if err := t.doom(id, f); err != nil {
			return nil, err
		}
	}
	return doomed, nil // the row goes with the last folder's
}
