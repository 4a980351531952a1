package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Resolve implements store.Store.
func (s *Store) Resolve(ctx context.Context, addr store.Address) (a store.Account, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		a, err = c.byAddress(addr)
		if errors.Is(err, sql.ErrNoRows) && store.FoldName(addr.Local) == store.Postmaster {
			a, err = c.postmaster(addr.Domain)
		}
		return orNotFound(err, "address", clipped(addr))
	})
	return a, err
}

func (c *conn) byAddress(addr store.Address) (store.Account, error) {
	return scanAccount(c.Row("SELECT "+accountColumns+` FROM account a
		WHERE a.id = (SELECT account FROM address WHERE key = ?)`, addr.Key()))
}

// postmaster finds who reads postmaster's mail in a domain where nobody has the address. A domain
// of "" is RFC 5321, 4.1.1.3's postmaster without one.
func (c *conn) postmaster(domain string) (a store.Account, err error) {
	domains, err := c.domains()
	if err != nil {
		return a, err
	}
	if len(domains) == 0 || domain != "" && !slices.Contains(domains, store.FoldDomain(domain)) {
		return a, sql.ErrNoRows
	}
	return c.byAddress(store.Address{Local: store.Postmaster, Domain: domains[0]})
}

// clipped keeps what a peer sent from filling an error.
func clipped(a store.Address) string {
	const most = 64
	return strconv.Quote(a.Local[:min(len(a.Local), most)]) + "@" + strconv.Quote(a.Domain[:min(len(a.Domain), most)])
}
