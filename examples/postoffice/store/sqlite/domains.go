package sqlite

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Domains implements store.Store.
func (s *Store) Domains(ctx context.Context) (all []string, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		all, err = c.domains()
		return err
	})
	return all, err
}

func (c *conn) domains() (all []string, err error) {
	err = c.Each(func(r scanner) error {
		var name string
		err := r.Scan(&name)
		all = append(all, name)
		return err
	}, "SELECT name FROM domain ORDER BY position")
	return all, err
}

// SetDomains implements store.Store.
func (s *Store) SetDomains(ctx context.Context, domains []string) error {
	folded := make([]string, len(domains))
	local := make(map[string]bool, len(domains))
	for i, d := range domains {
		if err := store.CheckDomain(d); err != nil {
			return fail(err)
		}
		folded[i] = store.FoldDomain(d)
		if local[folded[i]] {
			return fail(fmt.Errorf("%w: domain %q twice", store.ErrInvalid, d))
		}
		local[folded[i]] = true
	}
	return s.write(ctx, 0, func(t *tx) error { return t.setDomains(folded, local) })
}

func (t *tx) setDomains(domains []string, local map[string]bool) error {
	err := t.Each(func(r scanner) error {
		var domain string
		if err := r.Scan(&domain); err != nil {
			return err
		}
		if !local[store.FoldDomain(domain)] {
			return fmt.Errorf("domain %q has addresses: %w: change or remove their accounts and lists first", domain, store.ErrNotEmpty)
		}
		return nil
	}, "SELECT DISTINCT domain FROM address UNION SELECT DISTINCT domain FROM list")
	if err != nil {
		return err
	}
	if _, err := t.Exec("DELETE FROM domain"); err != nil {
		return err
	}
	for i, d := range domains {
		if _, err := t.Exec("INSERT INTO domain (position, name) VALUES (?, ?)", i, d); err != nil {
			return err
		}
	}
	return nil
}

// DefaultQuota implements store.Store.
func (s *Store) DefaultQuota(ctx context.Context) (q store.Quota, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.Row("SELECT warn, no_send, no_receive FROM default_quota").Scan(&q.Warn, &q.NoSend, &q.NoReceive)
	})
	return q, err
}

// SetDefaultQuota implements store.Store.
func (s *Store) SetDefaultQuota(ctx context.Context, q store.Quota) error {
	return s.write(ctx, 0, func(t *tx) error {
		_, err := t.Exec("UPDATE default_quota SET warn = ?, no_send = ?, no_receive = ?", q.Warn, q.NoSend, q.NoReceive)
		return err
	})
}

// mustBeLocal returns ErrInvalid unless the addresses are in local domains.
func (t *tx) mustBeLocal(addresses []store.Address) error {
	domains, err := t.domains()
	if err != nil {
		return err
	}
	local := make(map[string]bool, len(domains))
	for _, d := range domains {
		local[d] = true
	}
	for _, a := range addresses {
		if !local[store.FoldDomain(a.Domain)] {
			return fmt.Errorf("%w: address %q: its domain is not local: name it in the configuration, as server.domain or in local-domains, and reload", store.ErrInvalid, a)
		}
	}
	return nil
}
