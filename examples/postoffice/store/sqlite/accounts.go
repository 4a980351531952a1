package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

// The addresses come as JSON, so that one statement sees all of an account.
const accountColumns = `a.id, a.name, a.hash, a.disabled, a.administrator, a.created, a.inbox, a.warn, a.no_send, a.quota,
	(SELECT max(0, iif(a.warn = 0, warn, a.warn)) FROM default_quota),
	(SELECT max(0, iif(a.no_send = 0, no_send, a.no_send)) FROM default_quota), ` + noReceive + `,
	a.without, a.display, a.given, a.surname, a.phone,
	(SELECT coalesce(sum(bytes), 0) FROM folder WHERE account = a.id AND doomed = 0),
	(SELECT json_group_array(json_object('Local', local, 'Domain', domain) ORDER BY position) FROM address WHERE account = a.id)`

// noReceive is the limit that holds for account a; 0 is none.
const noReceive = "(SELECT max(0, iif(a.quota = 0, no_receive, a.quota)) FROM default_quota)"

func scanAccount(r scanner) (a store.Account, err error) {
	var created int64
	var hash, without, addresses string
	err = r.Scan(&a.ID, &a.Name, &hash, &a.Disabled, &a.Administrator, &created, &a.Inbox, &a.Quota.Warn, &a.Quota.NoSend, &a.Quota.NoReceive,
		&a.Limits.Warn, &a.Limits.NoSend, &a.Limits.NoReceive,
		&without, &a.Profile.Display, &a.Profile.Given, &a.Profile.Surname, &a.Profile.Phone, &a.Used, &addresses)
	if err != nil {
		return a, err
	}
	if without != "" {
		a.Without = strings.Fields(without)
	}
	a.PasswordHash, a.Created = store.PasswordHash(hash), fromMicro(created)
	return a, json.Unmarshal([]byte(addresses), &a.Addresses)
}

func (c *conn) account(id store.AccountID) (store.Account, error) {
	a, err := scanAccount(c.Row("SELECT "+accountColumns+" FROM account a WHERE a.id = ? AND a.key IS NOT NULL", id))
	return a, orNotFound(err, "account", id)
}

// Account implements store.Store.
func (s *Store) Account(ctx context.Context, name string) (a store.Account, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		a, err = scanAccount(c.Row("SELECT "+accountColumns+" FROM account a WHERE a.key = ?", store.FoldName(name)))
		return orNotFound(err, "account", fmt.Sprintf("%.64q", name))
	})
	return a, err
}

// ListAccounts implements store.Store.
func (s *Store) ListAccounts(ctx context.Context) iter.Seq2[store.Account, error] {
	return paged(func(last store.Account) (page []store.Account, err error) {
		err = s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				a, err := scanAccount(r)
				page = append(page, a)
				return err
			}, "SELECT "+accountColumns+" FROM account a WHERE a.key > ? ORDER BY a.key"+litedb.Limit(listPage),
				store.FoldName(last.Name))
		})
		return page, err
	})
}

// Administrators implements store.Store.
func (s *Store) Administrators(ctx context.Context) (list []store.Account, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		list, err = c.administrators()
		return err
	})
	return list, err
}

func (c *conn) administrators() (list []store.Account, err error) {
	err = c.Each(func(r scanner) error {
		a, err := scanAccount(r)
		list = append(list, a)
		return err
	}, "SELECT "+accountColumns+" FROM account a WHERE a.administrator = 1 AND a.key IS NOT NULL ORDER BY a.id")
	return list, err
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
	if err := t.Row("SELECT EXISTS (SELECT 1 FROM account WHERE key = ?)", key).Scan(&taken); err != nil {
		return store.Account{}, err
	}
	if taken {
		return store.Account{}, fmt.Errorf("account %q: %w", n.Name, store.ErrExists)
	}
	if err := t.mustBeFree(n.Addresses, 0); err != nil {
		return store.Account{}, err
	}
	_, err := t.Exec(`INSERT INTO account (name, key, hash, disabled, administrator, created, inbox, warn, no_send, quota, without, display, given, surname, phone)
		VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)`, n.Name, key, string(n.PasswordHash), n.Disabled, n.Administrator, t.now.UnixMicro(),
		n.Quota.Warn, n.Quota.NoSend, n.Quota.NoReceive, services(n.Without), n.Profile.Display, n.Profile.Given, n.Profile.Surname, n.Profile.Phone)
	if err != nil {
		return store.Account{}, err
	}
	var id store.AccountID
	if err := t.Row("SELECT id FROM account WHERE key = ?", key).Scan(&id); err != nil {
		return store.Account{}, err
	}
	inbox, err := t.createFolder(store.NewFolder{Owner: id, Name: store.Inbox})
	if err != nil {
		return store.Account{}, err
	}
	if _, err := t.Exec("UPDATE account SET inbox = ? WHERE id = ?", inbox.ID, id); err != nil {
		return store.Account{}, err
	}
	if err := t.setAddresses(id, n.Addresses); err != nil {
		return store.Account{}, err
	}
	return t.account(id)
}

// services is how a row has them: in order, once each.
func services(all []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(all))), " ")
}

// mustBeFree returns an error unless the account, or 0 for a new one, may have the addresses.
func (t *tx) mustBeFree(addresses []store.Address, id store.AccountID) error {
	if err := t.mustBeLocal(addresses); err != nil {
		return err
	}
	for _, a := range addresses {
		var taken bool
		err := t.Row(`SELECT EXISTS (SELECT 1 FROM address WHERE key = ?1 AND account <> ?2)
			OR EXISTS (SELECT 1 FROM list WHERE key = ?1)`, a.Key(), id).Scan(&taken)
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
	if _, err := t.Exec("DELETE FROM address WHERE account = ?", id); err != nil {
		return err
	}
	for i, a := range addresses {
		_, err := t.Exec("INSERT INTO address (key, account, position, local, domain) VALUES (?, ?, ?, ?, ?)",
			a.Key(), id, i, a.Local, a.Domain)
		if err != nil {
			return err
		}
	}
	return nil
}
