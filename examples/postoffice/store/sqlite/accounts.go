package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// The addresses come as JSON, so that one statement sees all of an account.
const accountColumns = `a.id, a.name, a.hash, a.disabled, a.created, a.inbox, a.quota,
	(SELECT coalesce(sum(bytes), 0) FROM folder WHERE account = a.id AND doomed = 0),
	(SELECT json_group_array(json_object('Local', local, 'Domain', domain) ORDER BY position) FROM address WHERE account = a.id)`

func scanAccount(r scanner) (a store.Account, err error) {
	var created int64
	var hash, addresses string
	err = r.Scan(&a.ID, &a.Name, &hash, &a.Disabled, &created, &a.Inbox, &a.Quota, &a.Used, &addresses)
	if err != nil {
		return a, err
	}
	a.PasswordHash, a.Created = store.PasswordHash(hash), fromMicro(created)
	return a, json.Unmarshal([]byte(addresses), &a.Addresses)
}

func (c *conn) account(id store.AccountID) (store.Account, error) {
	a, err := scanAccount(c.row("SELECT "+accountColumns+" FROM account a WHERE a.id = ? AND a.key IS NOT NULL", id))
	return a, orNotFound(err, "account", id)
}

// Account implements store.Store.
func (s *Store) Account(ctx context.Context, name string) (a store.Account, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		a, err = scanAccount(c.row("SELECT "+accountColumns+" FROM account a WHERE a.key = ?", store.FoldName(name)))
		return orNotFound(err, "account", fmt.Sprintf("%.64q", name))
	})
	return a, err
}

// ListAccounts implements store.Store.
func (s *Store) ListAccounts(ctx context.Context) iter.Seq2[store.Account, error] {
	return paged(func(last store.Account) (page []store.Account, err error) {
		err = s.read(ctx, func(c *conn) error {
			return c.each(func(r scanner) error {
				a, err := scanAccount(r)
				page = append(page, a)
				return err
			}, "SELECT "+accountColumns+" FROM account a WHERE a.key > ? ORDER BY a.key"+limit(listPage),
				store.FoldName(last.Name))
		})
		return page, err
	})
}

// AddAccount implements store.Store.
func (s *Store) AddAccount(ctx context.Context, n store.NewAccount) (a store.Account, err error) {
	if err := n.Check(); err != nil {
		return a, fail(err)
	}
	err = s.write(ctx, 0, func(t *tx) (err error) {
		a, err = t.addAccount(n)
		return err
	})
	if err != nil {
		return store.Account{}, err
	}
	return a, nil
}

func (t *tx) addAccount(n store.NewAccount) (store.Account, error) {
	key := store.FoldName(n.Name)
	var taken bool
	if err := t.row("SELECT EXISTS (SELECT 1 FROM account WHERE key = ?)", key).Scan(&taken); err != nil {
		return store.Account{}, err
	}
	if taken {
		return store.Account{}, fmt.Errorf("account %q: %w", n.Name, store.ErrExists)
	}
	if err := t.mustBeFree(n.Addresses, 0); err != nil {
		return store.Account{}, err
	}
	_, err := t.exec("INSERT INTO account (name, key, hash, disabled, created, inbox, quota) VALUES (?, ?, ?, ?, ?, 0, ?)",
		n.Name, key, string(n.PasswordHash), n.Disabled, t.now.UnixMicro(), n.Quota)
	if err != nil {
		return store.Account{}, err
	}
	var id store.AccountID
	if err := t.row("SELECT id FROM account WHERE key = ?", key).Scan(&id); err != nil {
		return store.Account{}, err
	}
	inbox, err := t.createFolder(store.NewFolder{Owner: id, Name: store.Inbox})
	if err != nil {
		return store.Account{}, err
	}
	if _, err := t.exec("UPDATE account SET inbox = ? WHERE id = ?", inbox.ID, id); err != nil {
		return store.Account{}, err
	}
	if err := t.setAddresses(id, n.Addresses); err != nil {
		return store.Account{}, err
	}
	return t.account(id)
}

// mustBeFree returns an error unless the account, or 0 for a new one, may have the addresses.
func (t *tx) mustBeFree(addresses []store.Address, id store.AccountID) error {
	if err := t.mustBeLocal(addresses); err != nil {
		return err
	}
	for _, a := range addresses {
		var taken bool
		err := t.row("SELECT EXISTS (SELECT 1 FROM address WHERE key = ? AND account <> ?)", a.Key(), id).Scan(&taken)
		if err != nil {
			return err
		}
		if taken {
			return fmt.Errorf("address %q: %w", a, store.ErrExists)
		}
	}
	return nil
}

func (t *tx) setAddresses(id store.AccountID, addresses []store.Address) error {
	if _, err := t.exec("DELETE FROM address WHERE account = ?", id); err != nil {
		return err
	}
	for i, a := range addresses {
		_, err := t.exec("INSERT INTO address (key, account, position, local, domain) VALUES (?, ?, ?, ?, ?)",
			a.Key(), id, i, a.Local, a.Domain)
		if err != nil {
			return err
		}
	}
	return nil
}

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
	if c.Addresses != nil {
		if err := t.mustBeFree(c.Addresses, id); err != nil {
			return a, err
		}
		if err := t.setAddresses(id, c.Addresses); err != nil {
			return a, err
		}
		a.Addresses = c.Addresses
	}
	if c.PasswordHash != nil {
		a.PasswordHash = *c.PasswordHash
	}
	if c.Disabled != nil {
		a.Disabled = *c.Disabled
	}
	if c.Quota != nil {
		a.Quota = *c.Quota
	}
	_, err = t.exec("UPDATE account SET hash = ?, disabled = ?, quota = ? WHERE id = ?",
		string(a.PasswordHash), a.Disabled, a.Quota, id)
	return a, err
}

// RemoveAccount implements store.Store.
func (s *Store) RemoveAccount(ctx context.Context, id store.AccountID, keepMail bool) error {
	var doomed []store.FolderID
	err := s.write(ctx, 0, func(t *tx) (err error) {
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
	err = t.row("SELECT 1 FROM account WHERE id = ? AND id <> 0", id).Scan(&one)
	if err := orNotFound(err, "account", id); err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"DELETE FROM address WHERE account = ?",
		"DELETE FROM maildrop WHERE account = ?",
		"UPDATE account SET key = NULL, hash = '', inbox = 0 WHERE id = ?",
	} {
		if _, err := t.exec(statement, id); err != nil {
			return nil, err
		}
	}
	t.touch(id, 0)
	if keepMail {
		return nil, nil
	}
	err = t.each(func(r scanner) error {
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
