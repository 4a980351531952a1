package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/internal/litedb"
)

const listColumns = `l.local, l.domain, l.display, l.owner_local, l.owner_domain, l.senders, l.hidden, l.alias,
	(SELECT json_group_array(json_object('Local', local, 'Domain', domain) ORDER BY position) FROM member WHERE list = l.id)`

func scanList(r scanner) (l store.List, err error) {
	var senders, members string
	err = r.Scan(&l.Address.Local, &l.Address.Domain, &l.Display, &l.Owner.Local, &l.Owner.Domain, &senders, &l.Hidden, &l.Alias, &members)
	if err != nil {
		return l, err
	}
	return l, errors.Join(unmarshal(senders, &l.Senders), unmarshal(members, &l.Members))
}

// unmarshal leaves list nil if there is nothing in the array.
func unmarshal[T any](array string, list *[]T) error {
	if array == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(array), list)
}

// List implements store.Store.
func (s *Store) List(ctx context.Context, a store.Address) (l store.List, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		l, err = c.list(a)
		if errors.Is(err, sql.ErrNoRows) && store.FoldName(a.Local) == store.Postmaster {
			l, err = c.postmasterList(a.Domain)
		}
		return orNotFound(err, "list", clipped(a))
	})
	return l, err
}

func (c *conn) list(a store.Address) (store.List, error) {
	return scanList(c.Row("SELECT "+listColumns+" FROM list l WHERE l.key = ?", a.Key()))
}

// postmasterList finds the list that gets postmaster's mail in a domain where no list has the
// address, as postmaster finds the account.
func (c *conn) postmasterList(domain string) (l store.List, err error) {
	domains, err := c.domains()
	if err != nil {
		return l, err
	}
	if len(domains) == 0 || domain != "" && !slices.Contains(domains, store.FoldDomain(domain)) {
		return l, sql.ErrNoRows
	}
	_, err = c.byAddress(store.Address{Local: store.Postmaster, Domain: domain})
	switch {
	case err == nil:
		return l, sql.ErrNoRows
	case !errors.Is(err, sql.ErrNoRows):
		return l, err
	}
	return c.list(store.Address{Local: store.Postmaster, Domain: domains[0]})
}

// ListLists implements store.Store.
func (s *Store) ListLists(ctx context.Context) iter.Seq2[store.List, error] {
	return paged(func(last store.List) (page []store.List, err error) {
		after := ""
		if last.Address != (store.Address{}) {
			after = last.Address.Key()
		}
		err = s.read(ctx, func(c *conn) error {
			return c.Each(func(r scanner) error {
				l, err := scanList(r)
				page = append(page, l)
				return err
			}, "SELECT "+listColumns+" FROM list l WHERE l.key > ? ORDER BY l.key"+litedb.Limit(listPage), after)
		})
		return page, err
	})
}

// SetList implements store.Store.
func (s *Store) SetList(ctx context.Context, l store.List) error {
	if err := l.Check(); err != nil {
		return fail(err)
	}
	senders, err := json.Marshal(append([]string{}, l.Senders...))
	if err != nil {
		return fail(err)
	}
	return s.write(ctx, 0, func(t *tx) error { return t.setList(l, string(senders)) })
}

func (t *tx) setList(l store.List, senders string) error {
	if err := t.mustBeLocal([]store.Address{l.Address}); err != nil {
		return err
	}
	key := l.Address.Key()
	var taken bool
	if err := t.Row("SELECT EXISTS (SELECT 1 FROM address WHERE key = ?)", key).Scan(&taken); err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("address %q is an account's: %w", l.Address, store.ErrExists)
	}
	_, err := t.Exec(`INSERT INTO list (key, local, domain, display, owner_local, owner_domain, senders, hidden, alias)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET local = excluded.local, domain = excluded.domain, display = excluded.display,
			owner_local = excluded.owner_local, owner_domain = excluded.owner_domain,
			senders = excluded.senders, hidden = excluded.hidden, alias = excluded.alias`,
		key, l.Address.Local, l.Address.Domain, l.Display, l.Owner.Local, l.Owner.Domain, senders, l.Hidden, l.Alias)
	if err != nil {
		return err
	}
	var id int64
	if err := t.Row("SELECT id FROM list WHERE key = ?", key).Scan(&id); err != nil {
		return err
	}
	if _, err := t.Exec("DELETE FROM member WHERE list = ?", id); err != nil {
		return err
	}
	for i, m := range l.Members {
		_, err := t.Exec("INSERT INTO member (list, position, key, local, domain) VALUES (?, ?, ?, ?, ?)", id, i, m.Key(), m.Local, m.Domain)
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveList implements store.Store.
func (s *Store) RemoveList(ctx context.Context, a store.Address) error {
	return s.write(ctx, 0, func(t *tx) error {
		var id int64
		if err := orNotFound(t.Row("SELECT id FROM list WHERE key = ?", a.Key()).Scan(&id), "list", clipped(a)); err != nil {
			return err
		}
		if _, err := t.Exec("DELETE FROM member WHERE list = ? OR key = ?", id, a.Key()); err != nil {
			return err
		}
		_, err := t.Exec("DELETE FROM list WHERE id = ?", id)
		return err
	})
}
